"""Answers that go on without a connection, connections that are cut on purpose, and our own stream through both."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

import streamcell
from streamcell.demo import __main__ as command
from streamcell.demo import tape as tapes
from streamcell.demo.chaos import Chaos, Cut
from streamcell.demo.core import Demo, Request
from streamcell.endpoint import resolve
from streamcell.options import StreamOptions
from streamcell.sources import Request as Source
from streamcell.transport import HttpTransport
from tests.served import served
from tests.test_demo import asked, events, new_demo

BACKGROUND = {"model": "demo/tour", "background": True, "stream": True}


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


async def call(demo: Demo, method: str, path: str, body: Any = None, query: str = "") -> tuple[int, Any]:
    content = json.dumps(body).encode() if body else b""
    reply = demo.answer(Request(method, "/v1" + path, {}, content, query))
    data = b"".join([chunk async for chunk in reply.body])
    return reply.status, events(data) if data.startswith(b"event:") else json.loads(data or b"[]")


async def begun(demo: Demo, count: int) -> list[Any]:
    """The first events of an answer in the background, whose connection then ends."""
    reply = demo.answer(
        Request("POST", "/v1/responses", {}, json.dumps(asked("responses", "x", **BACKGROUND)).encode())
    )
    seen = []
    async for chunk in reply.body:
        seen += events(chunk)
        if len(seen) == count:
            break
    return seen


@pytest.mark.parametrize("after", [-1, 0, 4, 50])
async def test_the_rest_of_a_background_answer_follows_where_one_left_it(after: int) -> None:
    demo = new_demo()
    whole = (await call(demo, "POST", "/responses", asked("responses", "x", **BACKGROUND)))[1]
    name = whole[0]["response"]["id"]
    query = "stream=true" if after < 0 else f"stream=true&starting_after={after}"
    assert (await call(demo, "GET", f"/responses/{name}", query=query))[1] == whole[after + 1 :]
    assert whole[-1]["response"]["background"] is True


async def test_a_background_answer_goes_on_while_nobody_listens() -> None:
    clock = Clock()
    demo = Demo(speed=1, now=clock.now, sleep=clock.sleep)
    name = (await begun(demo, 10))[0]["response"]["id"]
    status = (await call(demo, "GET", f"/responses/{name}"))[1]["status"]
    clock.time += 3600
    done = (await call(demo, "GET", f"/responses/{name}"))[1]
    assert (status, done["status"]) == ("in_progress", "completed")
    assert done["output"][-1]["content"][0]["text"] == tapes.read("tour").acts[-1].parts[0]


async def test_a_cancelled_background_answer_keeps_its_text_and_ends() -> None:
    clock = Clock()
    demo = Demo(speed=1, now=clock.now, sleep=clock.sleep)
    name = (await begun(demo, 30))[0]["response"]["id"]
    status, answer = await call(demo, "POST", f"/responses/{name}/cancel")
    assert (status, answer["status"]) == (200, "cancelled")
    rest = (await call(demo, "GET", f"/responses/{name}", query="stream=true&starting_after=28"))[1]
    assert rest[-1]["type"] == "response.cancelled"
    assert (await call(demo, "POST", f"/responses/{name}/cancel"))[1]["status"] == "cancelled"


async def test_what_cannot_be_had_is_refused_in_the_apis_own_form() -> None:
    demo = new_demo()
    name = (await call(demo, "POST", "/responses", asked("responses", "x")))[1]["id"]
    quiet = (await call(demo, "POST", "/responses", asked("responses", "x", background=True)))[1]["id"]
    refused = [
        await call(demo, "GET", f"/responses/{name}", query="stream=true"),
        await call(demo, "GET", f"/responses/{quiet}", query="stream=true"),
        await call(demo, "POST", f"/responses/{name}/cancel"),
        await call(demo, "POST", "/responses", asked("responses", "x", background=True, store=False)),
    ]
    assert [(status, "message" in answer["error"]) for status, answer in refused] == [(400, True)] * 4
    assert (await call(demo, "POST", "/responses/nothing/cancel"))[0] == 404
    assert (await call(demo, "GET", f"/responses/{quiet}/cancel"))[0] == 405


async def test_the_same_seed_cuts_at_the_same_places_and_in_mid_event() -> None:
    async def numbers() -> Any:
        for number in range(100):
            yield b"event %d;" % number

    async def heard(chaos: Chaos) -> bytes:
        data = b""
        try:
            async for chunk in chaos.cut(numbers()):
                data += chunk
        except Cut:
            return data
        raise AssertionError("the stream came to its end")

    first, second = Chaos(7), Chaos(7)
    one = [await heard(first) for _ in range(5)]
    two = [await heard(second) for _ in range(5)]
    assert one == two
    assert len(set(one)) == 5
    assert any(not data.endswith(b";") for data in one)


@pytest.mark.parametrize("seed", range(4))
def test_our_stream_comes_through_chaos_with_its_text_exact(seed: int) -> None:
    with served(speed=0, chaos=seed) as server:
        answer = streamcell.stream(
            "x", model="demo/tour", base_url=server.url, background=True, display=False, keep_events=True
        )
        assert server.streams_cut >= 2
    assert (answer.status, answer.error) == ("completed", None)
    assert answer.text == tapes.read("tour").acts[-1].parts[0]
    assert answer.snapshot()["streamcell"]["label"] == "demo: canned answers, no model"


def test_without_background_a_cut_is_told_and_the_text_kept() -> None:
    with served(speed=0, chaos=3) as server:
        answer = streamcell.stream("x", model="demo/tour", base_url=server.url, display=False)
    assert (answer.status, answer.error.kind) == ("interrupted", "disconnected")
    assert tapes.read("tour").acts[-1].parts[0].startswith(answer.text)


def test_the_embedded_demo_is_cut_where_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMCELL_DEMO_SPEED", "0")
    monkeypatch.setenv("STREAMCELL_DEMO_CHAOS", "5")
    cut = streamcell.stream("x", model="demo/tour", base_url="demo", display=False)
    whole = streamcell.stream("x", model="demo/tour", base_url="demo", background=True, display=False)
    assert (cut.status, whole.status) == ("interrupted", "completed")
    monkeypatch.setenv("STREAMCELL_DEMO_CHAOS", "much")
    assert "whole number, got 'much'" in str(streamcell.stream("x", base_url="demo", display=False).error)


@pytest.mark.parametrize(("flags", "seed"), [([], None), (["--chaos"], 1), (["--chaos", "7"], 7)])
def test_the_command_takes_chaos_with_or_without_a_seed(flags: list[str], seed: int | None) -> None:
    assert command._parser().parse_args(flags).chaos == seed


def begun_at(server: Any, **options: Any) -> streamcell.Stream:
    """A stream of a real server over loopback, in mid-answer."""
    stream = streamcell.stream("Hi", base_url=server.url, model="demo/tour", display=False, wait=False, **options)
    for event in stream.events:
        if event.type == "response.output_text.delta":
            return stream
    raise AssertionError("no text came")


@pytest.mark.parametrize("background", [False, True])
def test_the_server_sees_a_stopped_stream_leave_within_a_second(background: bool) -> None:
    with served(speed=0.5) as server:
        stream = begun_at(server, background=background)
        assert (server.streams_open, server.streams_cut) == (1, 0)
        stream.cancel()
        end = time.monotonic() + 1
        while not server.streams_cut and time.monotonic() < end:
            time.sleep(0.001)
        assert server.streams_cut == 1
        assert stream.wait(10).status == "cancelled"


def test_a_stopped_background_answer_is_cancelled_at_the_server_and_another_is_not() -> None:
    with served(speed=0.5, require_key="right") as server:
        stream = begun_at(server, background=True, api_key="right").wait(0)
        other = begun_at(server, background=True, api_key="right")
        stream.cancel()
        stream.wait(10)
        assert stream.snapshot()["streamcell"]["note"] == "cancelled at the server"
        told = [
            httpx.get(f"{server.url}/responses/{s.response['id']}", headers={"authorization": "Bearer right"}).json()
            for s in (stream, other)
        ]
        assert [t["status"] for t in told] == ["cancelled", "in_progress"]
        assert told[0]["output"][0]["content"][0]["text"].startswith(stream.text)
        other.cancel()
        other.wait(10)


def test_a_cancel_that_is_redirected_to_another_host_is_not_followed_there() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, str(request.url), request.headers.get("authorization")))
        return httpx.Response(307, headers={"location": "https://elsewhere.invalid/v1/responses/r/cancel"})

    endpoint = resolve(StreamOptions(base_url="https://here.invalid/v1", api_key="k" * 20))
    transport = HttpTransport(endpoint, inner=httpx.MockTransport(answer))
    options = StreamOptions(background=True, model="m")
    request = Source(options, transport, lambda key, value: None, resume=("resp_1", None))
    assert asyncio.run(request.cancel()) is False
    assert asked == [("POST", "https://here.invalid/v1/responses/resp_1/cancel", "Bearer " + "k" * 20)]
