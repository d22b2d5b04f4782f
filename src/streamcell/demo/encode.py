"""What an encoder is: it turns beats into one API's stream events and final object. And the table of the three."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from streamcell.demo.ask import Ask
from streamcell.demo.play import Beat

__all__ = ["DONE", "Encoder", "Start", "sse"]

DONE = b"data: [DONE]\n\n"
"""Ends the streams of Chat Completions and Completions; Responses streams end at their terminal event."""


@dataclass(frozen=True)
class Start:
    """What an encoder begins with."""

    ask: Ask
    model: str
    """The name of the tape that plays: ``demo/…``."""
    created: int
    """Unix time in seconds."""
    new_id: Callable[[str], str]
    """Makes an id with the given prefix, such as ``msg_demo_``."""


class Encoder(Protocol):
    """One answer in one API."""

    id: str
    object: dict[str, Any]
    """The plain JSON answer, as complete as the beats so far make it."""
    error: dict[str, Any] | None
    """The error that ended the answer, in the form of an HTTP error's ``error`` field."""

    def start(self) -> list[bytes]:
        """The stream's first events."""

    def beat(self, beat: Beat) -> list[bytes]:
        """The events of one beat; none is normal."""


def sse(data: Any, event: str | None = None) -> bytes:
    """One server-sent event. Half surrogates, which a request can hold as escapes, become question marks."""
    head = f"event: {event}\n" if event else ""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{head}data: {body}\n\n".encode("utf-8", "replace")
