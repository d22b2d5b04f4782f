"""Bytes → server-sent events, by the HTML standard, cut wherever the network likes.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

It knows nothing of JSON or of any API. Two differences from the standard: buffers have named limits, and `close`
hands out the unfinished last block, which the standard throws away, as a diagnostic.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from streamcell.errors import ProtocolError

__all__ = ["MAX_EVENT_BYTES", "MAX_LINE_BYTES", "SSEDecoder", "ServerSentEvent"]

MAX_LINE_BYTES = 64 * 2**20
"""A longer line, comments included, is an attack or a mistake."""
MAX_EVENT_BYTES = 64 * 2**20
"""All ``data`` lines of one event together."""

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\r|\n")


class ServerSentEvent(NamedTuple):
    """One dispatched block. ``data`` is bytes: most of it is JSON, and JSON parsers read bytes."""

    event: str
    """The name; ``message`` when unnamed."""
    data: bytes
    id: str
    """The last event id in force, ``""`` if none."""
    retry: int | None
    """The reconnection time in force, in milliseconds."""


class SSEDecoder:
    """An incremental decoder. Feed it every chunk in order; an event is out as soon as its blank line is in."""

    def __init__(self, max_line: int = MAX_LINE_BYTES, max_event: int = MAX_EVENT_BYTES) -> None:
        self._max_line, self._max_event = max_line, max_event
        self._line: list[bytes] = []  # pieces of the line that has no end yet; joined once, when it ends
        self._line_size = 0
        self._start: bytes | None = b""  # while the stream may still begin with a BOM: what came so far
        self._skip_lf = False  # the last chunk ended in CR: a LF that comes first now belongs to it
        self._name = b""
        self._data: list[bytes] = []
        self._data_size = 0
        self._pending_id = self._id = ""
        self._retry: int | None = None
        self.idle = False
        """True between two events: nothing is pending, so a whole block may be read by a shorter way."""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that ``chunk`` completes.

        Raises:
            ProtocolError: kind ``too_large``, past one of the limits; nothing can be fed afterwards.
        """
        if self._start is not None:
            chunk = self._without_bom(chunk)
        if self._skip_lf and chunk:
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        *ended, rest = _LINE_END.split(chunk) if b"\r" in chunk else chunk.split(b"\n")
        events: list[ServerSentEvent] = []
        if ended:
            self._skip_lf = chunk.endswith(b"\r")
            ended[0] = self._end_line(ended[0])
            for line in ended:
                if line:
                    self._field(line)
                elif event := self._dispatch():
                    events.append(event)
        if rest:
            self._keep(rest)
        self.idle = not (self._line or self._data or self._name or self._skip_lf or self._start is not None)
        return events

    def close(self) -> ServerSentEvent | None:
        """The end of the bytes: the unfinished last block, or None. By the standard this is not an event."""
        if self._start:
            self._keep(self._start)
            self._start = None
        if line := self._end_line(b""):
            self._field(line)
        return self._dispatch()

    def _without_bom(self, chunk: bytes) -> bytes:
        start = (self._start or b"") + chunk
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._start = start
            return b""
        self._start = None
        return start.removeprefix(_BOM)

    def _keep(self, piece: bytes) -> None:
        self._line.append(piece)
        self._line_size += len(piece)
        if self._line_size > self._max_line:
            raise _too_large("line", self._max_line)

    def _end_line(self, piece: bytes) -> bytes:
        if not self._line:
            return piece
        line = b"".join([*self._line, piece])
        self._line, self._line_size = [], 0
        return line

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._data_size += len(value) + 1
            if self._data_size > self._max_event:
                raise _too_large("event", self._max_event)
        elif name == b"event":
            self._name = value
        elif name == b"id" and b"\0" not in value:
            self._pending_id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) <= 15:
            self._retry = int(value)

    def _dispatch(self) -> ServerSentEvent | None:
        self._id = self._pending_id
        name, data = self._name, self._data
        self._name, self._data, self._data_size = b"", [], 0
        if not data:
            return None
        return ServerSentEvent(name.decode("utf-8", "replace") or "message", b"\n".join(data), self._id, self._retry)


def _too_large(what: str, limit: int) -> ProtocolError:
    return ProtocolError(
        f"Expected {'a' if what == 'line' else 'an'} {what} of at most {limit} bytes, got more.",
        kind="too_large",
        hint="The server does not send an event stream that can be read; what arrived before is kept.",
    )
