"""The table of events: complete, named after the API, and lenient with what servers make of it."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest
from openai.types.responses import (
    ResponseStreamEvent,
    response_steer_accepted_event,
    response_steer_failed_event,
    response_steer_pending_event,
)

from streamcell import events as ev

UNION = typing.get_args(typing.get_args(ResponseStreamEvent)[0])
STEER = [
    response_steer_accepted_event.ResponseSteerAcceptedEvent,
    response_steer_pending_event.ResponseSteerPendingEvent,
    response_steer_failed_event.ResponseSteerFailedEvent,
]
BESIDE_THE_UNION = {
    "keepalive",
    "response.cancelled",
    "response.apply_patch_call_operation_diff.delta",
    "response.apply_patch_call_operation_diff.done",
    "response.output_text_annotation.added",
    *(type_ for type_ in ev.EVENT_TYPES if type_.startswith(("response.steer.", "streamcell."))),
}
"""Sent by real servers, and by ourselves."""


def type_of(model: Any) -> str:
    return str(typing.get_args(model.model_fields["type"].annotation)[0])


@pytest.mark.parametrize("model", [*UNION, *STEER], ids=type_of)
def test_every_event_of_the_openai_package_has_a_row_with_its_fields(model: Any) -> None:
    row = ev.EVENT_TYPES[type_of(model)]
    assert set(model.model_fields) - {"type"} - set(row.__struct_fields__) - {"obfuscation"} == set()


def test_there_is_no_row_that_nobody_sends() -> None:
    assert set(ev.EVENT_TYPES) - BESIDE_THE_UNION == {type_of(model) for model in UNION}


@pytest.mark.parametrize(("type_", "row"), [(t, r) for t, r in ev.EVENT_TYPES.items() if "." in t])
def test_a_row_is_named_after_its_type(type_: str, row: type[ev.Event]) -> None:
    words = type_.removeprefix("streamcell.").replace("response.", "", 1).replace(".", "_").split("_")
    name = "".join(word.capitalize() for word in words)
    older = type_ == "response.output_text_annotation.added"
    assert row.__name__ in (name, f"Response{name}") or (older and row.__name__ == f"Old{name}")


def test_what_the_guide_of_the_api_shows_reads_naturally() -> None:
    said = []
    for event in [
        ev.from_dict({"type": "response.created", "response": {}}),
        ev.from_dict({"type": "response.output_text.delta", "delta": "Ti"}),
        ev.from_dict({"type": "response.output_text.delta", "delta": "de"}),
    ]:
        if event.type == "response.output_text.delta":
            said.append(event.delta)  # type: ignore[attr-defined]
    assert said == ["Ti", "de"]


def test_match_works_on_the_class() -> None:
    match ev.from_dict({"type": "response.function_call_arguments.done", "name": "tide", "arguments": "{}"}):
        case ev.FunctionCallArgumentsDone(name=name, arguments=arguments):
            assert (name, arguments) == ("tide", "{}")
        case _:
            pytest.fail("not matched")


def test_an_unknown_event_keeps_all_it_came_with() -> None:
    event = ev.from_dict({"type": "response.telepathy.delta", "sequence_number": 3, "thought": {"x": 1}})
    assert isinstance(event, ev.UnknownEvent)
    assert (event.type, event.sequence_number, event.thought) == ("response.telepathy.delta", 3, {"x": 1})
    with pytest.raises(AttributeError, match="came without a field 'feeling'"):
        _ = event.feeling
    assert copy.deepcopy(event) == event == pickle.loads(pickle.dumps(event))


@pytest.mark.parametrize("wrong", [None, 42, True, ["x"], {"a": 1}, 1.5])
def test_a_field_of_a_wrong_type_is_none(wrong: Any) -> None:
    fields = dict.fromkeys(["delta", "item_id", "logprobs"], wrong)
    event = ev.from_dict({"type": "response.output_text.delta", **fields})
    assert (event.delta, event.item_id) == (None, None)  # type: ignore[attr-defined]
    assert event.logprobs == (wrong if isinstance(wrong, list) else None)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("written", "read"), [(1, 1), (1.0, 1), ("1", 1), (True, None), ("x", None), (1.5, None), ("-1", None), ([], None)]
)
def test_an_index_is_read_however_it_is_written(written: Any, read: int | None) -> None:
    event = ev.from_dict({"type": "response.output_text.delta", "output_index": written})
    assert event.output_index == read  # type: ignore[attr-defined]


def test_an_event_shows_only_what_it_says() -> None:
    assert repr(ev.OutputTextDelta(delta="Ti")) == "OutputTextDelta(delta='Ti')"
