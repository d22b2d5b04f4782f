"""Clients that are handed in: those of httpx and of httpx2, over real HTTP on loopback and over their mocks."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest

import streamcell
from streamcell import background
from streamcell.endpoint import Endpoint
from streamcell.errors import StreamcellError, UsageError
from streamcell.secret import Secret
from streamcell.transport import HttpTransport
from tests.served import served

KEY = "sk-test-0123456789abcdef0123"
EVENTS = {"content-type": "text/event-stream"}
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def over(library: Any, answer: Any, key: str | None = KEY, **options: Any) -> HttpTransport:
    client = library.AsyncClient(transport=library.MockTransport(answer), follow_redirects=True, **options)
    return HttpTransport(Endpoint("https://h.example/v1", Secret(key) if key else None), client=client)


async def read(transport: HttpTransport) -> bytes:
    async with transport.post("/responses", {"input": "hi"}, {}) as answer:
        return b"".join([chunk async for chunk in answer.chunks])


@LIBRARIES
def test_a_client_of_either_library_carries_a_stream(library: Any) -> None:
    with served(speed=0, require_key=KEY) as server:
        client = library.AsyncClient()
        options = {"base_url": server.url, "api_key": KEY, "client": client, "display": False}
        first, second = [streamcell.stream("Hello", **options) for _ in range(2)]
        assert not client.is_closed
        background.spawn(client.aclose()).result(10)  # on the loop that its connections belong to
    assert (first.status, second.status, first.error) == ("completed", "completed", None)


@LIBRARIES
async def test_its_redirects_are_not_followed_to_another_host_though_it_would(library: Any) -> None:
    asked: list[str] = []

    def answer(request: Any) -> Any:
        asked.append(request.url.host)
        return library.Response(307, headers={"location": "https://evil.example/v1/responses"})

    with pytest.raises(StreamcellError) as caught:
        await read(over(library, answer))
    assert (caught.value.kind, asked) == ("redirect", ["h.example"])


@LIBRARIES
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ConnectError", "connect"),
        ("ConnectTimeout", "connect"),
        ("ReadTimeout", "stalled"),
        ("ReadError", "disconnected"),
        ("RemoteProtocolError", "disconnected"),
        ("LocalProtocolError", "bad_request"),
        ("ProxyError", "connect"),
    ],
)
async def test_its_errors_are_told_as_ours_and_hold_nothing_secret(library: Any, name: str, kind: str) -> None:
    def answer(request: Any) -> Any:
        raise getattr(library, name)(f"sent {dict(request.headers)}", request=request)

    with pytest.raises(StreamcellError) as caught:
        await read(over(library, answer))
    assert caught.value.kind == kind
    cause = caught.value.__cause__
    assert type(cause).__name__ == name
    assert KEY not in f"{caught.value!r} {cause!r} {vars(cause)}"
    assert cause.__traceback__ is None


@LIBRARIES
async def test_its_own_authentication_is_used_where_there_is_no_key(library: Any) -> None:
    seen: list[str] = []

    def answer(request: Any) -> Any:
        seen.append(request.headers.get("authorization", ""))
        return library.Response(200, headers=EVENTS)

    await read(over(library, answer, key=None, auth=("me", "password")))
    await read(over(library, answer, auth=("me", "password")))
    assert [value.split()[0] for value in seen] == ["Basic", "Bearer"]


def test_what_is_no_client_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(UsageError, match="or the like, got str"):
        streamcell.stream("x", base_url="http://h.example/v1", client="httpx")


def test_the_demo_is_asked_by_its_own_door_whatever_client_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMCELL_DEMO_SPEED", "0")
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    assert streamcell.stream("Hello", base_url="demo", client=client, display=False).status == "completed"
