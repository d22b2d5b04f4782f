"""Reads the JSON bodies of the three APIs into one `Ask`, or says what is wrong with them as OpenAI would.

It knows what was asked for, not what the answer will be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streamcell.demo import tokens

__all__ = ["Ask", "Refused", "ToolOutput", "read_ask"]


class Refused(Exception):
    """The request gets an HTTP error in place of an answer."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None, kind: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "error": {
                "message": message,
                "type": kind or ("server_error" if status >= 500 else "invalid_request_error"),
                "param": param,
                "code": code,
            }
        }


@dataclass(frozen=True)
class ToolOutput:
    """What a tool gave back, as the input tells it."""

    call_id: str
    output: str


@dataclass(frozen=True)
class Ask:
    """One request for an answer, whatever API it came by."""

    api: str
    """``responses``, ``chat`` or ``completions``."""
    model: str
    prompt: str
    """The last words of the user."""
    stream: bool
    body: Mapping[str, Any]
    """The whole request; its fields are echoed in Responses objects."""
    calls: Mapping[str, str] = field(default_factory=dict)
    """call_id → name of the function calls that stand in the input."""
    outputs: tuple[ToolOutput, ...] = ()
    """Tool outputs after the user's last words: what the answer should speak of."""
    tools: tuple[Mapping[str, Any], ...] = ()
    """The functions on offer: ``name``, ``parameters``."""
    choice: Any = "auto"
    schema: Mapping[str, Any] | None = None
    """The JSON schema that the answer must fit; ``{}`` asks for any JSON object."""
    limit: int | None = None
    """The most tokens to answer with."""
    include_usage: bool = False
    input_tokens: int = 0


def read_ask(api: str, body: bytes) -> Ask:
    """Read a request body.

    Raises:
        Refused: It is no JSON object, or lacks a field, or a field has a wrong type.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "We could not parse the JSON body of your request: expected a JSON object.") from None
    if not isinstance(data, dict):
        raise Refused(400, f"Invalid body: expected a JSON object, got {type(data).__name__}.")
    _check(data, {"model": str, **_NEEDED[api]}, required=True)
    _check(data, _TYPES, required=False)
    return _READERS[api](data)


_NEEDED: dict[str, dict[str, Any]] = {
    "responses": {"input": (str, list)},
    "chat": {"messages": list},
    "completions": {"prompt": (str, list)},
}
_TYPES: dict[str, Any] = {
    "stream": bool,
    "background": bool,
    "store": bool,
    "tools": list,
    "max_output_tokens": int,
    "max_completion_tokens": int,
    "max_tokens": int,
    "text": dict,
    "response_format": dict,
    "stream_options": dict,
    "metadata": dict,
    "instructions": (str, list),
    "previous_response_id": str,
}


def _check(data: Mapping[str, Any], types: Mapping[str, Any], *, required: bool) -> None:
    for name, kind in types.items():
        value = data.get(name)
        if value is None:
            if required:
                raise Refused(
                    400, f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name
                )
            continue
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            message = f"Invalid type for '{name}': got {type(value).__name__}."
            raise Refused(400, message, code="invalid_type", param=name)
        if kind is int and value < 1:
            message = f"Invalid '{name}': integer below minimum value. Expected a value >= 1, but got {value} instead."
            raise Refused(400, message, code="integer_below_min_value", param=name)


def _responses(data: dict[str, Any]) -> Ask:
    items = data["input"]
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    items = [item for item in items if isinstance(item, dict)]
    last = max((i for i, item in enumerate(items) if item.get("role") == "user"), default=-1)
    kinds = {"function_call_output", "custom_tool_call_output"}
    return Ask(
        api="responses",
        prompt=_text(items[last].get("content")) if last >= 0 else "",
        calls={str(i.get("call_id")): str(i.get("name")) for i in items if i.get("type") == "function_call"},
        outputs=tuple(
            ToolOutput(str(item.get("call_id")), _text(item.get("output")))
            for item in items[last + 1 :]
            if item.get("type") in kinds
        ),
        tools=tuple(t for t in data.get("tools") or () if isinstance(t, dict) and t.get("type") == "function"),
        schema=_schema((data.get("text") or {}).get("format")),
        limit=data.get("max_output_tokens"),
        **_common(data, data["input"], data.get("instructions")),
    )


def _chat(data: dict[str, Any]) -> Ask:
    messages = [message for message in data["messages"] if isinstance(message, dict)]
    last = max((i for i, message in enumerate(messages) if message.get("role") == "user"), default=-1)
    calls = [call for message in messages for call in message.get("tool_calls") or () if isinstance(call, dict)]
    tools = [t.get("function") for t in data.get("tools") or () if isinstance(t, dict)]
    return Ask(
        api="chat",
        prompt=_text(messages[last].get("content")) if last >= 0 else "",
        calls={str(call.get("id")): str((call.get("function") or {}).get("name")) for call in calls},
        outputs=tuple(
            ToolOutput(str(message.get("tool_call_id")), _text(message.get("content")))
            for message in messages[last + 1 :]
            if message.get("role") == "tool"
        ),
        tools=tuple(tool for tool in tools if isinstance(tool, dict)),
        schema=_schema(data.get("response_format")),
        limit=data.get("max_completion_tokens") or data.get("max_tokens"),
        **_common(data, data["messages"]),
    )


def _completions(data: dict[str, Any]) -> Ask:
    return Ask(
        api="completions", prompt=_text(data["prompt"]), limit=data.get("max_tokens"), **_common(data, data["prompt"])
    )


_READERS = {"responses": _responses, "chat": _chat, "completions": _completions}


def _common(data: dict[str, Any], *texts: Any) -> dict[str, Any]:
    return {
        "model": data["model"],
        "stream": bool(data.get("stream")),
        "body": data,
        "choice": data.get("tool_choice") or "auto",
        "include_usage": bool((data.get("stream_options") or {}).get("include_usage")),
        "input_tokens": sum(tokens.count(text) for text in _strings(list(texts))),
    }


def _schema(wanted: Any) -> Mapping[str, Any] | None:
    """The schema in ``text.format`` (flat) or ``response_format`` (nested)."""
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind == "json_object":
        return {}
    if kind != "json_schema":
        return None
    nested = wanted.get("json_schema")
    schema = (nested if isinstance(nested, dict) else wanted).get("schema")
    if not isinstance(schema, dict):
        raise Refused(400, "Missing required parameter: 'schema'.", code="missing_required_parameter", param="schema")
    return schema


def _text(content: Any) -> str:
    """The text of a message's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(p if isinstance(p, str) else str(p.get("text", "")) for p in parts if isinstance(p, (str, dict)))


def _strings(value: Any) -> list[str]:
    """All texts of the input that count as input tokens, wherever they stand in it."""
    found: list[str] = []
    stack = [value]
    while stack:
        at = stack.pop()
        if isinstance(at, str):
            found.append(at)
        elif isinstance(at, list):
            stack.extend(at)
        elif isinstance(at, dict):
            stack.extend(at[key] for key in ("content", "text", "output", "arguments", "input") if key in at)
    return found
