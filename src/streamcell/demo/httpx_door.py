"""The demo behind httpx's transport interface: the same client path as for a real server, without a port."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from streamcell.demo.chaos import Cut
from streamcell.demo.core import Demo, Request

__all__ = ["DemoTransport"]


class DemoTransport(httpx.AsyncBaseTransport):
    """Answers every request by itself, whatever host it is for."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = request.url.query.decode("ascii", "replace")
        reply = self._demo.answer(Request(request.method, request.url.path, headers, body, query))
        return httpx.Response(reply.status, headers=reply.headers, stream=_Body(reply.body), request=request)


class _Body(httpx.AsyncByteStream):
    """Closing the response stops the answer."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                yield chunk
        except Cut as cut:
            raise httpx.ReadError(str(cut)) from cut

    async def aclose(self) -> None:
        close = getattr(self._chunks, "aclose", None)
        if close is not None:
            await close()
