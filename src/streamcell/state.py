"""Events → the response so far, and the ops that tell a page what changed.

`ResponseState` never raises on what a server sent, and nothing that arrived is lost by what comes later: a ``done``
overrules deltas, a terminal response overrules all, and nothing empty overrules anything. It knows nothing of bytes,
clocks, frames or pages; `Items` folds what is said of output items, `Document` remembers what changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamcell import events as ev
from streamcell.document import MAX_PARTS, Document, mended
from streamcell.items import Items
from streamcell.numbering import Numbering
from streamcell.wire import ErrorInfo, Op

__all__ = ["ResponseState"]

TERMINAL = {
    ev.ResponseCompleted: "completed",
    ev.ResponseIncomplete: "incomplete",
    ev.ResponseFailed: "failed",
    ev.ResponseCancelled: "cancelled",
}
OPEN = {ev.ResponseCreated: "in_progress", ev.ResponseQueued: "queued", ev.ResponseInProgress: "in_progress"}
APART = frozenset({"output", "status", "usage", "error", "incomplete_details", "streamcell"})
"""Fields of a response that are not simply taken over: only a terminal event decides them."""
KINDS = {"rate_limit_exceeded": "rate_limit", "rate_limit": "rate_limit", "insufficient_quota": "quota"}
"""The service's error code → the kind of error; others are ``api_error``."""
MAX_NAMES = 200
"""So many kinds of unknown events are counted by name."""
CALLS = {
    "function_call": ("arguments",),
    "mcp_call": ("arguments",),
    "custom_tool_call": ("input",),
    "shell_call": ("action", "commands"),
    "local_shell_call": ("action", "command"),
    "apply_patch_call": ("operation", "diff"),
}
"""Item type of a tool call → where the text of its arguments stands."""
_NOWHERE, _CONTENT, _SUMMARY = "item", "content", "summary"
"""In which list of its item a growing text stands."""


class ResponseState:
    """One response as far as it is known. Feed it every event in order, then `finish`; `drain` whenever a page is due.

    Args:
        api: What the server speaks: ``responses``, ``chat`` or ``completions``.
    """

    def __init__(self, api: str = "responses") -> None:
        annex = {"api": api, "unknown_events": {}, "warnings": {}}
        head: dict[str, Any] = {
            "id": None,
            "object": "response",
            "status": "queued",
            "model": None,
            "output": [],
            "error": None,
        }
        self._document = Document({**head, "incomplete_details": None, "usage": None, "streamcell": annex})
        self._items = Items(self._document, self._warn)
        self._numbering = Numbering()
        self._last: ev.Event | None = None
        self._over = False
        self._hot_class: Any = None
        self._hot_output: int | None = None
        self._hot_list = _NOWHERE
        self._hot_index: int | None = None
        self._hot_parts: list[str] = []

    # ------------------------------------------------------------ what came
    def apply(self, event: Any) -> None:
        """Fold one `Event` in. It is not kept beyond the next one, and not changed."""
        # The short way, for nearly all events of a long answer: the text that grew last grows by one more delta.
        if event.__class__ is self._hot_class and event.output_index == self._hot_output:
            where, number, parts = self._hot_list, event.sequence_number, self._hot_parts
            if where is _CONTENT:
                fits = event.content_index == self._hot_index and not event.logprobs
            else:
                fits = where is _NOWHERE or event.summary_index == self._hot_index
            if fits and (number is None or number == self._numbering.next) and len(parts) < MAX_PARTS and event.delta:
                if number is not None:
                    self._numbering.next = number + 1
                parts.append(event.delta)
                self._last = event
                return
        self._apply(event)

    def _apply(self, event: ev.Event) -> None:
        self._hot_class = None
        if self._over:
            return self._late(event)
        if self._numbering.repeats(event.sequence_number, type(event)) and not self._says_the_end(event):
            if not self._is_news(event):
                return self._warn("repeated_event")
            self._numbering.give_up()
        self._last = event
        handler = _HANDLERS.get(event.__class__)
        if handler:
            handler(self, event)
        elif event.type not in ev.EVENT_TYPES:
            self._count("unknown_events", event.type)

    def _says_the_end(self, event: ev.Event) -> bool:
        """What is final, or about the response as a whole, may be said as often as a server likes."""
        return isinstance(event, ev.ResponseEvent | ev.ErrorEvent) or event.type.endswith(".done")

    def _is_news(self, event: ev.Event) -> bool:
        """Whether it cannot be a repetition: it has the last number with other content, or it begins something."""
        last = self._last
        other = last is not None and last.sequence_number == event.sequence_number and last != event
        return other or not self._items.knows(event)

    def _heat(self, event: Any, parts: list[str]) -> None:
        """Let `apply` add the next deltas of this text by itself, until another event or a drain comes between."""
        if self._items.sole(event):
            self._hot_class, self._hot_output, self._hot_parts = event.__class__, event.output_index, parts
            self._hot_list, self._hot_index = _NOWHERE, None
            if isinstance(event, ev.ContentDelta):
                self._hot_list, self._hot_index = _CONTENT, event.content_index
            elif isinstance(event, ev.SummaryEvent):
                self._hot_list, self._hot_index = _SUMMARY, event.summary_index

    # ------------------------------------------------------------ handlers
    def _delta(self, event: Any) -> None:
        text = self._items.text_of(event)
        if event.delta is None:
            return self._warn("delta_without_text")
        if text is not None:
            text.pack()
            text.parts.append(event.delta)
            self._heat(event, text.parts)

    def _command_delta(self, event: ev.ShellCallCommandDelta) -> None:
        self._items.command_text(event).parts.append(event.delta or "")

    def _lifecycle(self, event: ev.ResponseEvent) -> None:
        self._head(event.response)
        if not self._failed:
            queued = (event.response or {}).get("status") == "queued"
            self._document.put(("status",), "queued" if queued else OPEN[type(event)])

    def _head(self, response: dict[str, Any] | None) -> None:
        for key, value in (response or {}).items():
            if key not in APART:
                self._document.overrule((mended(key),), value)

    def _terminal(self, event: ev.ResponseEvent) -> None:
        response = event.response or {}
        self._head(response)
        output = response.get("output")
        self._items.settle_all(output if isinstance(output, list) else [])
        for key, kind in (("usage", dict), ("incomplete_details", dict)):
            if isinstance(response.get(key), kind):
                self._document.overrule((key,), response[key])
        if isinstance(event, ev.ResponseFailed) or self._failed or response.get("error"):
            self._merge_error(response.get("error"))
        self._end("failed" if self._failed else TERMINAL[type(event)])

    def _error(self, event: ev.ErrorEvent) -> None:
        self._merge_error(event.error or {"code": event.code, "message": event.message, "param": event.param})
        self._document.put(("status",), "failed")

    def _merge_error(self, error: object) -> None:
        """Two events may tell of one failure, in either order, one perhaps empty: each thing is heard once."""
        new = _error_of(error)
        old = self._document.plain("error") or {}
        self._document.put(("error",), {**new, **{k: v for k, v in old.items() if v is not None}})
        whole = self._document.plain("error")
        message = whole["message"] or "The service reported a failure and gave no reason."
        info = ErrorInfo(kind=KINDS.get(whole["code"] or "", "api_error"), message=message)
        if whole["code"]:
            info["code"] = whole["code"]
        self._document.put(("streamcell", "error"), info)

    def _late(self, event: ev.Event) -> None:
        """After the end nothing changes, but a failure may still be explained."""
        if self._failed and isinstance(event, ev.ErrorEvent):
            self._error(event)
        elif self._failed and isinstance(event, ev.ResponseFailed):
            self._merge_error((event.response or {}).get("error"))
        elif not isinstance(event, ev.Keepalive | ev.Oddity):
            self._warn("after_the_end")

    def _audio(self, event: ev.AudioPiece) -> None:
        name = "transcript" if isinstance(event, ev.AudioTranscriptDelta) else "data"
        if self._document.get("streamcell", "audio") is None:
            self._document.put(("streamcell", "audio"), {})
        self._document.text(("streamcell", "audio", name)).parts.append(event.delta or "")

    def _finish_reason(self, event: ev.FinishReason) -> None:
        self.annotate("finish_reason", event.finish_reason)

    def _usage(self, event: ev.UsageReport) -> None:
        if event.usage:
            self._document.put(("usage",), event.usage)

    def _oddity(self, event: ev.Oddity) -> None:
        self._warn(event.name)

    def _warn(self, name: str) -> None:
        self._count("warnings", name)

    def _count(self, table: str, name: str) -> None:
        known = self._document.get("streamcell", table)
        name = mended(name)
        path = ("streamcell", table, name if name in known or len(known) < MAX_NAMES else "others")
        self._document.put(path, (self._document.get(*path) or 0) + 1)

    # ------------------------------------------------------------ the end
    @property
    def _failed(self) -> bool:
        return bool(self._document.get("status") == "failed")

    def _end(self, status: str) -> None:
        self._hot_class = None
        self._over, self._last = True, None
        self._items.end("completed" if status == "completed" else "incomplete")
        self._document.end()
        self._document.put(("status",), status)

    def finish(self) -> None:
        """No more bytes come. Without a terminal event the response was interrupted, never completed."""
        if not self._over:
            self._end("failed" if self._failed else "interrupted")

    def cancel(self) -> None:
        """The reader wants no more. What arrived is kept."""
        if not self._over:
            self._end("cancelled")

    def fail(self, info: ErrorInfo) -> None:
        """The transport failed. What arrived is kept, and a failure that the service itself told of stands."""
        if self._over:
            return
        if self._document.get("streamcell", "error") is None:
            self._document.put(("streamcell", "error"), dict(info))
        cut = info["kind"] in ("disconnected", "stalled", "timeout") and not self._failed
        self._end("interrupted" if cut else "failed")

    def annotate(self, key: str, value: Any) -> None:
        """Note something of ours beside the response, at ``snapshot["streamcell"][key]``."""
        self._document.put(("streamcell", key), value)

    # ------------------------------------------------------------ what is known
    def drain(self) -> list[Op]:
        """The ops since the last drain. Applied in order to the snapshot of that time they give the one of now."""
        self._hot_class = None
        return self._document.drain()

    def snapshot(self) -> dict[str, Any]:
        """The whole response as plain JSON data, a copy. To go on from it with ops, `drain` first."""
        return self._document.snapshot()

    @property
    def terminal(self) -> bool:
        """The response has ended. After an ``error`` more may come and explain it, but the status stays."""
        return self._over or self._failed

    @property
    def status(self) -> str:
        return str(self._document.get("status"))

    @property
    def output(self) -> list[Any]:
        """The output items, a copy."""
        output: list[Any] = self._document.plain("output")
        return output

    @property
    def text(self) -> str:
        """The answer: all ``output_text``, joined with nothing between."""
        return self._joined("message", "content", ("output_text", "text"), "text")

    @property
    def refusal(self) -> str:
        return self._joined("message", "content", ("refusal",), "refusal")

    @property
    def reasoning(self) -> str:
        """What is shown of the reasoning: of each item its summary, then its content."""
        return "".join(
            _join(item, "summary", None, "text") + _join(item, "content", None, "text")
            for item in self._items_of("reasoning")
        )

    @property
    def tool_calls(self) -> list[dict[str, Any]]:
        """``{"kind", "call_id", "name", "arguments"}`` for each call; ``kind`` is its item type, arguments are text."""
        return [_call(item) for item in self._items_of(*CALLS)]

    @property
    def usage(self) -> dict[str, Any] | None:
        usage: dict[str, Any] | None = self._document.plain("usage")
        return usage

    @property
    def error(self) -> dict[str, Any] | None:
        """What failed, as an `wire.ErrorInfo`."""
        error: dict[str, Any] | None = self._document.plain("streamcell", "error")
        return error

    @property
    def warnings(self) -> dict[str, int]:
        """How often each oddity was met."""
        warnings: dict[str, int] = self._document.plain("streamcell", "warnings")
        return warnings

    def _items_of(self, *kinds: str) -> list[dict[str, Any]]:
        items = self._document.get("output")
        found = [item for item in items if isinstance(item, dict) and item.get("type") in kinds]
        return [item for item in found if not item.get("choice_index")]

    def _joined(self, kind: str, name: str, parts: tuple[str, ...], field: str) -> str:
        return "".join(_join(item, name, parts, field) for item in self._items_of(kind))


def _join(item: dict[str, Any], name: str, kinds: tuple[str, ...] | None, field: str) -> str:
    parts = item.get(name)
    found = [p for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []
    return "".join(str(p.get(field) or "") for p in found if kinds is None or p.get("type") in kinds)


def _call(item: dict[str, Any]) -> dict[str, Any]:
    value: Any = item
    for key in CALLS[item["type"]]:
        value = value.get(key) if isinstance(value, dict) else None
    text = "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return {"kind": item["type"], "call_id": item.get("call_id"), "name": item.get("name"), "arguments": text}


def _error_of(error: object) -> dict[str, Any]:
    """``{"code", "message", ...}`` of any shape an error comes in: an object, a plain string, nothing."""
    if not isinstance(error, dict):
        return {"code": None, "message": str(error) if error else None}
    code = error.get("code")
    if code is None and error.get("type") != "error":
        code = error.get("type")
    message = error.get("message")
    more = {k: error[k] for k in ("type", "param") if error.get(k) is not None}
    return {"code": None if code is None else str(code), "message": None if message is None else str(message), **more}


def _handlers() -> dict[type[ev.Event], Callable[[ResponseState, Any], None]]:
    """Event class → what folds it: by the shape of its row where that says enough, else by the class itself."""
    state, items = ResponseState, Items
    shapes: list[tuple[type[ev.Event], Callable[[Any, Any], None]]] = [
        (ev.ItemStatus, items.status),
        (ev.ContentPart, items.part_event),
        (ev.SummaryPart, items.part_event),
        (ev.Annotation, items.annotation),
        (ev.CommandText, items.command),
        (ev.OutputItemAdded, items.added),
        (ev.OutputItemDone, items.done),
        (ev.ImageGenerationCallPartialImage, items.partial_image),
        (ev.ShellCallOutputContentDelta, items.command_output),
        (ev.ShellCallOutputContentDone, items.command_output),
    ]
    table: dict[type[ev.Event], Callable[[ResponseState, Any], None]] = {
        ev.ShellCallCommandDelta: state._command_delta,
        ev.AudioDelta: state._audio,
        ev.AudioTranscriptDelta: state._audio,
        ev.ErrorEvent: state._error,
        ev.FinishReason: state._finish_reason,
        ev.UsageReport: state._usage,
        ev.Oddity: state._oddity,
        **dict.fromkeys(OPEN, state._lifecycle),
        **dict.fromkeys(TERMINAL, state._terminal),
    }

    def onto_items(fold: Callable[[Any, Any], None]) -> Callable[[ResponseState, Any], None]:
        return lambda self, event: fold(self._items, event)

    for type_, cls in ev.EVENT_TYPES.items():
        for shape, fold in shapes:
            if issubclass(cls, shape):
                table.setdefault(cls, onto_items(fold))
        if type_.endswith(".delta") and issubclass(cls, ev.ItemEvent):
            table.setdefault(cls, state._delta)
        if type_.endswith(".done") and issubclass(cls, ev.ItemEvent):
            table.setdefault(cls, onto_items(items.text_done))
    return table


_HANDLERS = _handlers()
