"""The reference reader of the wire, and the vectors that both languages replay."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from pathlib import Path

import pytest

from streamcell.errors import ProtocolError
from streamcell.frames import FrameEncoder, apply_frame, apply_ops, cut, size

VECTORS = sorted((Path(__file__).parent / "vectors" / "wire").glob("*.json"))


def replay(start: object, frames: list[dict]) -> tuple[object, int]:
    root, last = deepcopy(start), 0
    for frame in frames:
        root, last = apply_frame(root, last, frame)
    return root, last


def cases() -> list:
    return [pytest.param(case, id=f"{p.stem}: {case['name']}") for p in VECTORS for case in json.loads(p.read_text())]


@pytest.mark.parametrize("case", cases())
def test_wire_vector(case: dict) -> None:
    if case.get("error"):
        with pytest.raises(ProtocolError):
            replay(case["start"], case["frames"])
    else:
        assert replay(case["start"], case["frames"]) == (case["end"], case["seq"])


def test_there_are_vectors_of_both_kinds() -> None:
    all_cases = [case for path in VECTORS for case in json.loads(path.read_text())]
    assert {bool(case.get("error")) for case in all_cases} == {True, False}


def test_frames_are_numbered_from_one_and_a_snapshot_carries_the_last_number() -> None:
    encoder = FrameEncoder("e1")
    first, second = encoder.frame([["set", ["a"], 1]]), encoder.frame([], end=True)
    assert (first["seq"], second["seq"], second["end"]) == (1, 2, True)
    assert encoder.snapshot({"a": 1})["seq"] == 2
    assert encoder.frame([])["seq"] == 3


def test_a_value_that_was_set_is_not_shared_with_the_frame() -> None:
    ops = [["set", ["list"], [1]]]
    root = apply_ops({}, ops)
    root["list"].append(2)
    assert ops == [["set", ["list"], [1]]]


def test_an_error_names_what_was_expected_and_what_came() -> None:
    with pytest.raises(ProtocolError, match=r"Expected a string to append to, found int, got \('append', .*resync"):
        apply_ops({"n": 1}, [("append", ["n"], "x")])


@pytest.mark.parametrize("seed", range(50))
def test_ops_cut_into_runs_say_the_same_in_the_same_order(seed: int) -> None:
    rng = random.Random(seed)
    ops = [("set", [], {"a": "", "b": ""})]
    for _ in range(rng.randint(0, 30)):
        text = rng.choice(["x", "é", "😀", '"\n', "\ud800"]) * rng.choice([1, 10, 500])
        ops.append(rng.choice([("append", ["a"], text), ("append", ["b"], text), ("set", ["c"], text)]))
    limit = rng.choice([50, 200, 1000])
    runs = cut(ops, limit)
    assert apply_ops(None, [op for run in runs for op in run]) == apply_ops(None, ops)
    for run in runs:
        assert run
        assert len(run) == 1 or sum(map(size, run)) <= limit


def test_a_text_that_fits_is_not_cut_and_nothing_makes_no_run() -> None:
    assert cut([]) == []
    assert cut([("append", ["a"], "x" * 1000), ("append", ["a"], "y")]) == [
        [("append", ["a"], "x" * 1000), ("append", ["a"], "y")]
    ]


def test_a_snapshot_repeats_its_number_or_takes_the_next() -> None:
    encoder = FrameEncoder("e")
    encoder.frame([])
    assert [encoder.snapshot({})["seq"], encoder.snapshot({}, anew=True)["seq"], encoder.seq] == [1, 2, 2]
