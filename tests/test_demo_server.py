"""The demo's two doors: HTTP on loopback, read by the official SDK and by hand, and httpx's transport interface."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from streamcell import demo
from streamcell.demo import tape as tapes
from streamcell.demo.choose import models
from streamcell.demo.server import Server

TAPES = [model for model in models() if model != "demo/auto"]
FINISHING = [model for model in TAPES if model not in ("demo/error", "demo/incomplete")]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with demo.serve(speed=0) as running:
        yield running


@pytest.fixture
async def client(server: Server) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.url, api_key="any", max_retries=0) as opened:
        yield opened


def parts_of(model: str) -> list[str]:
    return [part for act in tapes.read(model.removeprefix("demo/")).acts for part in act.parts]


class Weather(BaseModel):
    city: str
    celsius: list[float]
    wind: str | None


@pytest.mark.parametrize("model", FINISHING)
async def test_the_sdk_streams_responses_to_their_end(client: openai.AsyncOpenAI, model: str) -> None:
    texts: list[str] = []
    arguments: list[str] = []
    async with client.responses.stream(model=model, input="x") as stream:
        async for event in stream:
            if event.type == "response.output_text.delta":
                texts.append(event.delta)
                assert event.snapshot.endswith(event.delta)
            elif event.type == "response.function_call_arguments.delta":
                arguments.append(event.snapshot)
        final = await stream.get_final_response()
    assert "".join(texts) == final.output_text
    calls = [item.arguments for item in final.output if item.type == "function_call"]
    assert set(calls) <= set(arguments)
    assert final.usage is not None
    assert final.metadata == {"notice": demo.LABEL}


@pytest.mark.parametrize("model", FINISHING)
async def test_the_sdk_streams_chat_completions_to_their_end(client: openai.AsyncOpenAI, model: str) -> None:
    messages: Any = [{"role": "user", "content": "x"}]
    options: Any = {"include_usage": True}
    async with client.chat.completions.stream(model=model, messages=messages, stream_options=options) as stream:
        texts = [event.delta async for event in stream if event.type == "content.delta"]
        final = await stream.get_final_completion()
    message = final.choices[0].message
    assert "".join(texts) == (message.content or "")
    assert final.usage is not None
    told = [message.content, message.refusal, *(call.function.arguments for call in message.tool_calls or [])]
    assert {part for part in parts_of(model) if part in told} or model == "demo/weather"


async def test_the_sdk_reads_plain_chunks_and_legacy_completions(client: openai.AsyncOpenAI) -> None:
    expected = parts_of("demo/hello")[0]
    messages: Any = [{"role": "user", "content": "hello"}]
    chunks = await client.chat.completions.create(model="any", messages=messages, stream=True)
    assert "".join([chunk.choices[0].delta.content or "" async for chunk in chunks]) == expected
    legacy = await client.completions.create(model="any", prompt="hello", stream=True)
    assert "".join([chunk.choices[0].text async for chunk in legacy]) == expected
    whole = await client.completions.create(model="any", prompt="hello")
    assert whole.choices[0].text == expected


async def test_the_sdk_parses_structured_output(client: openai.AsyncOpenAI) -> None:
    async with client.responses.stream(model="any", input="tell", text_format=Weather) as stream:
        final = await stream.get_final_response()
    assert isinstance(final.output_parsed, Weather)
    messages: Any = [{"role": "user", "content": "tell"}]
    completion = await client.chat.completions.parse(model="any", messages=messages, response_format=Weather)
    assert isinstance(completion.choices[0].message.parsed, Weather)


async def test_the_sdk_gets_a_tool_call_and_the_answer_to_its_output(client: openai.AsyncOpenAI) -> None:
    tool: Any = openai.pydantic_function_tool(Weather, name="get_weather")
    function = {"type": "function", **tool["function"]}
    async with client.responses.stream(model="any", input="weather in Oslo", tools=[function]) as stream:  # type: ignore[list-item]
        first = await stream.get_final_response()
    call = first.output[0]
    assert call.type == "function_call"
    assert call.parsed_arguments["city"] == "Oslo"  # type: ignore[index]
    output: Any = [{"type": "function_call_output", "call_id": call.call_id, "output": '{"celsius": -3}'}]
    second = await client.responses.create(model="any", input=output, previous_response_id=first.id)
    assert "celsius: **\\-3**" in second.output_text
    assert (await client.responses.retrieve(second.id)).output_text == second.output_text


async def test_the_sdk_raises_its_own_errors(server: Server, client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="does not exist"):
        await client.responses.create(model="demo/nope", input="x")
    with pytest.raises(openai.APIError, match="It was planned"):
        async for _ in await client.responses.create(model="demo/error", input="x", stream=True):
            pass
    with pytest.raises(openai.NotFoundError) as caught:
        await client.responses.retrieve("resp_demo_none")
    assert caught.value.request_id is not None
    assert server.streams_cut <= 1


def test_the_blocking_sdk_reads_it_too() -> None:
    ready = subprocess.Popen(
        [sys.executable, "-m", "streamcell.demo", "--port", "0", "--speed", "0", "--require-key", "let me in"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert ready.stdout is not None
    with ready:
        url = re.search(r"http\S+", ready.stdout.readline())
        assert url
        with openai.OpenAI(base_url=url[0], api_key="let me in", max_retries=0) as client:
            with client.responses.stream(model="demo/tour", input="x") as stream:
                assert stream.get_final_response().output_text == parts_of("demo/tour")[0]
            with pytest.raises(openai.AuthenticationError):
                client.with_options(api_key="wrong").models.list()
        ready.send_signal(signal.SIGTERM)
        assert ready.wait(20) == 0


@pytest.mark.parametrize("flags", [["--port", "99999"], ["--speed", "-1"]])
def test_a_command_that_cannot_start_says_why_in_one_line(flags: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "streamcell.demo", *flags], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def body_of(model: str, **fields: Any) -> bytes:
    return json.dumps({"model": model, "input": "x", "stream": True, **fields}).encode()


def post(body: bytes, *extra: str) -> bytes:
    lines = ["POST /v1/responses HTTP/1.1", "host: x", f"content-length: {len(body)}", *extra]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize("model", TAPES)
async def test_both_doors_give_the_same_bytes_but_for_ids_and_times(server: Server, model: str) -> None:
    async with httpx.AsyncClient() as over_http, httpx.AsyncClient(transport=demo.transport(speed=0)) as inside:
        one = await over_http.post(f"{server.url}/responses", content=body_of(model))
        two = await inside.post("http://demo.invalid/v1/responses", content=body_of(model))
    assert (one.status_code, settled(one.text)) == (two.status_code, settled(two.text))
    ignored = {"x-request-id", "transfer-encoding", "server"}
    heads = [{k: v for k, v in r.headers.items() if k not in ignored} for r in (one, two)]
    assert heads[0] == heads[1]


def settled(text: str) -> str:
    return re.sub(r"_demo_[0-9a-f]{24}|(?<=_at\":)\d+", "…", text)


async def test_the_transport_takes_its_speed_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMCELL_DEMO_SPEED", "0")
    async with httpx.AsyncClient(transport=demo.transport()) as client:
        answer = await client.post("http://any/v1/chat/completions", json={"model": "m", "messages": []})
    assert answer.json()["model"] == "demo/default"


async def closed(server: Server) -> None:
    while server.streams_open:
        await asyncio.sleep(0)


async def test_transports_of_one_process_remember_together() -> None:
    async def ask(**fields: Any) -> Any:
        async with httpx.AsyncClient(transport=demo.transport(speed=0)) as client:
            return (await client.post("http://any/v1/responses", json={"model": "m", **fields})).json()

    first = await ask(input="weather")
    output = {"type": "function_call_output", "call_id": first["output"][0]["call_id"], "output": "wet"}
    second = await ask(input=[output], previous_response_id=first["id"])
    assert r"**get\_weather** says" in second["output"][0]["content"][0]["text"]


async def test_a_client_that_goes_away_ends_its_answer_at_once() -> None:
    async with demo.serve(speed=0.001) as slow:
        reader, writer = await asyncio.open_connection(slow.host, slow.port)
        writer.write(post(body_of("demo/tour")))
        await reader.readuntil(b"response.in_progress")
        assert (slow.streams_open, slow.streams_cut) == (1, 0)
        writer.close()
        await writer.wait_closed()
        await asyncio.wait_for(closed(slow), 10)
        assert (slow.streams_done, slow.streams_cut) == (0, 1)


async def test_leaving_the_block_ends_open_answers() -> None:
    async with demo.serve(speed=0.001) as slow:
        reader, writer = await asyncio.open_connection(slow.host, slow.port)
        writer.write(post(body_of("demo/tour")))
        await reader.readuntil(b"response.in_progress")
    assert (slow.streams_open, slow.streams_cut) == (0, 1)
    assert not (await reader.read()).endswith(b"0\r\n\r\n")
    writer.close()


async def test_connections_are_kept_and_requests_sent_ahead_are_answered_in_turn(server: Server) -> None:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(post(body_of("demo/hello")) + post(body_of("demo/nope")) + post(b"{", "connection: close"))
    data = await reader.read()
    assert [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", data)] == [200, 400, 400]
    assert server.streams_done == 3
    writer.close()


async def test_what_is_no_http_is_refused_in_the_usual_form(server: Server) -> None:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(b"EHLO example.org\r\n\r\n")
    data = await reader.read()
    assert data.startswith(b"HTTP/1.1 400")
    assert b'"type":"invalid_request_error"' in data
    writer.close()


async def test_a_request_that_is_too_large_is_refused(server: Server) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{server.url}/responses", content=b" " * (16 * 1024 * 1024 + 2))
    assert answer.status_code == 413


async def test_the_server_listens_on_loopback_unless_told_otherwise(server: Server) -> None:
    assert server.url.startswith("http://127.0.0.1:")
