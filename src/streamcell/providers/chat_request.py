"""Options in the Responses API's terms → the body of a Chat Completions request.

It knows nothing of what comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from streamcell.errors import UsageError
from streamcell.options import StreamOptions
from streamcell.providers.base import said

__all__ = ["request"]


def request(options: StreamOptions) -> dict[str, Any]:
    """The JSON body of a streaming request.

    The limit is sent as ``max_tokens``: every server knows it, while the newer ``max_completion_tokens`` is ignored
    without a word by some; hosted models that refuse the old name say so, and have the Responses API anyway.

    Raises:
        UsageError: The options need the state that only the Responses API keeps.
    """
    if options.previous_response_id is not None:
        raise UsageError(
            "Expected no previous_response_id with --api chat, which keeps no responses, got one.",
            hint="Use --api responses, or pass the whole conversation as input.",
        )
    fields = said(
        model=options.model,
        messages=_messages(options),
        stream=True,
        stream_options={"include_usage": True},
        max_tokens=options.max_output_tokens,
        temperature=options.temperature,
        reasoning_effort=options.reasoning_effort,
        tools=[_nested(tool) for tool in options.tools] or None,
        response_format=None if options.text_format is None else _nested(options.text_format),
    )
    return {**fields, **options.extra}


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """``{type, name, …}`` → ``{type, <type>: {name, …}}``, as Chat has it; what says only its type stays as it is."""
    kind, rest = flat.get("type"), {k: v for k, v in flat.items() if k != "type"}
    if not isinstance(kind, str) or not rest or kind in rest:
        return dict(flat)
    return {"type": kind, kind: rest}


def _messages(options: StreamOptions) -> list[Any]:
    given = options.prompt if options.input is None else options.input
    messages = [{"role": "user", "content": given}] if isinstance(given, str) else _from_items(given)
    return [{"role": "system", "content": options.instructions}, *messages] if options.instructions else messages


def _from_items(items: Any) -> list[Any]:
    """Responses input items → messages; what is a message already stays."""
    messages: list[Any] = []
    for item in items if isinstance(items, list | tuple) else [items]:
        translate = _ITEMS.get(item.get("type")) if isinstance(item, Mapping) else None
        if translate is None:
            messages.append(item)
        else:
            translate(messages, item)
    return messages


def _message(messages: list[Any], item: Mapping[str, Any]) -> None:
    message = {name: value for name, value in item.items() if name not in ("type", "id", "status")}
    if isinstance(message.get("content"), list):
        message["content"] = [_part(part) for part in message["content"]]
    messages.append(message)


def _part(part: Any) -> Any:
    if not isinstance(part, Mapping):
        return part
    if part.get("type") in ("input_text", "output_text"):
        return {"type": "text", "text": part.get("text")}
    if part.get("type") == "input_image":
        return {"type": "image_url", "image_url": said(url=part.get("image_url"), detail=part.get("detail"))}
    return part


def _function_call(messages: list[Any], item: Mapping[str, Any]) -> None:
    call = {"name": item.get("name"), "arguments": item.get("arguments")}
    entry = {"id": item.get("call_id"), "type": "function", "function": call}
    if messages and isinstance(messages[-1], dict) and messages[-1].get("tool_calls"):
        messages[-1]["tool_calls"].append(entry)  # parallel calls are one message in Chat
    else:
        messages.append({"role": "assistant", "content": None, "tool_calls": [entry]})


def _function_call_output(messages: list[Any], item: Mapping[str, Any]) -> None:
    messages.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": item.get("output")})


def _nothing(messages: list[Any], item: Mapping[str, Any]) -> None:
    """Reasoning items are of no use to a server that did not make them."""


_ITEMS: dict[Any, Callable[[list[Any], Mapping[str, Any]], None]] = {
    None: _message,
    "message": _message,
    "function_call": _function_call,
    "function_call_output": _function_call_output,
    "reasoning": _nothing,
}
