"""The response as a whole: how it begins, ends, fails, and what can be asked of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from streamcell import events as ev
from streamcell.frames import apply_ops
from streamcell.state import ResponseState

from .protocol import fold

CREATED = ev.ResponseCreated(0, response={"id": "resp_1", "model": "m", "output": []})
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
ADDED = ev.OutputItemAdded(1, output_index=0, item=MESSAGE)


def delta(number: int, text: str) -> ev.OutputTextDelta:
    return ev.OutputTextDelta(number, "msg_1", 0, content_index=0, delta=text)


def begun() -> ResponseState:
    state = ResponseState()
    for event in [CREATED, ADDED, delta(2, "Ti"), delta(3, "de")]:
        state.apply(event)
    return state


def test_before_any_event_there_is_an_empty_response() -> None:
    assert ResponseState("chat").snapshot() == {
        "id": None,
        "object": "response",
        "status": "queued",
        "model": None,
        "output": [],
        "error": None,
        "incomplete_details": None,
        "usage": None,
        "streamcell": {"api": "chat", "unknown_events": {}, "warnings": {}},
    }


def test_deltas_between_two_drains_become_one_append() -> None:
    state = begun()
    state.drain()
    for number in range(4, 4000):
        state.apply(delta(number, "."))
    assert state.drain() == [("append", ["output", 0, "content", 0, "text"], "." * 3996)]
    assert state.drain() == []


def test_what_says_the_same_once_more_costs_nothing() -> None:
    state = begun()
    state.drain()
    part = {"type": "output_text", "text": "Tide", "annotations": []}
    state.apply(ev.OutputTextDone(4, "msg_1", 0, content_index=0, text="Tide"))
    state.apply(ev.ContentPartDone(5, "msg_1", 0, content_index=0, part=part))
    assert state.drain() == []
    done = {**MESSAGE, "status": "completed", "content": [part]}
    state.apply(ev.OutputItemDone(6, output_index=0, item=done))
    assert state.drain() == [("set", ["output", 0, "status"], "completed")]
    state.apply(ev.ResponseCompleted(7, response={"id": "resp_1", "model": "m", "output": [done]}))
    assert state.drain() == [("set", ["status"], "completed")]


def test_a_done_text_that_goes_on_is_an_append() -> None:
    state = begun()
    state.drain()
    state.apply(ev.OutputTextDone(4, "msg_1", 0, content_index=0, text="Tide rises"))
    assert state.drain() == [("append", ["output", 0, "content", 0, "text"], " rises")]


def test_a_done_text_that_differs_is_a_set() -> None:
    state = begun()
    state.drain()
    state.apply(ev.OutputTextDone(4, "msg_1", 0, content_index=0, text="Ebb"))
    assert state.drain() == [("set", ["output", 0, "content", 0, "text"], "Ebb")]


def test_deltas_go_on_after_a_text_was_replaced() -> None:
    state = begun()
    state.apply(ev.OutputTextDone(4, "msg_1", 0, content_index=0, text="Ebb"))
    state.apply(delta(5, "s"))
    state.apply(delta(6, "."))
    assert state.text == "Ebbs."


def test_nothing_in_a_snapshot_belongs_to_the_state_or_to_an_event() -> None:
    state = begun()
    first = state.snapshot()
    first["output"][0]["content"].clear()
    state.output.clear()
    assert state.text == "Tide"
    item: dict[str, Any] = {"type": "function_call", "arguments": "{}", "extra": {"a": [1]}}
    state.apply(ev.OutputItemAdded(4, output_index=1, item=item))
    item["extra"]["a"].append(2)
    assert state.output[1]["extra"] == {"a": [1]}


def test_an_event_is_not_changed() -> None:
    item = {"type": "message", "content": [{"type": "output_text", "text": "Ti"}]}
    event = ev.OutputItemAdded(0, output_index=0, item=item)
    state = fold([event, delta(1, "de")])
    assert (item["content"], state.text) == ([{"type": "output_text", "text": "Ti"}], "Tide")


@pytest.mark.parametrize(
    ("end", "status", "item"),
    [
        (lambda s: s.finish(), "interrupted", "incomplete"),
        (lambda s: s.cancel(), "cancelled", "incomplete"),
        (lambda s: s.fail({"kind": "stalled", "message": "m"}), "interrupted", "incomplete"),
        (lambda s: s.fail({"kind": "server", "message": "m"}), "failed", "incomplete"),
        (lambda s: s.apply(ev.ResponseCompleted(response={})), "completed", "completed"),
    ],
)
def test_every_end_keeps_the_text_and_is_the_only_one(end: Any, status: str, item: str) -> None:
    state = begun()
    page = state.snapshot()
    state.drain()
    end(state)
    assert (state.status, state.text, state.output[0]["status"], state.terminal) == (status, "Tide", item, True)
    assert apply_ops(page, state.drain()) == state.snapshot()
    before = state.snapshot()
    state.finish()
    state.cancel()
    state.fail({"kind": "server", "message": "late"})
    state.apply(delta(9, "LATE"))
    after = state.snapshot()
    del before["streamcell"]["warnings"], after["streamcell"]["warnings"]
    assert before == after


def test_a_failure_the_service_told_of_is_not_hidden_by_the_connection() -> None:
    state = begun()
    state.apply(ev.ErrorEvent(4, code="server_error", message="It fell over."))
    assert (state.status, state.terminal) == ("failed", True)
    state.cancel()
    state.fail({"kind": "disconnected", "message": "gone"})
    assert state.status == "failed"
    assert state.error == {"kind": "api_error", "code": "server_error", "message": "It fell over."}


@pytest.mark.parametrize(
    ("code", "kind"),
    [("rate_limit_exceeded", "rate_limit"), (429, "rate_limit"), ("insufficient_quota", "quota"), ("x", "api_error")],
)
def test_the_kind_of_an_error_follows_its_code(code: Any, kind: str) -> None:
    error = fold([ev.ErrorEvent(error={"code": code, "message": "m"})]).error
    assert error == {"kind": kind, "code": str(code), "message": "m"}


def test_a_key_that_a_server_repeats_is_not_kept() -> None:
    key = "sk-proj-" + "a1B2" * 12
    state = fold([ev.ErrorEvent(error={"code": "invalid_api_key", "message": f"Incorrect API key provided: {key}"})])
    assert key not in str(state.snapshot())


def test_notes_of_ours_stand_beside_the_response() -> None:
    state = begun()
    state.drain()
    state.annotate("label", "demo")
    state.annotate("label", "demo")
    assert state.drain() == [("set", ["streamcell", "label"], "demo")]


def test_an_unnumbered_stream_is_read_the_same() -> None:
    events = [ADDED, *(delta(n, str(n)) for n in range(2, 50))]
    events = [msgspec.structs.replace(event, sequence_number=None) for event in events]
    assert fold(events).text == "".join(map(str, range(2, 50)))


def test_events_of_the_openai_package_may_hold_halves_of_characters() -> None:
    events = [ev.from_dict({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": d})
              for d in ("A\ud83d", "\ude00B", "\ud83d", "C\ude00")]  # fmt: skip
    state = ResponseState()
    page: Any = state.snapshot()
    for event in events:
        state.apply(event)
        page = apply_ops(page, state.drain())
        state.text.encode()
    state.finish()
    assert apply_ops(page, state.drain()) == state.snapshot()
    assert state.text == "A😀B\ufffdC\ufffd"


def test_what_a_resumed_stream_says_again_counts_once() -> None:
    state = begun()
    for event in [delta(2, "Ti"), delta(3, "de"), delta(4, "s")]:
        state.apply(event)
    assert (state.text, state.warnings) == ("Tides", {"repeated_event": 2})


def test_names_without_end_are_counted_together() -> None:
    state = ResponseState()
    for number in range(1000):
        state.apply(ev.UnknownEvent(data={"type": f"x{number}"}))
    assert len(state.snapshot()["streamcell"]["unknown_events"]) == 201
    assert state.snapshot()["streamcell"]["unknown_events"]["others"] == 800
