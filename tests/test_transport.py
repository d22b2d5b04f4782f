"""A request → bytes, over real HTTP on loopback and over httpx's own mock."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

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
