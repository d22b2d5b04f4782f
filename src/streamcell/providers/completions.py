"""Legacy Completions: chunks as in Chat Completions, whose choices hold plain ``text``.

https://platform.openai.com/docs/api-reference/completions
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamcell import events as ev
from streamcell.options import StreamOptions
from streamcell.providers.base import Provider
from streamcell.providers.chat_completions import ChatReader, _Choice

__all__ = ["PROVIDER", "CompletionsReader", "request"]


class CompletionsReader(ChatReader):
    """Completion chunks with ``text`` → events."""

    def _quick(self, line: bytes) -> ev.Event | None:
        return None

    def _choice(self, known: _Choice, choice: dict[str, Any]) -> Iterator[ev.Event]:
        if isinstance(choice.get("text"), str) and choice["text"]:
            yield from self._say(known, choice["text"], _logprobs(choice.get("logprobs")))


def _logprobs(logprobs: object) -> list[Any]:
    """Parallel lists → the list of tokens that the other APIs have."""
    if not isinstance(logprobs, dict):
        return []
    tokens, values = logprobs.get("tokens"), logprobs.get("token_logprobs")
    if not isinstance(tokens, list) or not isinstance(values, list):
        return []
    return [{"token": token, "logprob": value} for token, value in zip(tokens, values, strict=False)]


def request(options: StreamOptions) -> dict[str, Any]:
    return {"model": options.model, "prompt": options.prompt, "stream": True, **options.extra}


PROVIDER = Provider("completions", "/completions", request, CompletionsReader)
