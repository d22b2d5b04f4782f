"""Legacy Completions chunks of an answer. This API has text and nothing else, so all other acts are told in words."""

from __future__ import annotations

from typing import Any

from streamcell.demo.encode import DONE, Start, sse
from streamcell.demo.encode_chat import chat_usage
from streamcell.demo.play import Beat

__all__ = ["CompletionsEncoder"]


class CompletionsEncoder:
    """One answer as text completion chunks; see `streamcell.demo.encode.Encoder`."""

    def __init__(self, start: Start) -> None:
        self.id = start.new_id("cmpl_demo_")
        self.error: dict[str, Any] | None = None
        self._start = start
        self._text = ""
        self.object: dict[str, Any] = {**self._head(), "choices": [], "usage": None}

    def start(self) -> list[bytes]:
        return []

    def beat(self, beat: Beat) -> list[bytes]:
        return _STEPS[beat.kind](self, beat) if beat.kind in _STEPS else []

    def _head(self) -> dict[str, Any]:
        head = {"id": self.id, "object": "text_completion", "created": self._start.created}
        return {**head, "model": self._start.model, "system_fingerprint": "fp_demo"}

    def _choice(self, text: str, finish: str | None) -> dict[str, Any]:
        return {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}

    def _chunk(self, text: str, finish: str | None = None) -> bytes:
        usage = {"usage": None} if self._start.ask.include_usage else {}
        return sse({**self._head(), "choices": [self._choice(text, finish)], **usage})

    def _add(self, text: str) -> list[bytes]:
        self._text += text
        return [self._chunk(text)]

    def _open(self, beat: Beat) -> list[bytes]:
        gap = "\n\n" if self._text else ""
        call = f"call {beat.act.name} " if beat.act and beat.act.kind == "call" else ""
        return self._add(gap + call) if gap or call else []

    def _part(self, beat: Beat) -> list[bytes]:
        return self._add("\n\n") if beat.part else []

    def _delta(self, beat: Beat) -> list[bytes]:
        return self._add(beat.text)

    def _error(self, beat: Beat) -> list[bytes]:
        code = beat.act.name if beat.act else None
        self.error = {"type": code, "code": code, "message": beat.text, "param": None}
        return [sse({"error": self.error})]

    def _end(self, beat: Beat) -> list[bytes]:
        outcome = beat.outcome
        if outcome is None or outcome.status == "failed":
            return [DONE]
        finish = "length" if outcome.status == "incomplete" else "stop"
        usage = self.object["usage"] = chat_usage(self._start.ask.input_tokens, outcome)
        self.object["choices"] = [self._choice(self._text, finish)]
        last = sse({**self._head(), "choices": [], "usage": usage})
        return [self._chunk("", finish), *([last] if self._start.ask.include_usage else []), DONE]


_STEPS = {
    "open": CompletionsEncoder._open,
    "part": CompletionsEncoder._part,
    "delta": CompletionsEncoder._delta,
    "error": CompletionsEncoder._error,
    "end": CompletionsEncoder._end,
}
