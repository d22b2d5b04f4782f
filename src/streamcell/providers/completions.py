"""Legacy Completions: chunks as in Chat Completions, whose choices hold plain ``text``.

https://platform.openai.com/docs/api-reference/completions
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from streamcell import events as ev
from streamcell.errors import UsageError
from streamcell.options import StreamOptions
from streamcell.providers.base import Provider, said
from streamcell.providers.chat_completions import ChatReader, _Choice

__all__ = ["PROVIDER", "CompletionsReader", "request"]


class _PlainChoice(msgspec.Struct):
    text: str
    index: Literal[0] = 0
    finish_reason: None = None
    logprobs: None = None


class _PlainChunk(msgspec.Struct):
    choices: tuple[_PlainChoice]
    usage: None = None
    error: None = None


_decode_plain = msgspec.json.Decoder(_PlainChunk).decode


class CompletionsReader(ChatReader):
    """Completion chunks with ``text`` → events."""

    def _quick(self, line: bytes) -> ev.Event | None:
        if self._text_at is None:
            return None
        try:
            text = _decode_plain(line).choices[0].text
        except (ValueError, RecursionError):
            return None
        output, content = self._text_at
        return ev.OutputTextDelta(None, None, output, None, content, text)

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
    """The JSON body of a streaming request. The API knows no roles, so instructions stand before the prompt.

    Raises:
        UsageError: The options ask for what a plain completion cannot do.
    """
    prompt = options.prompt if options.input is None else options.input
    strings = isinstance(prompt, str) or (isinstance(prompt, list) and all(isinstance(p, str) for p in prompt))
    if not strings or options.tools or options.text_format or options.previous_response_id:
        raise UsageError(
            "Expected a plain prompt for --api completions, got messages, tools, a text format or a previous response.",
            hint="Use --api chat or --api responses.",
        )
    if options.instructions and isinstance(prompt, str):
        prompt = f"{options.instructions}\n\n{prompt}"
    fields = said(
        model=options.model,
        prompt=prompt,
        stream=True,
        max_tokens=options.max_output_tokens,
        temperature=options.temperature,
    )
    return {**fields, **options.extra}


PROVIDER = Provider("completions", "/completions", request, CompletionsReader)
