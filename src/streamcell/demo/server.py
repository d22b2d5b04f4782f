"""The demo on a port: HTTP/1.1 with asyncio and h11 (which httpx brings along), on loopback unless told otherwise.

A client that goes away ends its answer at once; `Server.streams_cut` counts those. Connections are kept alive and
taken up again after each answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from http import HTTPStatus
from types import TracebackType

import h11

from streamcell.demo.core import MAX_BODY, Demo, Reply, Request

__all__ = ["Server"]

_READ = 64 * 1024
_IDLE = 75.0
"""Seconds after which a silent connection is closed."""


class Server(AbstractAsyncContextManager["Server"]):
    """Serves one `Demo` for as long as its ``async with`` block lasts."""

    def __init__(self, demo: Demo, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.port = port
        """The port asked for; inside the block, the port taken."""
        self.streams_open = 0
        """Answers being sent just now."""
        self.streams_done = 0
        """Answers sent to their end."""
        self.streams_cut = 0
        """Answers whose client went away before their end, or that were cut on purpose."""
        self._demo = demo
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """What clients take as ``base_url``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/v1"

    async def __aenter__(self) -> Server:
        self._listener = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._listener is not None:
            await self._listener.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection must be handled by a task")
        self._tasks.add(task)
        try:
            await _Connection(self, self._demo, reader, writer).run()
        except (ConnectionError, TimeoutError, asyncio.TimeoutError, asyncio.CancelledError):
            pass  # the client is gone, or spoke no HTTP, or the server ends: nobody is left to be told
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()


class _Connection:
    """One client's connection: request, answer, and again."""

    def __init__(self, server: Server, demo: Demo, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._demo = demo
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_READ)

    async def run(self) -> None:
        """Answer until one side wants no more."""
        while True:
            try:
                request = await self._request()
            except h11.RemoteProtocolError as error:
                await self._answer(self._demo.refuse(error.error_status_hint, f"Not valid HTTP: {error}."))
                return
            if request is None:
                return
            await self._answer(self._demo.answer(request))
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = await self._event()
            if isinstance(event, h11.Request):
                head = event
                if self._http.they_are_waiting_for_100_continue:
                    await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_BODY + 1:  # the answer is 413 already; what else comes is not read
                    return self._read(head, body)
            elif isinstance(event, h11.EndOfMessage):
                return self._read(head, body)
            else:
                return None

    def _read(self, head: h11.Request | None, body: bytearray) -> Request | None:
        if head is None:
            return None
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers}
        path, _, query = head.target.decode("latin-1").partition("?")
        return Request(head.method.decode("latin-1"), path, headers, bytes(body), query)

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value]  # NEED_DATA is the only other sentinel here
            self._http.receive_data(await asyncio.wait_for(self._reader.read(_READ), _IDLE))

    async def _answer(self, reply: Reply) -> None:
        """Send the reply and watch the client meanwhile: whichever ends first ends both."""
        server = self._server
        server.streams_open += 1
        sending = asyncio.ensure_future(self._send_all(reply))
        watching = asyncio.ensure_future(self._gone())
        try:
            await asyncio.wait({sending, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            server.streams_open -= 1
            sent = sending.done() and not sending.cancelled() and sending.exception() is None
            server.streams_done += sent
            server.streams_cut += not sent
            for task in (sending, watching):
                task.cancel()
            await asyncio.gather(sending, watching, return_exceptions=True)
            await _close(reply.body)
        if not sent:
            raise ConnectionResetError("the client went away, or shall think that we did")

    async def _gone(self) -> None:
        """Returns when the client closes its side; what it sends early waits in h11 for the next request."""
        early = 0
        while data := await self._reader.read(_READ):
            early += len(data)
            if early > MAX_BODY:
                return
            self._http.receive_data(data)

    async def _send_all(self, reply: Reply) -> None:
        headers = [*reply.headers, ("server", "streamcell-demo")]
        reason = HTTPStatus(reply.status).phrase
        await self._send(h11.Response(status_code=reply.status, headers=headers, reason=reason))
        async for chunk in reply.body:
            await self._send(h11.Data(data=chunk))
        await self._send(h11.EndOfMessage())

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()


async def _close(body: AsyncIterator[bytes]) -> None:
    close = getattr(body, "aclose", None)
    if close is not None:
        await close()
