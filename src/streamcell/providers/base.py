"""What a provider is, and the part of its reader that all share: bytes → JSON objects → events.

A `Reader` is one stream's, stateful and without I/O. It knows the framing and what JSON may hold; what an object means
is said by the provider's subclass. Nothing a server sends makes it raise, but for a line or event past the limits.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from streamcell.events import Event, Oddity
from streamcell.options import StreamOptions
from streamcell.providers.halves import Halves
from streamcell.sse import ServerSentEvent, SSEDecoder

__all__ = ["Provider", "Reader", "said"]


class Reader(ABC):
    """Bytes of one stream → events. `feed` every chunk in order, then `close`."""

    def __init__(self) -> None:
        self._sse = SSEDecoder()
        self._plain = False  # the next bytes begin a block, so that a shorter way may be tried
        self._prefix = b"data: "  # what stood before the JSON of the last plain block
        self._at = len(self._prefix)
        self._done = False
        self._halves = Halves()

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that ``chunk`` completes.

        Raises:
            ProtocolError: kind ``too_large``; nothing can be fed afterwards.
        """
        # The short way, for one whole plain block: the lines before the data are the same as last time, the data is one
        # line. (`10 in bytes` is a memchr; `b"\n" in bytes` costs six times as much.)
        if self._plain and chunk.startswith(self._prefix) and chunk[-1] == 10 == chunk[-2]:
            line = chunk[self._at : -2]
            if 10 not in line and 13 not in line and (event := self._quick(line)) is not None:
                return [event]
        return self._feed(chunk)

    def _feed(self, chunk: bytes) -> list[Event]:
        """The same for many blocks, and for any."""
        events: list[Event] = []
        start = 0
        while start < len(chunk) and not self._done:
            start = self._run(chunk, start, events)
            # What is not plain goes the long way, up to its blank line.
            blank = chunk.find(b"\n\n", start)
            end = blank + 2 if blank >= 0 else len(chunk)
            event = self._block(chunk[start:blank]) if self._plain and blank >= 0 else None
            if event is not None:
                events.append(event)
            else:
                for sse in self._sse.feed(chunk[start:end]):
                    events += self._read(sse)
                self._plain = self._sse.idle and not self._done and not self._halves
            start = end
        return events

    def _run(self, chunk: bytes, start: int, events: list[Event]) -> int:
        """Read plain blocks from ``start`` on, as many as follow each other; returns where they end."""
        last = len(chunk) - 1
        while self._plain and chunk.startswith(self._prefix, start):
            at = start + self._at
            stop = chunk.find(b"\n", at)  # one byte is found four times as fast as two
            if not 0 < stop < last or chunk[stop + 1] != 10:
                break
            line = chunk[at:stop]
            if 13 in line or (event := self._quick(line)) is None:
                break
            events.append(event)
            start = stop + 2
        return start

    def _block(self, block: bytes) -> Event | None:
        """The one event of a block of one data line and at most one line before it, or None for the long way."""
        before, data, line = block.partition(b"data: ")
        if before.count(b"\n") > 1 or before[-1:] not in (b"", b"\n") or 13 in block or 10 in line:
            return None
        event = self._quick(line)
        if event is not None:
            self._prefix = before + data
            self._at = len(self._prefix)
        return event

    def close(self) -> list[Event]:
        """The end of the bytes. A last event without its blank line counts if it is whole JSON."""
        tail = self._sse.close()
        events = self._read(tail, tail=True) if tail else []
        return [*events, *self._halves.end(), *([] if self._done else self._end())]

    # ------------------------------------------------------------ for subclasses
    def _quick(self, line: bytes) -> Event | None:
        """The one event that the JSON of a data line is, or None for the long way."""
        return None

    @abstractmethod
    def _translate(self, data: dict[str, Any]) -> list[Event]:
        """The events that one JSON object is."""

    def _end(self, done: bool = False) -> list[Event]:
        """What the end of the stream says; ``done`` if the server said ``[DONE]``."""
        return []

    # ------------------------------------------------------------ the long way
    def _read(self, sse: ServerSentEvent, tail: bool = False) -> list[Event]:
        if self._done:
            return []
        if sse.data.startswith(b"[DONE]"):
            self._done = True
            return [*self._halves.end(), *self._end(done=True)]
        if not self._halves and (event := self._quick(sse.data)) is not None:
            return [event]
        if not sse.data.strip():
            return []
        data, oddity = _json_object(sse.data)
        if data is None:
            return [] if tail else [Oddity(name=oddity)]
        if "type" not in data and sse.event.startswith("response."):
            data["type"] = sse.event
        events = self._translate(data)
        return list(self._halves.join(events)) if self._halves or b"\\u" in sse.data else events


def _json_object(raw: bytes) -> tuple[dict[str, Any] | None, str]:
    """The object, or None and the name of what is wrong with it."""
    try:
        value = _decode(raw)
    except (ValueError, RecursionError):
        try:
            value = _decode_anything(raw.decode("utf-8", "replace"))
        except ValueError:
            return None, "not_json"
        except RecursionError:
            return None, "nested_too_deep"
    return (value, "") if isinstance(value, dict) else (None, "not_an_object")


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _integer(text: str) -> int | None:
    # Python refuses to read more digits than 4,300; no page could make use of a hundred.
    return int(text) if len(text) <= 100 else None


_decode = msgspec.json.Decoder().decode
# The standard library takes what msgspec refuses: lone surrogates, NaN, numbers out of range.
_decode_anything = json.JSONDecoder(parse_float=_finite, parse_int=_integer, parse_constant=lambda _: None).decode


def said(**fields: Any) -> dict[str, Any]:
    """Request fields without those that nobody asked for: local servers refuse or misread what they do not know."""
    return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class Provider:
    """An API family."""

    name: str
    path: str
    """Below the base URL."""
    request: Callable[[StreamOptions], dict[str, Any]]
    """Options → the JSON body of a streaming request."""
    reader: Callable[[], Reader]
    """Makes the reader of one stream."""
