"""A request → bytes, over real HTTP on loopback and over httpx's own mock."""

from __future__ import annotations

import asyncio
import json
import socket
import traceback
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from streamcell.bodies import INFLATED_BYTES
from streamcell.endpoint import Endpoint
from streamcell.errors import ProtocolError, ProviderError, StreamcellError, TransportError, UsageError
from streamcell.secret import Secret
from streamcell.transport import HttpTransport

KEY = "sk-test-0123456789abcdef0123"
EVENTS = {"content-type": "text/event-stream; charset=utf-8"}


def mocked(answer, *, key: str | None = None, **options) -> HttpTransport:
    endpoint = Endpoint("https://h.example/v1", Secret(key) if key else None)
    return HttpTransport(endpoint, inner=httpx.MockTransport(answer), **options)


async def read(transport: HttpTransport, path: str = "/responses", body: dict | None = None) -> bytes:
    async with transport.post(path, body or {"input": "hi"}, {"idempotency-key": "k"}) as answer:
        return b"".join([chunk async for chunk in answer.chunks])


async def failure(transport: HttpTransport) -> StreamcellError:
    with pytest.raises(StreamcellError) as caught:
        await read(transport)
    assert "\n" not in str(caught.value)
    return caught.value


async def test_body_key_and_headers_arrive() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers=EVENTS, content=b"data: {}\n\n")

    transport = mocked(answer, key=KEY, headers={"X-Team": "a"})
    assert await read(transport, "/chat/completions", {"model": "m"}) == b"data: {}\n\n"
    request = seen[0]
    assert (request.method, str(request.url)) == ("POST", "https://h.example/v1/chat/completions")
    assert json.loads(request.content) == {"model": "m"}
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert (request.headers["x-team"], request.headers["accept-encoding"]) == ("a", "identity")


async def test_without_a_key_no_authorization_is_sent() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(200, headers=EVENTS)

    await read(mocked(answer))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(status: int) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(status, headers={"location": "https://evil.example/v1/responses"})

    assert (await failure(mocked(answer, key=KEY))).kind == "redirect"
    assert asked == ["h.example"]


async def test_a_redirect_within_the_origin_is_followed_with_the_same_request() -> None:
    asked: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((str(request.url), request.content))
        if request.url.path == "/v1/responses":
            return httpx.Response(308, headers={"location": "/moved/responses"})
        return httpx.Response(200, headers=EVENTS, content=b"data: 1\n\n")

    assert await read(mocked(answer)) == b"data: 1\n\n"
    assert [url for url, _ in asked] == ["https://h.example/v1/responses", "https://h.example/moved/responses"]
    assert asked[0][1] == asked[1][1]


@pytest.mark.parametrize(
    "location",
    ["https://h.example/v1/responses?n=1", "http://h.example/x", "https://h.example:444/x", "https://u:p@h.example/x"],
)
async def test_other_redirects_and_loops_end_as_redirect(location: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(307, headers={"location": location})

    assert (await failure(mocked(answer, key=KEY))).kind == "redirect"
    assert len(asked) <= 4
    assert all(url.startswith("https://h.example/") for url in asked)


async def test_a_web_page_in_place_of_a_stream_is_a_protocol_error() -> None:
    page = httpx.Response(200, headers={"content-type": "text/html"}, content=b"<html>Sign in</html>")
    error = await failure(mocked(lambda _: page))
    assert isinstance(error, ProtocolError)
    assert "got text/html: <html>Sign in" in str(error)


async def test_a_whole_answer_in_place_of_a_stream_is_handed_over_whole() -> None:
    transport = mocked(lambda _: httpx.Response(200, json={"output": []}))
    async with transport.post("/responses", {}, {}) as answer:
        assert json.loads(answer.whole) == {"output": []}


async def test_an_http_error_carries_status_code_and_request_id() -> None:
    error = await failure(
        mocked(
            lambda _: httpx.Response(
                401, headers={"x-request-id": "req_7"}, json={"error": {"message": f"bad key {KEY}", "code": "invalid"}}
            ),
            key=KEY,
        )
    )
    assert isinstance(error, ProviderError)
    assert (error.status, error.code, error.request_id, error.kind) == (401, "invalid", "req_7", "auth")
    assert KEY not in str(error)


async def test_a_connection_that_breaks_is_ours_and_its_cause_holds_no_key() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        raise httpx.ReadError(f"proxy said: Bearer {KEY}")

    error = await failure(mocked(lambda _: httpx.Response(200, headers=EVENTS, content=broken()), key=KEY))
    assert isinstance(error, TransportError)
    assert error.kind == "disconnected"
    assert KEY not in repr(error.__cause__)


async def test_silence_is_called_stalled() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    error = await failure(mocked(answer, timeout=5))
    assert (error.kind, error.message) == ("stalled", "Nothing came from h.example for 5 s.")


async def test_an_unreachable_host_is_one_clear_line() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = await failure(HttpTransport(Endpoint(f"http://127.0.0.1:{port}/v1")))
    assert error.kind == "connect"
    assert str(error).startswith(f"Could not reach 127.0.0.1:{port}: the connection was refused.")


async def test_the_first_listed_model_is_found() -> None:
    listed = {"data": [{"id": ""}, {"id": "llama3"}, {"id": "other"}]}
    assert await mocked(lambda _: httpx.Response(200, json=listed)).first_model() == "llama3"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": []}', b'{"data": [1]}', b'{"data": null}'])
async def test_a_server_that_lists_no_model_asks_for_a_name(body: bytes) -> None:
    with pytest.raises(UsageError, match="Name one with -m"):
        await mocked(lambda _: httpx.Response(200, content=body)).first_model()


# ---------------------------------------------------------------- compressed bodies, proxies, certificates
def squeezed(data: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(data) + packer.flush()


def packed(content: bytes, encoding: str) -> httpx.Response:
    async def body() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 1000):
            yield content[at : at + 1000]

    return httpx.Response(200, headers={**EVENTS, "content-encoding": encoding}, content=body())


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("x-gzip", 31), ("deflate", 15)])
async def test_a_compressed_stream_is_inflated_though_none_was_asked_for(encoding: str, wbits: int) -> None:
    data = b"data: {}\n\n" * 5000
    assert await read(mocked(lambda _: packed(squeezed(data, wbits), encoding))) == data


async def test_a_bomb_is_inflated_in_small_pieces() -> None:
    bomb = squeezed(bytes(100_000_000), 31)
    async with mocked(lambda _: packed(bomb, "gzip")).post("/responses", {}, {}) as answer:
        sizes = [len(chunk) async for chunk in answer.chunks]
    assert (sum(sizes), max(sizes)) == (100_000_000, INFLATED_BYTES)


@pytest.mark.parametrize(("content", "encoding"), [(b"not gzip at all", "gzip"), (b"x", "br"), (b"x", "gzip, gzip")])
async def test_what_is_not_packed_as_it_says_is_a_protocol_error(content: bytes, encoding: str) -> None:
    assert isinstance(await failure(mocked(lambda _: packed(content, encoding))), ProtocolError)


async def test_a_header_of_ones_own_is_removed_from_what_the_server_says() -> None:
    refused = httpx.Response(403, json={"error": {"message": "token hush-hush-1 is not welcome"}})
    error = await failure(mocked(lambda _: refused, headers={"X-Token": "hush-hush-1"}))
    assert "hush-hush-1" not in f"{error} {vars(error)}"
    assert "[redacted] is not welcome" in str(error)


async def test_a_key_that_was_put_on_is_in_no_frame_of_the_traceback() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("broken", request=request)

    error = await failure(mocked(answer, key=KEY, headers={"x-token": KEY[::-1]}))
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert KEY not in shown
    assert KEY[::-1] not in shown


async def test_a_proxy_is_taken_from_the_environment_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: 1\n\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}" if "http" in name.lower() else "")
        assert await read(HttpTransport(Endpoint("http://far.invalid/v1"))) == b"data: 1\n\n"
        assert await read(HttpTransport(Endpoint(f"http://127.0.0.1:{port}/v1"))) == b"data: 1\n\n"
    assert asked == ["POST http://far.invalid/v1/responses HTTP/1.1\r\n", "POST /v1/responses HTTP/1.1\r\n"]


async def test_a_proxy_that_cannot_be_used_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://me:hunter2secret@proxy")
    error = await failure(HttpTransport(Endpoint("https://far.invalid/v1")))
    assert "Look at HTTPS_PROXY" in str(error)
    assert "hunter2secret" not in str(error)


async def test_no_password_is_taken_from_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine h.example login me password secretpw")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    def answer(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(200, headers=EVENTS)

    await read(mocked(answer))


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
async def test_a_key_that_the_stream_repeats_is_taken_out_however_it_is_cut(size: int) -> None:
    said = f"data: {KEY}\n\ndata: {KEY[:9]}\n\ndata: {KEY[:5]}{KEY} {KEY[:-1]}".encode()

    async def body() -> AsyncIterator[bytes]:
        for at in range(0, len(said), size):
            yield said[at : at + size]

    got = await read(mocked(lambda _: httpx.Response(200, headers=EVENTS, content=body()), key=KEY))
    assert got == said.replace(KEY.encode(), b"[redacted]")


async def test_a_word_that_is_no_key_stays_in_the_answer() -> None:
    told = httpx.Response(200, headers=EVENTS, content=b"data: ask ollama, or sk-no-key-required\n\n")
    for key in ("ollama", "sk-no-key-required"):
        assert b"ask ollama, or sk-no-key-required" in await read(mocked(lambda _: told, key=key))
