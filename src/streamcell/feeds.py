"""Events that no request of ours brings: somebody else's iterable, a tape, an answer that came in one piece.

All of them are read as bytes, so that the same rules hold for them as for what comes over a connection.
"""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator
from typing import Any

from streamcell.errors import ProtocolError, UsageError
from streamcell.events import Event
from streamcell.journal import Recorder
from streamcell.providers import PROVIDERS, Reader
from streamcell.secret import redact
from streamcell.tape import Tape, as_bytes

__all__ = ["Batches", "followed", "read_whole", "taped"]

Batches = AsyncGenerator[list[Event], None]
"""Events in their order, as many at a time as came at once."""


async def followed(events: Any, api: str, recorder: Recorder | None = None) -> Batches:
    """Events that come from elsewhere. All but our own are read as bytes, so that the same rules hold for them."""
    reader, recorder = PROVIDERS[api].reader(), recorder or Recorder()
    recorder.opened(api, {})
    async for item in _async_iter(events):
        if isinstance(item, Event):
            if api == "responses":  # whose events ours are
                recorder.chunk(as_bytes(item))
            yield [item]
        else:
            chunk = _as_bytes(item)
            recorder.chunk(chunk)
            yield reader.feed(chunk)
    yield reader.close()


def taped(tape: Tape) -> Iterator[list[Event]]:
    """The events on a tape, at once.

    Raises:
        ProtocolError: It is of an unknown API, or what came was too large, or no answer.
    """
    for connection in tape.connections:
        if connection.api not in PROVIDERS:
            raise ProtocolError(f"Expected a tape of one of {', '.join(PROVIDERS)}, got another API.")
        reader = PROVIDERS[connection.api].reader()
        if connection.whole is not None:
            yield read_whole(connection.api, reader, connection.whole)
            continue
        for _, chunk in connection.chunks:
            yield reader.feed(chunk)
        yield reader.close()


def _as_bytes(item: Any) -> bytes:
    """One item of somebody's stream as a server-sent event: bytes as they are, objects by their JSON."""
    if isinstance(item, bytes | bytearray | memoryview):
        return bytes(item)
    if not isinstance(item, dict) and callable(dump := getattr(item, "model_dump", None)):
        # Fields outside the package's own schema must not warn here: reading those servers is what we are for.
        item = dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    if not isinstance(item, dict):
        raise UsageError(
            f"Expected events as dicts, bytes, or the openai package's objects, got {type(item).__name__}.",
            hint="Pass the events themselves, such as `client.responses.create(..., stream=True)`.",
        )
    return b"data: " + json.dumps(item, default=str).encode() + b"\n\n"


async def _async_iter(items: Any) -> AsyncIterator[Any]:
    """Any iterable as an async one."""
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
        return
    drawn = _Drawn(iter(items))
    try:
        while (item := await drawn.next()) is not END:
            yield item
    finally:
        drawn.close()


END = object()


class _Drawn:
    """Draws from an iterator in a thread of its own, one item at a time and only when asked: it may block on a socket.

    A daemon: one of the loop's own workers would keep the process from ending for as long as it blocks.
    """

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items
        self._loop = asyncio.get_running_loop()
        self._asked: queue.SimpleQueue[asyncio.Future[Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._draw, name="streamcell-source", daemon=True).start()

    async def next(self) -> Any:
        """The next item, or END."""
        future = self._loop.create_future()
        self._asked.put(future)
        return await future

    def close(self) -> None:
        """Nothing more is asked."""
        self._asked.put(None)

    def _draw(self) -> None:
        while future := self._asked.get():
            try:
                item, error = next(self._items, END), None
            except Exception as raised:
                item, error = END, raised
            self._loop.call_soon_threadsafe(_give, future, item, error)


def _give(future: asyncio.Future[Any], item: Any, error: Exception | None) -> None:
    if future.cancelled():
        return
    future.set_exception(error) if error else future.set_result(item)


def read_whole(api: str, reader: Reader, body: bytes) -> list[Event]:
    """The events of an answer that came as one JSON object, from a server that does not stream."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        events = reader.feed(b"data: " + json.dumps(_AS_EVENT[api](answer)).encode() + b"\n\n")
        if events and "error" not in (event.type for event in events) and api != "responses":
            events += reader.feed(b"data: [DONE]\n\n")
        if events := [*events, *reader.close()]:
            return events
    said = redact(" ".join(body[:1000].decode("utf-8", "replace").split())[:200])
    raise ProtocolError(f"Expected an answer, got other JSON: {said}", hint="Check the base URL.")


_AS_EVENT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "responses": lambda whole: (
        {"type": f"response.{whole.get('status') or 'completed'}", "response": whole} if "output" in whole else whole
    ),
    "chat": lambda whole: {
        **whole,
        "choices": [{**c, "delta": c.get("message")} for c in whole.get("choices") or () if isinstance(c, dict)],
    },
    "completions": lambda whole: whole,
}
"""API → what makes a whole answer the event or chunk that says it all."""
