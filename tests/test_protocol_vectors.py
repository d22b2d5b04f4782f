"""Streams of our own, for what no recording covers: read the same however they are cut, and to what they should be."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from streamcell.events import EVENT_TYPES

from .protocol import FOLDERS, assert_holds, by_ops, cuttings, described, events_of, fold, load, sse, wire

CASES = [pytest.param(api, case, id=f"{api}: {name}") for folder, api in FOLDERS.items() for name, case in load(folder)]


@pytest.mark.parametrize(("api", "case"), CASES)
def test_a_stream_says_what_it_should(api: str, case: dict[str, Any]) -> None:
    assert_holds(described(fold(events_of([wire(case)], api), api)), case["expect"])


@pytest.mark.parametrize(("api", "case"), CASES)
def test_any_cutting_of_the_bytes_gives_the_same_events(api: str, case: dict[str, Any]) -> None:
    data = wire(case)
    whole = events_of([data], api)
    for chunks in cuttings(data):
        assert events_of(chunks, api) == whole


@pytest.mark.parametrize(("api", "case"), CASES)
def test_line_ends_and_event_names_make_no_difference(api: str, case: dict[str, Any]) -> None:
    data = wire(case)
    whole = events_of([data], api)
    for end in (b"\r\n", b"\r"):
        for chunks in cuttings(data.replace(b"\n", end)):
            assert events_of(chunks, api) == whole
    if api == "responses":
        named = sse(case["events"], names=True, start=case.get("start", ""), end=case.get("end", ""))
        assert events_of([named], api) == whole


@pytest.mark.parametrize(("api", "case"), CASES)
def test_ops_drained_at_any_time_build_the_same_snapshot(api: str, case: dict[str, Any]) -> None:
    events = events_of([wire(case)], api)
    for seed in range(5):
        page, state = by_ops(events, api, random.Random(seed))
        assert page == state.snapshot()
    assert state.snapshot() == fold(events, api).snapshot()
    json.dumps(page, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(("api", "case"), CASES)
def test_every_prefix_of_the_events_is_a_response(api: str, case: dict[str, Any]) -> None:
    events = events_of([wire(case)], api)
    for size in range(len(events)):
        state = fold(events[:size], api)
        assert state.status in ("completed", "incomplete", "failed", "cancelled", "interrupted")
        json.dumps(state.snapshot(), allow_nan=False)


def test_the_vectors_cover_every_event_type() -> None:
    sent = {e.get("type") for _, case in load("responses") for e in case["events"] if isinstance(e.get("type"), str)}
    ours = {t for t in EVENT_TYPES if t.startswith("streamcell.")}
    assert set(EVENT_TYPES) - sent - ours == set()
