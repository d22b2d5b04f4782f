"""Plays a tape in place of a request: the same bytes over the same connections, at any speed.

It sends nothing, needs no key, and calls no tool. A tape may be a stranger's, so what it holds is believed no more than
what a server sends.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from streamcell.errors import ProtocolError, TransportError, UsageError
from streamcell.options import APIS, StreamOptions
from streamcell.secret import redact
from streamcell.tape import MAX_BYTES, Connection, Tape, whole
from streamcell.transport import Answer

__all__ = ["ReplayTransport", "ending", "label", "load", "replayed"]

LONGEST_PAUSE = 10.0
"""Seconds; a tape on which nothing comes for longer goes on after so long."""
LABEL_HEADER = "x-streamcell-demo"


class ReplayTransport:
    """A `Transport` that plays one tape, connection after connection.

    Args:
        tape: As `load` gives it.
        speed: How many times faster than recorded; 0 is at once.
        sleep: Waits that many seconds; a seam for tests.
    """

    def __init__(
        self, tape: Tape, speed: float = 1.0, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._tape = tape
        self._speed = speed
        self._sleep = sleep
        self._next = 0

    @asynccontextmanager
    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> AsyncIterator[Answer]:
        """The next connection of the tape, whatever is asked."""
        connections = self._tape.connections
        if self._next >= len(connections):
            raise ending(self._tape)
        connection, self._next = connections[self._next], self._next + 1
        kept = {name: value for name, value in connection.headers.items() if name != LABEL_HEADER}
        last = self._next == len(connections)
        yield Answer(kept, self._chunks(connection, last), connection.whole)

    @asynccontextmanager
    async def get(self, path: str) -> AsyncIterator[Answer]:
        """The same."""
        async with self.post(path, {}, {}) as answer:
            yield answer

    async def first_model(self) -> str:
        """The model that was asked."""
        return self._tape.head.model or "unknown"

    async def _chunks(self, connection: Connection, last: bool) -> AsyncIterator[bytes]:
        at = connection.opened
        for t, chunk in connection.chunks:
            await self._wait(t - at)
            at = t
            yield chunk
        if last and self._tape.end and self._tape.end.error:
            raise ending(self._tape)

    async def _wait(self, milliseconds: int) -> None:
        if self._speed and milliseconds > 0:
            await self._sleep(min(milliseconds / 1000 / self._speed, LONGEST_PAUSE))


def ending(tape: Tape) -> TransportError:
    """What the recorded stream ended in, told as what it is: without a status, since a recorded refusal is no reason
    to ask again."""
    told = (tape.end.error if tape.end else None) or {}
    words = redact(str(told.get("message", "nothing more was received.")))[:500]
    kind = str(told.get("kind", "disconnected"))
    return TransportError(f"The recording ends here: {words}", kind=kind if kind in KINDS else "disconnected")


KINDS = (
    "connect", "dns", "tls", "auth", "not_found", "bad_request", "rate_limit", "quota", "server", "timeout", "stalled",
    "disconnected", "protocol", "too_large", "api_error", "redirect",
)  # fmt: skip
"""Kinds of errors that a tape may tell of; see `StreamcellError`."""


def load(file: str) -> Tape:
    """The tape in a file.

    Raises:
        UsageError: There is no such file, or it cannot be read.
        ProtocolError: It holds no whole tape of this version.
    """
    path = Path(os.path.expanduser(file))
    try:
        if not path.is_file():
            raise UsageError(f"Expected a tape to replay, found no file {file!r}.", hint="`--record` makes one.")
        with path.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"Expected a tape to replay, {file!r} cannot be read: {error.strerror}.") from error
    tape = whole(data)
    apis = {connection.api for connection in tape.connections}
    if len(apis) > 1 or not apis <= {*APIS} - {"auto"}:
        raise ProtocolError(f"Expected a tape of one of the APIs {', '.join(APIS[1:])}, got another.")
    return tape


def replayed(options: StreamOptions, tape: Tape) -> StreamOptions:
    """The options under which the tape is played: those of the answer on it, and nothing that asks a service.

    Raises:
        UsageError: The speed is no number from 0 up.
    """
    speed = options.speed
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 <= speed < math.inf:
        raise UsageError(f"Expected a speed from 0 up, got {speed!r}.", hint="1 is as recorded, 0 at once.")
    count = len(tape.connections)
    api = tape.connections[0].api if count else "responses"
    return replace(
        options,
        api=api,
        model=tape.head.model or "unknown",
        base_url="demo",
        key_env=None,
        api_key=None,
        headers={},
        client=None,
        background=count > 1,
        retries=count - 1 if count > 1 else 0,
    )


def label(options: StreamOptions, tape: Tape) -> str:
    """What stands above a replayed answer, so that nobody takes it for a new one."""
    name = Path(options.replay or "").name
    demo = next((c.headers[LABEL_HEADER] for c in tape.connections if LABEL_HEADER in c.headers), "")
    return f"replay of {name}" + (f"; demo: {demo}" if demo else "")
