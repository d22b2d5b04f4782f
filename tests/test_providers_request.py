"""Options → the body of a request, for each API."""

from __future__ import annotations

from typing import Any

import pytest

from streamcell.errors import UsageError
from streamcell.options import StreamOptions
from streamcell.providers import PROVIDERS

TOOL = {"type": "function", "name": "tide", "parameters": {"type": "object"}, "strict": True}
FULL: dict[str, Any] = {
    "prompt": "When is high water?",
    "model": "m",
    "instructions": "Be brief.",
    "max_output_tokens": 9,
    "temperature": 0.0,
    "reasoning_effort": "low",
    "tools": (TOOL,),
    "text_format": {"type": "json_schema", "name": "answer", "schema": {"type": "object"}},
}


def body(api: str, **options: Any) -> dict[str, Any]:
    return PROVIDERS[api].request(StreamOptions(**options))


def test_what_nobody_asked_for_is_not_sent() -> None:
    assert body("responses", prompt="hi") == {"input": "hi", "stream": True}
    assert body("completions", prompt="hi") == {"prompt": "hi", "stream": True}
    assert body("chat", prompt="hi") == {
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_responses_takes_every_option_under_its_own_name() -> None:
    assert body("responses", **FULL, previous_response_id="resp_1") == {
        "model": "m",
        "input": "When is high water?",
        "instructions": "Be brief.",
        "stream": True,
        "max_output_tokens": 9,
        "temperature": 0.0,
        "reasoning": {"effort": "low"},
        "tools": [TOOL],
        "previous_response_id": "resp_1",
        "text": {"format": FULL["text_format"]},
    }


def test_chat_nests_tools_and_formats_and_has_the_instructions_as_system_message() -> None:
    assert body("chat", **FULL) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "When is high water?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "temperature": 0.0,
        "reasoning_effort": "low",
        "tools": [{"type": "function", "function": {k: v for k, v in TOOL.items() if k != "type"}}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}},
    }


def test_chat_keeps_messages_and_translates_input_items() -> None:
    items = [
        {"role": "user", "content": "Tide at Lisboa?"},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "function_call", "call_id": "c1", "name": "tide", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "moon", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "high"},
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "High."}]},
        {"role": "user", "content": [{"type": "input_image", "image_url": "data:x"}, {"type": "text", "text": "?"}]},
        {"role": "tool", "tool_call_id": "c9", "content": "as Chat has it"},
    ]
    call = {"type": "function", "id": "c1", "function": {"name": "tide", "arguments": "{}"}}
    other = {"type": "function", "id": "c2", "function": {"name": "moon", "arguments": "{}"}}
    picture = [{"type": "image_url", "image_url": {"url": "data:x"}}, {"type": "text", "text": "?"}]
    assert body("chat", input=items)["messages"] == [
        {"role": "user", "content": "Tide at Lisboa?"},
        {"role": "assistant", "content": None, "tool_calls": [call, other]},
        {"role": "tool", "tool_call_id": "c1", "content": "high"},
        {"role": "assistant", "content": [{"type": "text", "text": "High."}]},
        {"role": "user", "content": picture},
        {"role": "tool", "tool_call_id": "c9", "content": "as Chat has it"},
    ]


@pytest.mark.parametrize("tool", [{"type": "web_search"}, {"type": "function", "function": {"name": "as Chat has it"}}])
def test_chat_leaves_tools_that_need_no_nesting(tool: dict[str, Any]) -> None:
    assert body("chat", prompt="x", tools=(tool,))["tools"] == [tool]


def test_input_stands_in_place_of_the_prompt() -> None:
    assert body("responses", prompt="no", input=[{"role": "user", "content": "yes"}])["input"] == [
        {"role": "user", "content": "yes"}
    ]
    assert body("chat", prompt="no", input="yes")["messages"] == [{"role": "user", "content": "yes"}]
    assert body("completions", prompt="no", input=["one", "two"])["prompt"] == ["one", "two"]


@pytest.mark.parametrize("api", PROVIDERS)
def test_extra_fields_are_written_over_everything(api: str) -> None:
    assert body(api, prompt="x", extra={"stream": False, "seed": 7})["stream"] is False
    assert body(api, prompt="x", extra={"seed": 7})["seed"] == 7


def test_completions_put_instructions_before_the_prompt() -> None:
    assert body("completions", prompt="x", instructions="Be brief.")["prompt"] == "Be brief.\n\nx"


@pytest.mark.parametrize(
    ("api", "options"),
    [
        ("chat", {"previous_response_id": "resp_1"}),
        ("completions", {"previous_response_id": "resp_1"}),
        ("completions", {"tools": (TOOL,)}),
        ("completions", {"input": [{"role": "user", "content": "x"}]}),
    ],
)
def test_what_an_api_cannot_do_is_said_before_anything_is_sent(api: str, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="Use --api"):
        body(api, **options)


def test_paths_stand_below_the_base_url() -> None:
    assert {name: p.path for name, p in PROVIDERS.items()} == {
        "responses": "/responses",
        "chat": "/chat/completions",
        "completions": "/completions",
    }
