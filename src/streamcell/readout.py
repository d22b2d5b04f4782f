"""What can be read off a list of output items: the answer, the refusal, the reasoning, the tool calls.

The items are JSON as the API has it, perhaps with growing `Text` in place of strings, and perhaps not as they should
be. Chat's further choices (``choice_index``) are shown, but are no part of the answer.
"""

from __future__ import annotations

from typing import Any

__all__ = ["CALLS", "reasoning", "refusal", "text", "tool_calls"]

CALLS = {
    "function_call": ("arguments",),
    "mcp_call": ("arguments",),
    "custom_tool_call": ("input",),
    "shell_call": ("action", "commands"),
    "local_shell_call": ("action", "command"),
    "apply_patch_call": ("operation", "diff"),
}
"""Item type of a tool call → where the text of its arguments stands."""


def text(output: list[Any]) -> str:
    """All ``output_text``, joined with nothing between."""
    return "".join(_joined(item, "content", ("output_text", "text"), "text") for item in _items(output, "message"))


def refusal(output: list[Any]) -> str:
    """All refusals, joined with nothing between."""
    return "".join(_joined(item, "content", ("refusal",), "refusal") for item in _items(output, "message"))


def reasoning(output: list[Any]) -> str:
    """Of each reasoning item its summary, then its content."""
    return "".join(
        _joined(item, name, None, "text") for item in _items(output, "reasoning") for name in ("summary", "content")
    )


def tool_calls(output: list[Any]) -> list[dict[str, Any]]:
    """``{"kind", "call_id", "name", "arguments"}`` of each call; ``kind`` is its item type, arguments are text."""
    return [_call(item) for item in _items(output, *CALLS)]


def _items(output: list[Any], *kinds: str) -> list[dict[str, Any]]:
    found = [item for item in output if isinstance(item, dict) and item.get("type") in kinds]
    return [item for item in found if not item.get("choice_index")]


def _joined(item: dict[str, Any], name: str, kinds: tuple[str, ...] | None, field: str) -> str:
    parts = item.get(name)
    found = [p for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []
    return "".join(str(p.get(field) or "") for p in found if kinds is None or p.get("type") in kinds)


def _call(item: dict[str, Any]) -> dict[str, Any]:
    value: Any = item
    for key in CALLS[item["type"]]:
        value = value.get(key) if isinstance(value, dict) else None
    arguments = "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return {"kind": item["type"], "call_id": item.get("call_id"), "name": item.get("name"), "arguments": arguments}
