"""Reads a snapshot leniently, and says in words what it tells: status, ending, failure, usage, sources.

A snapshot holds what a server sent, so any field may be missing or of a wrong type. The words are the live view's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = [
    "as_dict", "as_list", "as_number", "as_text", "dump", "ending", "failure", "oddities", "pretty", "sources",
    "status_word", "summary", "transcript", "usage",
]  # fmt: skip

_STATUS = {
    "queued": "Interrupted",
    "in_progress": "Interrupted",
    "completed": "Completed",
    "incomplete": "Incomplete",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted",
}
"""A copy that is looked at was saved; what was still open then will not go on."""
_ENDINGS = {
    "queued": "This copy was saved before the answer began.",
    "in_progress": "This copy was saved while the answer was still arriving.",
    "cancelled": "Stopped. What had arrived by then is kept.",
    "interrupted": "The connection ended before the answer was complete. What had arrived by then is kept.",
}
_REASONS = {
    "max_output_tokens": "The answer ends here because it reached the limit on output tokens (max_output_tokens).",
    "content_filter": "The service's content filter ended the answer here.",
    "max_messages": "The answer ends here because it reached the limit on messages (max_messages).",
    "steered": "The answer was cut short by a new instruction.",
}
_KINDS = {
    "usage": "This call cannot be carried out",
    "connect": "Could not connect",
    "dns": "Host not found",
    "tls": "No secure connection",
    "auth": "Not authorised",
    "not_found": "Not found",
    "bad_request": "The service refused the request",
    "rate_limit": "Rate limit reached",
    "quota": "Quota used up",
    "server": "The service failed",
    "timeout": "No answer in time",
    "stalled": "The stream stalled",
    "disconnected": "Connection lost",
    "protocol": "The answer could not be read",
    "too_large": "The answer is too large",
    "api_error": "The service reported an error",
    "redirect": "The service redirected the request",
}
_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_PRETTY = 256 * 1024
"""Characters; longer JSON is shown as it came."""


def as_text(value: Any) -> str:
    """The value if it is text; a number as text; else nothing."""
    if isinstance(value, str):
        return value
    return "" if as_number(value) is None else str(value)


def as_dict(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_number(value: Any) -> float | None:
    """The value if it is a number that can be shown."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15 else None


def dump(value: Any) -> str:
    """A JSON value as readable text."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=2)
    except (ValueError, TypeError, RecursionError):
        return "(cannot be shown as JSON)"


def pretty(text: str) -> str:
    """JSON text with line breaks and indents, every value kept to the letter; text that is no JSON as it came."""
    if len(text) > _PRETTY:
        return text
    try:
        json.loads(text, parse_constant=_refuse, parse_int=str)
    except (ValueError, RecursionError):
        return text
    return "".join(_indented(text))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _indented(text: str) -> Iterator[str]:
    depth = 0
    pieces = _JSON.findall(text)
    for i, piece in enumerate(pieces):
        following = pieces[i + 1] if i + 1 < len(pieces) else ""
        if piece in ("{", "["):
            depth += 1
            yield piece + ("" if following in ("}", "]") else _line(depth))
        elif piece in ("}", "]"):
            depth -= 1
            yield ("" if pieces[i - 1] in ("{", "[") else _line(depth)) + piece
        else:
            yield piece + {",": _line(depth), ":": " "}.get(piece, "")


def _line(depth: int) -> str:
    return "\n" + "  " * min(depth, 32)


def status_word(response: Mapping[str, Any]) -> str:
    """How the answer ended, in one word."""
    status = as_text(response.get("status"))
    items = [as_dict(item) for item in as_list(response.get("output"))]
    parts = [as_dict(part) for item in items if item.get("type") == "message" for part in as_list(item.get("content"))]
    refused = {key for key in ("refusal", "text") for part in parts if as_text(part.get(key))} == {"refusal"}
    return "Refused" if refused and status == "completed" else _STATUS.get(status, status or "Interrupted")


def ending(response: Mapping[str, Any]) -> str:
    """Why an answer that is not complete ended, in a sentence; empty for others."""
    status = as_text(response.get("status"))
    if status != "incomplete":
        return _ENDINGS.get(status, "")
    reason = as_text(as_dict(response.get("incomplete_details")).get("reason"))
    given = f"; the service's reason: {reason}" if reason else ""
    return _REASONS.get(reason, f"The answer is not complete{given}.")


def failure(response: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """A heading and the lines of what went wrong. Ours says more; the API's own is the same failure in its words."""
    ours = as_dict(as_dict(response.get("streamcell")).get("error"))
    if ours.get("kind") == "cancelled":
        return None
    theirs = response.get("error")
    told = ours if as_text(ours.get("message")) else {"message": theirs} if isinstance(theirs, str) else as_dict(theirs)
    if not told:
        return None
    kind = as_text(told.get("kind")) or "api_error"
    named = (("HTTP", "status"), ("code", "code"), ("request id", "request_id"))
    facts = [f"{name} {as_text(told[key])}" for name, key in named if as_text(told.get(key))]
    lines = [as_text(told.get("message")), as_text(told.get("hint")), " · ".join(facts)]
    return _KINDS.get(kind, "Failed"), [line for line in lines if line]


def summary(response: Mapping[str, Any]) -> list[str]:
    """What stands beside the status word: model, label, a remark, how long it took."""
    annex = as_dict(response.get("streamcell"))
    elapsed = as_number(annex.get("elapsed_ms"))
    facts = [as_text(response.get("model")), *(as_text(annex.get(key)) for key in ("label", "note"))]
    return [fact for fact in (*facts, "" if elapsed is None else _duration(elapsed)) if fact]


def _duration(ms: float) -> str:
    if ms < 1000:
        return f"{max(0, round(ms))} ms"
    if ms < 9950:
        return f"{ms / 1000:.1f} s"
    seconds = round(ms / 1000)
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60:02d} s"


def usage(response: Mapping[str, Any]) -> list[str]:
    """Tokens and speed, where the server told them."""
    told = as_dict(response.get("usage"))
    rows = (
        (told.get("input_tokens"), "in"),
        (as_dict(told.get("input_tokens_details")).get("cached_tokens") or None, "cached"),
        (told.get("output_tokens"), "out"),
        (as_dict(told.get("output_tokens_details")).get("reasoning_tokens") or None, "reasoning"),
        (told.get("total_tokens"), "tokens"),
    )
    facts = [f"{number:,.0f} {word}" for value, word in rows if (number := as_number(value)) is not None]
    first = as_number(as_dict(response.get("streamcell")).get("first_text_ms"))
    return [*facts, *([] if first is None else [f"first text {_duration(first)}"]), *_rate(response, first)]


def _rate(response: Mapping[str, Any], first: float | None) -> list[str]:
    """Output tokens a second. With reasoning the clock starts at the request: its tokens come before the first text."""
    told = as_dict(response.get("usage"))
    made = as_number(told.get("output_tokens"))
    begun = 0 if as_number(as_dict(told.get("output_tokens_details")).get("reasoning_tokens")) else first
    elapsed = as_number(as_dict(response.get("streamcell")).get("elapsed_ms"))
    if made is None or elapsed is None or begun is None or elapsed - begun < 50:
        return []
    rate = made * 1000 / (elapsed - begun)
    return [f"{rate:.{1 if rate < 10 else 0}f} tok/s"]


def oddities(response: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """A heading and the lines of what was not understood, or was read round."""
    annex = as_dict(response.get("streamcell"))
    events, warnings = (_counts(annex.get(key)) for key in ("unknown_events", "warnings"))
    kinds = f" of {_plural(len(events), 'unknown type')}" if events else ""
    heads = [_plural(sum(events.values()), "event") + kinds, _plural(sum(warnings.values()), "warning")]
    lines = [f"{name} × {times:,.0f}" for name, times in [*events.items(), *warnings.items()]]
    return (" · ".join(head for head in heads if head), lines) if lines else None


def _counts(value: Any) -> dict[str, float]:
    return {str(name): as_number(times) or 0 for name, times in as_dict(value).items()}


def _plural(times: float, noun: str) -> str:
    return f"{times:,.0f} {noun}{'' if times == 1 else 's'}" if times else ""


def transcript(response: Mapping[str, Any]) -> str:
    """What a spoken answer says."""
    return as_text(as_dict(as_dict(response.get("streamcell")).get("audio")).get("transcript"))


def sources(annotations: Any) -> list[tuple[str, str]]:
    """Address (or nothing) and name of each source that the annotations of a text name, each once."""
    found: dict[str, tuple[str, str]] = {}
    for entry in as_list(annotations):
        # Chat Completions nests what the Responses API has flat.
        told = {**as_dict(entry), **as_dict(as_dict(entry).get("url_citation"))}
        address = as_text(told.get("url"))
        names = ("title",) if address else ("filename", "file_id", "type")
        name = next((as_text(told[key]) for key in names if as_text(told.get(key))), "")
        found.setdefault(address or name, (address, name or address or "unnamed source"))
    return list(found.values())
