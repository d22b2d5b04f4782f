"""Events → the response so far, and the ops that tell a page what changed.

`ResponseState` never raises on what a server sent, and nothing that arrived is lost by what comes later: a ``done``
overrules deltas, a terminal response overrules all, and nothing empty overrules anything. It knows nothing of bytes,
clocks, frames or pages; `Items` folds what is said of output items, `Document` remembers what changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamcell import events as ev
from streamcell import readout
from streamcell.document import MAX_PARTS, Document, mended
from streamcell.items import Items
from streamcell.numbering import Numbering
from streamcell.parts import FIELDS, PARTS, Parts
from streamcell.secret import redact
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
KINDS = {
    **dict.fromkeys(("rate_limit_exceeded", "rate_limit_error", "rate_limit", "429"), "rate_limit"),
    **dict.fromkeys(("insufficient_quota", "402"), "quota"),
    **dict.fromkeys(("invalid_api_key", "authentication_error", "401"), "auth"),
}
"""The service's error code → the kind of error; others are ``api_error``."""
MAX_NAMES = 200
"""So many kinds of unknown events are counted by name."""
_NOWHERE, _CONTENT, _SUMMARY = "item", "content", "summary"
"""In which list of its item a growing text stands."""


class ResponseState:
    """One response as far as it is known. Feed it every event in order, then `finish`; `drain` whenever a page is due.

    Args:
        api: What the server speaks: ``responses``, ``chat`` or ``completions``.
    """

    def __init__(self, api: str = "responses") -> None:
        annex = {"api": api, "unknown_events": {}, "warnings": {}}
        head: dict[str, Any] = {"id": None, "object": "response", "status": "queued", "model": None, "output": []}
        tail: dict[str, Any] = {"error": None, "incomplete_details": None, "usage": None, "streamcell": annex}
        self._document = Document({**head, **tail})
        self._items = Items(self._document, self._warn)
        self._parts = Parts(self._document, self._items, self._warn)
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
            where, parts = self._hot_list, self._hot_parts
            if where is _CONTENT:
                fits = event.content_index == self._hot_index and not event.logprobs
            else:
                fits = where is _NOWHERE or event.summary_index == self._hot_index
            if fits and len(parts) < MAX_PARTS and event.delta and self._numbering.goes_on(event.sequence_number):
                parts.append(event.delta)
                self._last = event
                return
        self._apply(event)

    def _apply(self, event: ev.Event) -> None:
        self._hot_class = None
        if self._over:
            return self._late(event)
        if self._numbering.leaves_a_gap(event.sequence_number):
            self._warn("numbers_missing")
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
        text = self._parts.text_of(event)
        if event.delta is None:
            return self._warn("delta_without_text")
        if text is not None:
            text.pack()
            text.parts.append(event.delta)
            self._heat(event, text.parts)

    def _lifecycle(self, event: ev.ResponseEvent) -> None:
        self._head(event.response)
        if not self._failed:
            queued = (event.response or {}).get("status") == "queued"
            self._document.put(("status",), "queued" if queued else OPEN[type(event)])

    def _head(self, response: dict[str, Any] | None) -> None:
        for key, value in (response or {}).items():
            if key not in APART:
                self._document.overrule((mended(str(key)),), value)

    def _terminal(self, event: ev.ResponseEvent) -> None:
        response = event.response or {}
        self._head(response)
        output = response.get("output")
        self._items.settle_all(output if isinstance(output, list) else [])
        for key in ("usage", "incomplete_details"):
            if isinstance(response.get(key), dict):
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
        """The reader wants no more. What arrived is kept, also a failure."""
        if not self._over:
            self._end("failed" if self._failed else "cancelled")

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
        return readout.text(self._document.get("output"))

    @property
    def refusal(self) -> str:
        return readout.refusal(self._document.get("output"))

    @property
    def reasoning(self) -> str:
        """What is shown of the reasoning: of each item its summary, then its content."""
        return readout.reasoning(self._document.get("output"))

    @property
    def tool_calls(self) -> list[dict[str, Any]]:
        """``{"kind", "call_id", "name", "arguments"}`` for each call; ``kind`` is its item type, arguments are text."""
        return readout.tool_calls(self._document.get("output"))

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


def _error_of(error: object) -> dict[str, Any]:
    """``{"code", "message", ...}`` of any shape an error comes in: an object, a plain string, nothing."""
    if not isinstance(error, dict):
        return {"code": None, "message": redact(str(error)) if error else None}
    code = error.get("code")
    if code is None and error.get("type") != "error":
        code = error.get("type")
    message = error.get("message")
    more = {k: error[k] for k in ("type", "param") if error.get(k) is not None}
    return {
        "code": None if code is None else str(code),
        "message": None if message is None else redact(str(message)),
        **more,
    }


Fold = Callable[[ResponseState, Any], None]

FOLDS: list[tuple[type[ev.Event], Fold]] = [
    (ev.OutputItemAdded, lambda state, event: state._items.added(event)),
    (ev.OutputItemDone, lambda state, event: state._items.done(event)),
    (ev.ItemStatus, lambda state, event: state._parts.status(event)),
    (ev.ContentPart, lambda state, event: state._parts.part_event(event)),
    (ev.SummaryPart, lambda state, event: state._parts.part_event(event)),
    (ev.Annotation, lambda state, event: state._parts.annotation(event)),
    (ev.CommandText, lambda state, event: state._parts.command(event)),
    (ev.ShellCallCommandDelta, lambda state, event: state._parts.command_delta(event)),
    (ev.ShellCallOutputContentDelta, lambda state, event: state._parts.command_output(event)),
    (ev.ShellCallOutputContentDone, lambda state, event: state._parts.command_output(event)),
    (ev.ImageGenerationCallPartialImage, lambda state, event: state._parts.partial_image(event)),
    (ev.AudioPiece, ResponseState._audio),
    (ev.ErrorEvent, ResponseState._error),
    (ev.FinishReason, ResponseState._finish_reason),
    (ev.UsageReport, ResponseState._usage),
    (ev.Oddity, ResponseState._oddity),
    *((row, ResponseState._lifecycle) for row in OPEN),
    *((row, ResponseState._terminal) for row in TERMINAL),
]
"""A shape or a row of the event table → what folds it. Families of text are in the tables of `parts`."""


def _fold_of(type_: str, row: type[ev.Event]) -> Fold | None:
    family, _, verb = type_.rpartition(".")
    if family in PARTS or family in FIELDS:
        return ResponseState._delta if verb == "delta" else lambda state, event: state._parts.text_done(event)
    return next((fold for shape, fold in FOLDS if issubclass(row, shape)), None)


_HANDLERS = {row: _fold_of(type_, row) for type_, row in ev.EVENT_TYPES.items()}
