"""Events that the official SDK receives can be shown: its own objects, over real HTTP."""

from __future__ import annotations

import openai
import pytest

from streamcell.api import show
from streamcell.demo import serve
from streamcell.session import Stream
from tests.served import served

REQUESTS = {
    "responses": lambda client: client.responses.create(model="demo/tour", input="hi", stream=True),
    "chat": lambda client: client.chat.completions.create(
        model="demo/tour",
        messages=[{"role": "user", "content": "hi"}],
        stream=True,
        stream_options={"include_usage": True},
    ),
    "completions": lambda client: client.completions.create(model="demo/tour", prompt="hi", stream=True),
}


@pytest.mark.parametrize("api", REQUESTS)
def test_the_sdks_objects_are_read_to_the_same_text(api: str) -> None:
    with served(speed=0) as server, openai.OpenAI(api_key="k", base_url=server.url) as client:
        made = Stream.of(REQUESTS[api](client), api=api).start().wait(30)
        own = Stream.of(_bytes(api, server.url), api=api).start().wait(30)
    assert made.status == own.status == "completed"
    assert "That was the tour" in made.text
    assert made.text == own.text
    assert made.error is None
    assert made.snapshot()["streamcell"]["unknown_events"] == {}


def _bytes(api: str, url: str):
    """The same request by hand, as raw chunks."""
    import httpx

    path, body = {
        "responses": ("/responses", {"model": "demo/tour", "input": "hi"}),
        "chat": ("/chat/completions", {"model": "demo/tour", "messages": [{"role": "user", "content": "hi"}]}),
        "completions": ("/completions", {"model": "demo/tour", "prompt": "hi"}),
    }[api]
    with httpx.stream("POST", f"{url}{path}", json={**body, "stream": True}) as response:
        yield from response.iter_bytes()


async def test_an_async_stream_of_the_sdk_is_shown_by_awaiting() -> None:
    async with serve(speed=0) as server, openai.AsyncOpenAI(api_key="k", base_url=server.url) as client:
        stream = await show(await client.responses.create(model="demo/weather", input="hi", stream=True))
    assert stream.status == "completed"
    assert stream.tool_calls[0]["name"] == "get_weather"


def test_objects_outside_the_sdks_own_schema_are_read_without_a_warning() -> None:
    from openai.types.responses import ResponseTextDeltaEvent

    # `construct` checks nothing, as the package itself does with what it receives.
    kind = "response.output_text.delta"
    odd = ResponseTextDeltaEvent.construct(type=kind, delta="Hi", output_index="0", content_index=None, logprobs=5)
    assert Stream.of([odd]).start().wait(10).text == "Hi"
