"""The body of an answer: inflated within bounds, without keys, up to a limit. It knows no more of a client's response
than that it has headers and iterates over bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Any

from streamcell.chunked import chunks_of
from streamcell.errors import ProtocolError
from streamcell.secret import Secret, masked, redact, unfinished

__all__ = ["INFLATED_BYTES", "plain", "up_to", "without"]

INFLATED_BYTES = 64 * 1024
"""So much is inflated at a time: a few bytes of gzip can hold gigabytes."""


async def plain(response: Any, timeout: float) -> AsyncIterator[bytes]:
    """The body, inflated where it must be: piece by piece, whatever a small chunk may grow to.

    Raises:
        ProtocolError: It is not what its content-encoding says, or that is one that was not asked for.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity") or response.is_stream_consumed:
        async for chunk in chunks_of(response, timeout):
            yield chunk
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ProtocolError(f"Expected an answer as it is, or gzip, got content-encoding {redact(encoding)[:40]!r}.")
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: by its own head, gzip or zlib
    async for chunk in response.aiter_raw():
        while chunk:
            try:
                piece = inflater.decompress(chunk, INFLATED_BYTES)
            except zlib.error as error:
                raise ProtocolError(f"Expected {encoding} from the server, as it says, got something else.") from error
            yield piece
            chunk = inflater.unconsumed_tail


async def without(chunks: AsyncIterator[bytes], secrets: list[Secret]) -> AsyncIterator[bytes]:
    """The chunks without keys: some servers repeat them in errors in mid-stream, which are kept as events."""
    held = b""
    async for chunk in chunks:
        data = masked(held + chunk if held else chunk, secrets)
        at = len(data) - unfinished(data, secrets)
        held = data[at:]
        if at:
            yield data[:at]
    if held:
        yield held


async def up_to(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body[:limit])
