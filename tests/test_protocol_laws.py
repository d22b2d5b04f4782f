"""Laws that hold for whatever a server sends: no exception, the same under every cutting, ops that tell all of it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamcell import events as ev
from streamcell.providers import PROVIDERS

from .protocol import FOLDERS, by_ops, events_of, fold, load, sse

CASES = [(api, case) for folder, api in FOLDERS.items() for _, case in load(folder)]
ODD: list[Any] = [
    None, True, 0, -1, 2.5, 10**30, 10**6, "", "x", "0", "\ud83d", "\ude00", [], ["x"], [None], [{}], {}, {"a": 1},
    {"type": [1]}, {"text": 5}, [{"type": "text", "text": None}], "response.completed", [[[]]],
]  # fmt: skip
KEYS = ["type", "delta", "item", "response", "index", "choices", "error", "output_index", "content", "usage"]


def damaged(value: Any, rng: random.Random) -> Any:
    """A copy with values swapped for others, keys dropped and renamed, lists lengthened."""
    if rng.random() < 0.04:
        return rng.choice(ODD)
    if isinstance(value, dict):
        pairs = [(rng.choice(KEYS) if rng.random() < 0.01 else k, v) for k, v in value.items() if rng.random() > 0.03]
        return {k: damaged(v, rng) for k, v in pairs}
    if isinstance(value, list):
        return [damaged(v, rng) for v in value] + ([rng.choice(ODD)] if rng.random() < 0.05 else [])
    return value


def pieces(data: bytes, rng: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = rng.choice([1, 7, 100, 2000])
        yield data[at : at + size]
        at += size


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9), st.sampled_from(CASES), st.sampled_from([None, *PROVIDERS]))
def test_no_damage_to_a_stream_raises_or_breaks_a_law(
    seed: int, case: tuple[str, dict[str, Any]], other: str | None
) -> None:
    rng = random.Random(seed)
    api = other or case[0]
    data = sse([damaged(e, rng) if isinstance(e, dict) else e for e in case[1]["events"]], end=case[1].get("end", ""))
    events = events_of(pieces(data, rng), api)
    assert events == events_of([data], api)
    page, state = by_ops(events, api, rng)
    assert page == state.snapshot() == fold(events, api).snapshot()
    json.dumps(page, allow_nan=False, ensure_ascii=False).encode()
    shown = (state.text, state.refusal, state.reasoning, state.tool_calls, state.output, state.usage, state.error)
    assert json.loads(json.dumps(shown)) is not None
    for event in events:
        repr(event)


@settings(max_examples=200)
@given(st.binary(max_size=300), st.sampled_from(list(PROVIDERS)), st.integers(0, 10**9))
def test_bytes_of_any_kind_are_read_to_their_end(data: bytes, api: str, seed: int) -> None:
    events = events_of(pieces(data, random.Random(seed)), api)
    assert events == events_of([data], api)
    assert fold(events, api).status in ("interrupted", "completed", "failed")


@given(st.lists(st.text(max_size=8), min_size=1, max_size=30), st.integers(0, 10**9), st.sampled_from(list(PROVIDERS)))
def test_the_text_of_a_prefix_is_a_prefix_of_the_text(texts: list[str], seed: int, api: str) -> None:
    if api == "responses":
        body: list[Any] = [
            {
                "type": "response.output_text.delta",
                "sequence_number": n,
                "output_index": 0,
                "content_index": 0,
                "delta": t,
            }
            for n, t in enumerate(texts)
        ]
    else:
        body = [{"choices": [{"index": 0, "delta": {"content": t}, "text": t}]} for t in texts]
    data = sse(body)
    events = events_of(pieces(data, random.Random(seed)), api)
    whole = fold(events, api).text
    assert whole == "".join(texts)
    for size in range(len(events)):
        assert whole.startswith(fold(events[:size], api).text)
    for at in range(0, len(data), 37):
        assert whole.startswith(fold(events_of([data[:at]], api), api).text)


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_what_a_state_keeps_does_not_grow_with_the_number_of_deltas(api: str) -> None:
    if api == "responses":
        deltas: list[Any] = [ev.OutputTextDelta(n, None, 0, None, 0, "tide ") for n in range(20_000)]
    else:
        chunk = sse([{"choices": [{"index": 0, "delta": {"content": "tide "}}]}])
        deltas = events_of([chunk] * 20_000, api)
    state = fold(deltas, api)
    text = state._document.get("output", 0, "content", 0, "text")
    assert (len(text.parts), len(text.pack())) == (0, 5 * 20_000)
