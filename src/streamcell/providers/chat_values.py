"""Values of completion chunks in all the shapes that servers give them. What has no sense is empty."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["annotation", "arguments_text", "image_data", "listed", "string", "text_and_thinking", "usage_of"]

USAGE = {
    "input_tokens": ("input_tokens", "prompt_tokens"),
    "output_tokens": ("output_tokens", "completion_tokens"),
    "total_tokens": ("total_tokens",),
    "input_tokens_details": ("input_tokens_details", "prompt_tokens_details"),
    "output_tokens_details": ("output_tokens_details", "completion_tokens_details"),
}


def string(value: object) -> str:
    return value if isinstance(value, str) else ""


def listed(value: object) -> list[Any]:
    """A list, or a lone value where a list should be."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def text_and_thinking(content: object) -> tuple[str, str]:
    """``delta.content``: a string, or (Mistral) a list of parts, some of which are thoughts."""
    if isinstance(content, str):
        return content, ""
    text = thinking = ""
    for part in listed(content):
        if isinstance(part, str):
            text += part
        elif isinstance(part, dict) and part.get("type") == "thinking":
            inner = part.get("thinking")
            thoughts = (
                [inner] if isinstance(inner, str) else [p.get("text") for p in listed(inner) if isinstance(p, dict)]
            )
            thinking += "".join(map(string, thoughts))
        elif isinstance(part, dict):
            text += string(part.get("text"))
    return text, thinking


def arguments_text(value: object) -> str:
    """The text of arguments; some servers send them parsed."""
    return json.dumps(value) if isinstance(value, dict | list) else string(value)


def annotation(note: Any) -> dict[str, Any]:
    """Chat nests what Responses has flat; Perplexity sends bare addresses."""
    if isinstance(note, str):
        return {"type": "url_citation", "url": note}
    if not isinstance(note, dict):
        return {"type": "unknown"}
    inner = note.get(string(note.get("type")))
    return {"type": note.get("type"), **inner} if isinstance(inner, dict) else note


def image_data(image: Any) -> str | None:
    """Base64 out of a data URL, or the URL."""
    inner = image.get("image_url") if isinstance(image, dict) else image
    url = inner.get("url") if isinstance(inner, dict) else inner
    return url.partition("base64,")[2] or url if isinstance(url, str) else None


def usage_of(usage: object) -> dict[str, Any] | None:
    """Token counts under the Responses API's names. What the server does not say stays null."""
    if not isinstance(usage, dict) or not usage:
        return None
    known = {
        ours: next((usage[name] for name in theirs if usage.get(name) is not None), None)
        for ours, theirs in USAGE.items()
    }
    return {name: value for name, value in known.items() if value is not None or not name.endswith("_details")}
