"""The short way through a chunked body: the same bytes as the long one, under any cutting."""

from __future__ import annotations

import random

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamcell.chunked import LONGEST_LINE, ChunkedDecoder, _beneath, chunks_of
from streamcell.errors import ProtocolError, TransportError
from tests.served import served


def framed(chunks: list[bytes], extension: bytes = b"", trailers: bytes = b"") -> bytes:
    parts = [b"%x%s\r\n%s\r\n" % (len(c), extension, c) for c in chunks if c]
    return b"".join(parts) + b"0\r\n" + trailers + b"\r\n"


def read(pieces: list[bytes]) -> tuple[bytes, bool]:
    decoder = ChunkedDecoder()
    return b"".join([decoder.feed(piece) for piece in pieces]), decoder.done


@given(
    st.lists(st.binary(max_size=40), max_size=12),
    st.sampled_from([b"", b";x=1", b' ; name="a b"', b" "]),
    st.sampled_from([b"", b"x-end: 1\r\n", b"a: b\r\nc: d\r\n"]),
    st.randoms(use_true_random=False),
)
def test_any_cutting_gives_the_body(chunks: list[bytes], extension: bytes, trailers: bytes, rng: random.Random) -> None:
    wire, pieces, at = framed(chunks, extension, trailers) + b"what follows is not ours", [], 0
    while at < len(wire):
        size = rng.choice([1, 1, 2, 3, 7, 50])
        pieces.append(wire[at : at + size])
        at += size
    assert read(pieces) == (b"".join(chunks), True)
    assert read([wire]) == (b"".join(chunks), True)


def test_each_byte_is_given_as_soon_as_it_is_in() -> None:
    decoder, got = ChunkedDecoder(), b""
    for n, byte in enumerate(b"5\r\nhello\r\n"):
        got += decoder.feed(bytes([byte]))
        assert got == b"hello"[: max(0, n - 2)]


@pytest.mark.parametrize("wire", [b"zz\r\n", b"-1\r\n", b"\r\n", b"0x5\r\n", b"5 5\r\n", b"a" * (LONGEST_LINE + 2)])
def test_broken_framing_is_told_and_what_came_before_it_is_given(wire: bytes) -> None:
    decoder = ChunkedDecoder()
    assert decoder.feed(b"5\r\nhello\r\n" + wire) == b"hello"
    assert isinstance(decoder.broken, ProtocolError)
    assert decoder.feed(b"5\r\nhello\r\n") == b""


def test_a_body_that_is_cut_is_not_done() -> None:
    wire = framed([b"hello", b"world"])
    for end in range(len(wire)):
        assert not read([wire[:end]])[1]


async def test_over_real_http_the_short_way_is_taken_and_gives_the_same_bytes() -> None:
    body = {"model": "demo/tour", "input": "hi", "stream": True}
    with served(speed=0) as server:
        async with httpx.AsyncClient() as client, client.stream("POST", f"{server.url}/responses", json=body) as answer:
            assert _beneath(answer) is not None, "httpx or httpcore has changed beneath: the short way is closed"
            short = b"".join([chunk async for chunk in chunks_of(answer, 10)])
    assert short.startswith(b"event: response.created\n")
    assert b"response.completed" in short
    assert short.endswith(b"\n\n")


@pytest.mark.parametrize("headers", [{}, {"transfer-encoding": "chunked", "content-encoding": "gzip"}])
async def test_elsewhere_the_long_way_is_taken(headers: dict) -> None:
    import gzip

    content = gzip.compress(b"data") if headers else b"data"
    answer = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=content))
    async with httpx.AsyncClient(transport=answer) as client, client.stream("GET", "http://h/") as response:
        assert _beneath(response) is None
        assert b"".join([chunk async for chunk in chunks_of(response, 1)]) == b"data"


class Socket:
    """What lies beneath a response, scripted."""

    def __init__(self, *reads: object) -> None:
        self.reads = list(reads)

    async def read(self, size: int, timeout: float) -> bytes:
        found = self.reads.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


async def test_bytes_that_end_within_a_chunk_are_a_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamcell.chunked._beneath", lambda _: (Socket(b"lo\r\n", b""), b"9\r\nhel"))
    with pytest.raises(TransportError) as caught:
        [chunk async for chunk in chunks_of(None, 1)]
    assert caught.value.kind == "disconnected"


async def test_the_errors_beneath_become_httpxs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpcore

    monkeypatch.setattr("streamcell.chunked._beneath", lambda _: (Socket(httpcore.ReadTimeout("late")), b""))
    with pytest.raises(httpx.ReadTimeout, match="late"):
        [chunk async for chunk in chunks_of(None, 1)]


async def test_the_transport_takes_the_short_way() -> None:
    from streamcell.endpoint import Endpoint
    from streamcell.transport import HttpTransport

    body = {"model": "demo/tour", "input": "hi", "stream": True}
    with served(speed=0) as server:
        async with HttpTransport(Endpoint(server.url)).post("/responses", body, {}) as answer:
            chunks = [chunk async for chunk in answer.chunks]
    events = b"".join(chunks).count(b"\n\n")
    assert len(chunks) < events / 2, f"{len(chunks)} chunks for {events} events"
