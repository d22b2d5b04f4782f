"""The demo's core: what is answered to what, in all three APIs, checked against the official SDK's own types."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from openai.types import Completion, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from streamcell.demo import LABEL
from streamcell.demo.choose import models
from streamcell.demo.core import Demo, Reply, Request
from streamcell.errors import UsageError

TAPES = [model for model in models() if model != "demo/auto"]
APIS = {"responses": "/responses", "chat": "/chat/completions", "completions": "/completions"}
EVENTS: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
TOOL = {
    "type": "function",
    "name": "look_up",
    "parameters": {"type": "object", "properties": {"title": {"type": "string"}}},
}


async def at_once(seconds: float) -> None:
    """Waits for nothing."""


def new_demo(**options: Any) -> Demo:
    numbers = count(1)
    return Demo(new_id=lambda prefix: f"{prefix}{next(numbers)}", now=lambda: 1_750_000_000.5, sleep=at_once, **options)


def asked(api: str, prompt: str, **fields: Any) -> dict[str, Any]:
    what: dict[str, Any] = {
        "responses": {"input": prompt},
        "chat": {"messages": [{"role": "user", "content": prompt}]},
        "completions": {"prompt": prompt},
    }[api]
    return {"model": "demo/auto", **what, **fields}


async def send(demo: Demo, api: str, body: Any, **headers: str) -> tuple[Reply, bytes]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = demo.answer(Request("POST", "/v1" + APIS[api], headers, data))
    return reply, b"".join([chunk async for chunk in reply.body])


async def get(demo: Demo, path: str) -> tuple[int, Any]:
    reply = demo.answer(Request("GET", path, {}))
    return reply.status, json.loads(b"".join([chunk async for chunk in reply.body]))


def events(data: bytes) -> list[Any]:
    """The JSON of each server-sent event; ``[DONE]`` stays text."""
    found = []
    for block in data.decode().split("\n\n")[:-1]:
        text = next(line for line in block.split("\n") if line.startswith("data: "))[6:]
        found.append(text if text == "[DONE]" else json.loads(text))
    return found


async def stream(api: str, prompt: str = "x", **fields: Any) -> list[Any]:
    _, data = await send(new_demo(), api, asked(api, prompt, stream=True, **fields))
    return events(data)


@pytest.mark.parametrize("model", TAPES)
async def test_every_responses_event_is_valid_and_numbered_without_gap(model: str) -> None:
    seen = await stream("responses", model=model)
    for event in seen:
        EVENTS.validate_python(event, strict=True)
    assert [event["sequence_number"] for event in seen] == list(range(len(seen)))
    assert [event["type"] for event in seen[:2]] == ["response.created", "response.in_progress"]


@pytest.mark.parametrize("limit", [None, 1, 7, 30])
@pytest.mark.parametrize("model", TAPES)
async def test_deltas_make_the_done_text_and_the_final_text(model: str, limit: int | None) -> None:
    seen = await stream("responses", model=model, max_output_tokens=limit)
    gathered: dict[Any, str] = {}
    for event in seen:
        place = (event.get("output_index"), event.get("content_index"), event.get("summary_index"))
        if event["type"].endswith(".delta"):
            gathered[place] = gathered.get(place, "") + event["delta"]
        elif event["type"].endswith(".done") and (value := done_text(event)) is not None:
            assert gathered.get(place, "") == value
    assert [text for _, text in sorted(gathered.items(), key=lambda entry: entry[0][0])] == [
        text for item in seen[-1]["response"]["output"] for text in item_texts(item) if text
    ]


def done_text(event: dict[str, Any]) -> str | None:
    return next((event[key] for key in ("text", "arguments", "refusal") if isinstance(event.get(key), str)), None)


def item_texts(item: dict[str, Any]) -> list[str]:
    if item["type"] == "function_call":
        return [item["arguments"]]
    return [part.get("text") or part.get("refusal") or "" for part in item.get("summary") or item.get("content") or []]


@pytest.mark.parametrize("model", TAPES)
async def test_every_completion_chunk_is_valid(model: str) -> None:
    chunks = await stream("chat", model=model, stream_options={"include_usage": True})
    assert chunks[-1] == "[DONE]"
    for chunk in chunks[:-1]:
        if "error" not in chunk:
            ChatCompletionChunk.model_validate(chunk, strict=True)
    legacy = await stream("completions", model=model)
    assert legacy[-1] == "[DONE]"
    for chunk in legacy[:-1]:
        if "error" not in chunk and chunk["choices"][0]["finish_reason"]:
            Completion.model_validate(chunk, strict=True)


@pytest.mark.parametrize("model", [model for model in TAPES if model != "demo/error"])
async def test_the_answer_in_one_piece_is_valid_and_says_the_same(model: str) -> None:
    _, data = await send(new_demo(), "responses", asked("responses", "x", model=model))
    whole = json.loads(data)
    Response.model_validate(whole, strict=True)
    streamed = (await stream("responses", model=model))[-1]["response"]
    assert [item_texts(item) for item in whole["output"]] == [item_texts(item) for item in streamed["output"]]
    assert whole["usage"] == streamed["usage"]
    _, data = await send(new_demo(), "chat", asked("chat", "x", model=model))
    ChatCompletion.model_validate(json.loads(data), strict=True)
    _, data = await send(new_demo(), "completions", asked("completions", "x", model=model))
    Completion.model_validate(json.loads(data), strict=True)


@pytest.mark.parametrize("api", APIS)
async def test_every_answer_says_that_it_is_canned(api: str) -> None:
    for model in ("demo/tour", "gpt-anything"):
        reply, data = await send(new_demo(), api, asked(api, "tour", model=model))
        assert dict(reply.headers)["x-streamcell-demo"] == "canned answers, no model"
        assert json.loads(data)["model"] == "demo/tour"
    _, data = await send(new_demo(), "responses", asked("responses", "tour", metadata={"mine": "1"}))
    assert json.loads(data)["metadata"] == {"mine": "1", "notice": LABEL}


@pytest.mark.parametrize(
    ("prompt", "model"),
    [
        ("Please TOUR me", "demo/tour"),
        ("detour", "demo/default"),
        ("Will it rain? The forecast, please", "demo/weather"),
        ("think aloud about a tour", "demo/reasoning"),
        ("", "demo/default"),
    ],
)
async def test_words_of_the_prompt_choose_the_tape(prompt: str, model: str) -> None:
    assert (await stream("responses", prompt))[0]["response"]["model"] == model


async def test_each_listed_prompt_plays_its_own_tape() -> None:
    listing = (await stream("responses", "xyzzy"))[-1]["response"]["output"][0]["content"][0]["text"]
    prompts = [line[3:].partition("* — ")[0] for line in listing.split("\n") if line.startswith("- *")]
    answered = [(await stream("responses", prompt))[0]["response"]["model"] for prompt in prompts]
    assert answered == TAPES


async def test_the_default_answer_quotes_the_prompt_harmlessly() -> None:
    prompt = "<img src=x>[a](javascript:x) `b`\n\n# two\u202e three four five six seven eight nine \ud800"
    text = (await stream("responses", prompt))[-1]["response"]["output"][0]["content"][0]["text"]
    assert r"“\<img src\=x\>\[a\]\(javascript\:x\) \`b\` \# two three four five …”" in text


async def test_a_function_call_names_the_place_and_its_output_is_answered() -> None:
    demo = new_demo()
    _, data = await send(demo, "responses", asked("responses", "Is it the weather for tea in New York now?"))
    call = json.loads(data)["output"][0]
    assert json.loads(call["arguments"])["city"] == "New York"
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": '{"sky": "rain", "celsius": 11.5}'}
    for earlier in ([{"role": "user", "content": "x"}, call], []):
        _, data = await send(demo, "responses", asked("responses", "") | {"input": [*earlier, output]})
        text = json.loads(data)["output"][0]["content"][0]["text"]
        assert "- sky: **rain**\n- celsius: **11\\.5**" in text
        assert r"**get\_weather** says" in text


async def test_a_chat_tool_message_is_answered() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "weather"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "plain *words*"},
    ]
    _, data = await send(new_demo(), "chat", {"model": "m", "messages": messages})
    assert "**f** says:\n\n> plain \\*words\\*" in json.loads(data)["choices"][0]["message"]["content"]


async def test_a_new_question_after_a_tool_output_is_a_new_question() -> None:
    items = [{"type": "function_call_output", "call_id": "c", "output": "old"}, {"role": "user", "content": "tour"}]
    _, data = await send(new_demo(), "responses", {"model": "m", "input": items})
    assert json.loads(data)["model"] == "demo/tour"


@pytest.mark.parametrize(
    ("prompt", "choice"),
    [("call look_up", "auto"), ("look up", "auto"), ("x", "required"), ("x", TOOL | {"parameters": 0})],
)
async def test_a_tool_that_is_named_or_forced_is_called_with_fitting_arguments(prompt: str, choice: Any) -> None:
    _, data = await send(new_demo(), "responses", asked("responses", prompt, tools=[TOOL], tool_choice=choice))
    item = json.loads(data)["output"][0]
    assert (item["name"], json.loads(item["arguments"])) == ("look_up", {"title": "A value that fits"})


async def test_a_schema_is_answered_with_json_that_fits() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 5}}, "required": ["n"]}
    flat = {"format": {"type": "json_schema", "name": "s", "schema": schema, "strict": True}}
    response = (await stream("responses", text=flat))[-1]["response"]
    assert json.loads(response["output"][0]["content"][0]["text"]) == {"n": 5}
    nested = {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}
    _, data = await send(new_demo(), "chat", asked("chat", "x", response_format=nested))
    assert json.loads(json.loads(data)["choices"][0]["message"]["content"]) == {"n": 5}
    _, data = await send(new_demo(), "chat", asked("chat", "x", response_format={"type": "json_object"}))
    assert json.loads(json.loads(data)["choices"][0]["message"]["content"])["answer"] == "canned"


async def test_an_error_in_mid_stream_is_sent_nested_and_then_as_failed() -> None:
    seen = await stream("responses", model="demo/error")
    assert [event["type"] for event in seen[-2:]] == ["error", "response.failed"]
    assert seen[-2]["error"]["code"] == seen[-1]["response"]["error"]["code"] == "server_error"
    assert seen[-1]["response"]["output"][0]["content"][0]["text"].startswith("Some answers")
    assert (await stream("chat", model="demo/error"))[-2]["error"]["message"] == seen[-2]["error"]["message"]
    for api in APIS:
        reply, data = await send(new_demo(), api, asked(api, "x", model="demo/error"))
        assert (reply.status, json.loads(data)["error"]["code"]) == (500, "server_error")


async def test_a_limit_of_tokens_ends_an_answer_incomplete() -> None:
    response = (await stream("responses", model="demo/tour", max_output_tokens=12))[-1]["response"]
    assert response["status"] == "incomplete"
    assert response["incomplete_details"] == {"reason": "max_output_tokens"}
    assert response["output"][0]["status"] == "incomplete"
    assert response["usage"]["output_tokens"] == 12
    for api, name in (("chat", "max_completion_tokens"), ("chat", "max_tokens"), ("completions", "max_tokens")):
        _, data = await send(new_demo(), api, asked(api, "tour", **{name: 12}))
        whole = json.loads(data)
        assert whole["choices"][0]["finish_reason"] == "length"
        assert whole["usage"]["completion_tokens"] == 12


async def test_reasoning_comes_in_two_parts_and_as_reasoning_content_in_chat() -> None:
    response = (await stream("responses", model="demo/reasoning"))[-1]["response"]
    parts = [part["text"] for part in response["output"][0]["summary"]]
    assert len(parts) == 2
    assert response["usage"]["output_tokens_details"]["reasoning_tokens"] > 50
    chunks = await stream("chat", model="demo/reasoning")
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == "\n\n".join(parts)


async def test_usage_is_sent_in_chat_only_where_it_is_asked_for() -> None:
    plain = await stream("chat", model="demo/hello")
    assert all("usage" not in chunk for chunk in plain[:-1])
    told = await stream("chat", model="demo/hello", stream_options={"include_usage": True})
    assert [chunk["usage"] for chunk in told[:-2]] == [None] * (len(told) - 2)
    assert told[-2]["usage"]["total_tokens"] > 0


@pytest.mark.parametrize("model", TAPES)
async def test_the_same_request_gets_the_same_bytes(model: str) -> None:
    assert await stream("responses", model=model) == await stream("responses", model=model)


async def test_recent_responses_are_kept_and_old_ones_forgotten() -> None:
    demo = new_demo()
    ids = []
    for _ in range(101):
        _, data = await send(demo, "responses", asked("responses", "x", model="demo/hello"))
        ids.append(json.loads(data)["id"])
    assert await get(demo, f"/v1/responses/{ids[-1]}") == (200, json.loads(data))
    status, body = await get(demo, f"/v1/responses/{ids[0]}")
    assert (status, body["error"]["type"]) == (404, "invalid_request_error")


async def test_models_are_listed() -> None:
    status, body = await get(new_demo(), "/v1/models")
    assert status == 200
    assert [Model.model_validate(card, strict=True).id for card in body["data"]] == list(models())
    assert (await get(new_demo(), "/v1/models/demo/tour"))[1]["owned_by"] == LABEL
    assert (await get(new_demo(), "/v1/models/gpt"))[0] == 404


BAD = {
    "no JSON": ("responses", b"{", 400, None),
    "no UTF-8": ("responses", b"\xff", 400, None),
    "no object": ("chat", b"[]", 400, None),
    "deep": ("chat", b"[" * 100_000, 400, None),
    "no model": ("responses", {"input": "x"}, 400, "model"),
    "no input": ("responses", {"model": "m"}, 400, "input"),
    "no messages": ("chat", {"model": "m"}, 400, "messages"),
    "no prompt": ("completions", {"model": "m"}, 400, "prompt"),
    "wrong type": ("chat", {"model": "m", "messages": "x"}, 400, "messages"),
    "wrong limit": ("responses", {"model": "m", "input": "x", "max_output_tokens": 0}, 400, "max_output_tokens"),
    "true is no number": ("chat", {"model": "m", "messages": [], "max_tokens": True}, 400, "max_tokens"),
    "unknown tape": ("responses", {"model": "demo/nope", "input": "x"}, 400, "model"),
    "unknown tape in chat": ("chat", {"model": "demo/nope", "messages": []}, 404, "model"),
    "foreign previous": (
        "responses",
        {"model": "m", "input": "x", "previous_response_id": "resp_1"},
        400,
        "previous_response_id",
    ),
    "broken schema": (
        "responses",
        {
            "model": "m",
            "input": "x",
            "text": {"format": {"type": "json_schema", "schema": {"type": "array", "minItems": "x"}}},
        },
        400,
        None,
    ),
    "no schema": ("chat", {"model": "m", "messages": [], "response_format": {"type": "json_schema"}}, 400, "schema"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_request_gets_an_error_in_the_usual_form(name: str) -> None:
    api, body, status, param = BAD[name]
    reply, data = await send(new_demo(), api, body)
    assert reply.status == status
    assert dict(reply.headers)["x-request-id"].startswith("req_demo_")
    error = json.loads(data)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["param"] == param


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("POST", "/v1/embeddings", 404), ("GET", "/v1/responses", 405), ("DELETE", "/v1/models", 405)],
)
async def test_unknown_paths_and_methods_are_refused(method: str, path: str, status: int) -> None:
    assert new_demo().answer(Request(method, path, {})).status == status


async def test_a_key_is_required_where_the_demo_was_started_with_one() -> None:
    demo = new_demo(require_key="open sesame")
    for headers in ({}, {"authorization": "Bearer open"}, {"authorization": "Bearer \udcff"}):
        reply, data = await send(demo, "responses", asked("responses", "x"), **headers)
        assert (reply.status, json.loads(data)["error"]["code"]) == (401, "invalid_api_key")
        assert b"sesame" not in data
    reply, _ = await send(demo, "responses", asked("responses", "x"), authorization="Bearer open sesame")
    assert reply.status == 200


@pytest.mark.parametrize("speed", [-1, "fast", float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(speed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="speed"):
        Demo(speed=speed)
    monkeypatch.setenv("STREAMCELL_DEMO_SPEED", str(speed))
    with pytest.raises(UsageError, match="speed"):
        Demo()


@pytest.mark.parametrize(("speed", "asked_seconds"), [(1, 0.3), (2, 0.15), (0, 0)])
async def test_speed_divides_the_natural_waits(speed: float, asked_seconds: float) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    demo = Demo(speed=speed, sleep=note)
    await send(demo, "responses", asked("responses", "x", model="demo/hello", stream=True))
    assert waits[0] == pytest.approx(asked_seconds)
    assert (max(waits) == 0) == (speed == 0)


async def test_closing_the_body_ends_the_answer() -> None:
    reply = new_demo().answer(
        Request("POST", "/v1/responses", {}, json.dumps(asked("responses", "x", stream=True)).encode())
    )
    body: AsyncIterator[bytes] = reply.body
    await anext(body)
    await body.aclose()  # type: ignore[attr-defined]
    assert [chunk async for chunk in body] == []
