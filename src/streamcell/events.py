"""What a stream can say: one small class per event type, with the API's ``type`` and the API's field names.

A row of the table below is a class: its base gives the fields, its ``tag`` the ``type``. The doc of an event is the
API's own; only what is ours says more. Servers leave the schema all the time, so every field can be None, and a field
of the wrong type is None. A type without a row becomes an `UnknownEvent` that keeps all it came with.

It knows nothing of bytes, of what an event means (`state`), or of who sent it (`providers`).
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

__all__ = ["EVENT_TYPES", "LIGHT_BYTES", "Event", "UnknownEvent", "from_dict", "is_light"]


class Event(msgspec.Struct, gc=False, tag_field="type", repr_omit_defaults=True):
    """Base of all events. Compare ``event.type`` with the API's name, or ``match`` on the class."""

    sequence_number: int | None = None

    @property
    def type(self) -> str:
        """The API's name of the event, such as ``response.output_text.delta``."""
        return str(self.__struct_config__.tag)


# ---------------------------------------------------------------- shapes: what fields a family of events has
class ResponseEvent(Event):
    response: dict[str, Any] | None = None


class ItemEvent(Event):
    """Something about the output item at ``output_index``; ``item_id`` is a hint that some servers change at will."""

    item_id: str | None = None
    output_index: int | None = None
    call_id: str | None = None


class WholeItem(Event):
    output_index: int | None = None
    item: dict[str, Any] | None = None


class ContentEvent(ItemEvent):
    content_index: int | None = None


class ContentDelta(ContentEvent):
    delta: str | None = None
    logprobs: list[Any] | None = None


class ContentText(ContentEvent):
    text: str | None = None
    logprobs: list[Any] | None = None


class ContentPart(ContentEvent):
    part: dict[str, Any] | None = None


class SummaryEvent(ItemEvent):
    summary_index: int | None = None


class SummaryPart(SummaryEvent):
    part: dict[str, Any] | None = None
    status: str | None = None


class Annotation(ContentEvent):
    annotation_index: int | None = None
    annotation: dict[str, Any] | None = None


class ItemDelta(ItemEvent):
    delta: str | None = None


class ItemStatus(ItemEvent):
    """A tool item moved on: the last word of the type is its new status."""


class CommandEvent(ItemEvent):
    """Shell commands name no ``item_id``; ``command_index`` counts within the item."""

    command_index: int | None = None


class CommandText(CommandEvent):
    command: str | None = None


class AudioPiece(Event):
    """One per response: no item, no index."""

    delta: str | None = None


class Steer(Event):
    """Sent over web sockets only; kept as data."""

    id: str | None = None
    previous_response_id: str | None = None
    steer: dict[str, Any] | None = None
    stream_id: str | None = None


# fmt: off
# ---------------------------------------------------------------- the response
class ResponseCreated(ResponseEvent, tag="response.created"): ...
class ResponseQueued(ResponseEvent, tag="response.queued"): ...
class ResponseInProgress(ResponseEvent, tag="response.in_progress"): ...
class ResponseCompleted(ResponseEvent, tag="response.completed"): ...
class ResponseIncomplete(ResponseEvent, tag="response.incomplete"): ...
class ResponseFailed(ResponseEvent, tag="response.failed"): ...
class ResponseCancelled(ResponseEvent, tag="response.cancelled"): ...
class Keepalive(Event, tag="keepalive"): ...
# ---------------------------------------------------------------- items and parts
class OutputItemAdded(WholeItem, tag="response.output_item.added"): ...
class OutputItemDone(WholeItem, tag="response.output_item.done"): ...
class ContentPartAdded(ContentPart, tag="response.content_part.added"): ...
class ContentPartDone(ContentPart, tag="response.content_part.done"): ...
class OutputTextDelta(ContentDelta, tag="response.output_text.delta"): ...
class OutputTextDone(ContentText, tag="response.output_text.done"): ...
class OutputTextAnnotationAdded(Annotation, tag="response.output_text.annotation.added"): ...
class OldOutputTextAnnotationAdded(Annotation, tag="response.output_text_annotation.added"): ...
class RefusalDelta(ContentDelta, tag="response.refusal.delta"): ...
class RefusalDone(ContentEvent, tag="response.refusal.done"):
    refusal: str | None = None
class ReasoningTextDelta(ContentDelta, tag="response.reasoning_text.delta"): ...
class ReasoningTextDone(ContentText, tag="response.reasoning_text.done"): ...
class ReasoningSummaryPartAdded(SummaryPart, tag="response.reasoning_summary_part.added"): ...
class ReasoningSummaryPartDone(SummaryPart, tag="response.reasoning_summary_part.done"): ...
class ReasoningSummaryTextDelta(SummaryEvent, tag="response.reasoning_summary_text.delta"):
    delta: str | None = None
class ReasoningSummaryTextDone(SummaryEvent, tag="response.reasoning_summary_text.done"):
    text: str | None = None
# ---------------------------------------------------------------- tools
class FunctionCallArgumentsDelta(ItemDelta, tag="response.function_call_arguments.delta"): ...
class FunctionCallArgumentsDone(ItemEvent, tag="response.function_call_arguments.done"):
    arguments: str | None = None
    name: str | None = None
class CustomToolCallInputDelta(ItemDelta, tag="response.custom_tool_call_input.delta"): ...
class CustomToolCallInputDone(ItemEvent, tag="response.custom_tool_call_input.done"):
    input: str | None = None
class McpCallArgumentsDelta(ItemDelta, tag="response.mcp_call_arguments.delta"): ...
class McpCallArgumentsDone(ItemEvent, tag="response.mcp_call_arguments.done"):
    arguments: str | None = None
class McpCallInProgress(ItemStatus, tag="response.mcp_call.in_progress"): ...
class McpCallCompleted(ItemStatus, tag="response.mcp_call.completed"): ...
class McpCallFailed(ItemStatus, tag="response.mcp_call.failed"): ...
class McpListToolsInProgress(ItemStatus, tag="response.mcp_list_tools.in_progress"): ...
class McpListToolsCompleted(ItemStatus, tag="response.mcp_list_tools.completed"): ...
class McpListToolsFailed(ItemStatus, tag="response.mcp_list_tools.failed"): ...
class WebSearchCallInProgress(ItemStatus, tag="response.web_search_call.in_progress"): ...
class WebSearchCallSearching(ItemStatus, tag="response.web_search_call.searching"): ...
class WebSearchCallCompleted(ItemStatus, tag="response.web_search_call.completed"): ...
class FileSearchCallInProgress(ItemStatus, tag="response.file_search_call.in_progress"): ...
class FileSearchCallSearching(ItemStatus, tag="response.file_search_call.searching"): ...
class FileSearchCallCompleted(ItemStatus, tag="response.file_search_call.completed"): ...
class CodeInterpreterCallInProgress(ItemStatus, tag="response.code_interpreter_call.in_progress"): ...
class CodeInterpreterCallInterpreting(ItemStatus, tag="response.code_interpreter_call.interpreting"): ...
class CodeInterpreterCallCompleted(ItemStatus, tag="response.code_interpreter_call.completed"): ...
class CodeInterpreterCallCodeDelta(ItemDelta, tag="response.code_interpreter_call_code.delta"): ...
class CodeInterpreterCallCodeDone(ItemEvent, tag="response.code_interpreter_call_code.done"):
    code: str | None = None
class ImageGenerationCallInProgress(ItemStatus, tag="response.image_generation_call.in_progress"): ...
class ImageGenerationCallGenerating(ItemStatus, tag="response.image_generation_call.generating"): ...
class ImageGenerationCallCompleted(ItemStatus, tag="response.image_generation_call.completed"): ...
class ImageGenerationCallPartialImage(ItemEvent, tag="response.image_generation_call.partial_image"):
    partial_image_b64: str | None = None
    partial_image_index: int | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
class ShellCallCommandAdded(CommandText, tag="response.shell_call_command.added"): ...
class ShellCallCommandDelta(CommandEvent, tag="response.shell_call_command.delta"):
    delta: str | None = None
class ShellCallCommandDone(CommandText, tag="response.shell_call_command.done"): ...
class ShellCallOutputContentDelta(CommandEvent, tag="response.shell_call_output_content.delta"):
    delta: dict[str, Any] | None = None
class ShellCallOutputContentDone(CommandEvent, tag="response.shell_call_output_content.done"):
    output: list[Any] | None = None
class ApplyPatchCallOperationDiffDelta(ItemDelta, tag="response.apply_patch_call_operation_diff.delta"): ...
class ApplyPatchCallOperationDiffDone(ItemEvent, tag="response.apply_patch_call_operation_diff.done"):
    diff: str | None = None
class CompactionCompacting(ItemStatus, tag="response.compaction.compacting"): ...
# ---------------------------------------------------------------- beside the items
class AudioDelta(AudioPiece, tag="response.audio.delta"): ...
class AudioDone(Event, tag="response.audio.done"): ...
class AudioTranscriptDelta(AudioPiece, tag="response.audio.transcript.delta"): ...
class AudioTranscriptDone(Event, tag="response.audio.transcript.done"): ...
class SteerAccepted(Steer, tag="response.steer.accepted"): ...
class SteerPending(Steer, tag="response.steer.pending"):
    reason: str | None = None
    required_input: list[Any] | None = None
class SteerFailed(Steer, tag="response.steer.failed"):
    error: dict[str, Any] | None = None
class ErrorEvent(Event, tag="error"):
    """Flat as documented, or nested under ``error`` as really sent; there it may also be a plain string."""
    code: Any = None
    message: str | None = None
    param: str | None = None
    error: Any = None
# ---------------------------------------------------------------- ours: what other APIs and the reader say beside it
class FinishReason(Event, tag="streamcell.finish_reason"):
    """Chat Completions and Completions: why the first choice ended, in the server's own word."""
    finish_reason: str | None = None
class UsageReport(Event, tag="streamcell.usage_report"):
    """Token counts that came before the end."""
    usage: dict[str, Any] | None = None
class Oddity(Event, tag="streamcell.oddity"):
    """Something in the bytes was read round; ``name`` is what the warnings count."""
    name: str = "odd"
# fmt: on


class UnknownEvent(Event):
    """An event of a type that has no row. Its fields can be read as attributes, and all stand in ``data``."""

    data: dict[str, Any] = msgspec.field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.data.get("type"))

    def __getattr__(self, name: str) -> Any:
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(f"{self.type!r} came without a field {name!r}; it has {sorted(self.data)}.") from None


def _rows(base: type[Event]) -> Iterator[tuple[str, type[Event]]]:
    for cls in base.__subclasses__():
        if isinstance(cls.__struct_config__.tag, str) and not cls.__subclasses__() and cls is not UnknownEvent:
            yield cls.__struct_config__.tag, cls
        yield from _rows(cls)


EVENT_TYPES: Mapping[str, type[Event]] = types.MappingProxyType(
    {tag: cls for tag, cls in _rows(Event) if "." in tag or tag in ("error", "keepalive")}
)
"""``type`` → class, of all rows above."""

for _type, _row in EVENT_TYPES.items():
    # A plain attribute is read ten times as fast as the property, and every consumer reads it for every event.
    _row.type = _type  # type: ignore[method-assign,assignment]


@functools.cache  # when first needed: hints of all rows would take a third of the import
def _expected(cls: type[Event]) -> dict[str, tuple[type, ...]]:
    """Field → the Python types that its value may have; empty where anything goes."""
    expected = {}
    for name, hint in typing.get_type_hints(cls).items():
        members = typing.get_args(hint) if typing.get_origin(hint) in (types.UnionType, typing.Union) else (hint,)
        plain = tuple(typing.get_origin(m) or m for m in members if m is not type(None))
        expected[name] = () if Any in plain else plain
    return expected


def _fits(value: object, wanted: tuple[type, ...]) -> bool:
    return not wanted or (isinstance(value, wanted) and not (isinstance(value, bool) and bool not in wanted))


def _number(value: object) -> int | None:
    """An index as some servers write it: ``1.0`` or ``"1"``."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return None


def from_dict(data: Mapping[str, Any]) -> Event:
    """The event that a decoded JSON object is; its ``type`` must be a string. Values of a wrong type become None."""
    cls = EVENT_TYPES.get(data["type"])
    if cls is None:
        number = data.get("sequence_number")
        return UnknownEvent(number if _fits(number, (int,)) else None, dict(data))
    fields: dict[str, Any] = {}
    for name, wanted in _expected(cls).items():
        value = data.get(name)
        if value is None:
            continue
        if _fits(value, wanted):
            fields[name] = value
        elif wanted == (int,):
            fields[name] = _number(value)
    return cls(**fields)


LIGHT_BYTES = 16 * 1024
"""Of an event that is remembered where not all are."""


def is_light(event: Event) -> bool:
    """Whether an event, as JSON, has at most `LIGHT_BYTES`. Cheap for deltas."""
    delta = getattr(event, "delta", None)
    if isinstance(delta, str):
        return len(delta) <= LIGHT_BYTES
    try:
        return len(msgspec.json.encode(event)) <= LIGHT_BYTES
    except (ValueError, TypeError, RecursionError):  # lone surrogates, or nested beyond all measure
        return False
