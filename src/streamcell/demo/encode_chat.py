"""Chat Completions chunks of an answer: role, reasoning, content, tool call fragments, finish, usage, ``[DONE]``."""

from __future__ import annotations

from typing import Any

from streamcell.demo.encode import DONE, Start, sse
from streamcell.demo.play import Beat, Outcome

__all__ = ["ChatEncoder", "chat_usage"]

_FIELDS = {"text": "content", "refusal": "refusal", "reasoning": "reasoning_content"}
"""``reasoning_content`` is what most compatible servers send; the API itself has no field for it."""


class ChatEncoder:
    """One answer as completion chunks; see `streamcell.demo.encode.Encoder`."""

    def __init__(self, start: Start) -> None:
        self.id = start.new_id("chatcmpl_demo_")
        self.error: dict[str, Any] | None = None
        self._start = start
        self._calls: list[dict[str, Any]] = []
        self._message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
        self.object: dict[str, Any] = {**self._head("chat.completion"), "choices": [], "usage": None}

    def start(self) -> list[bytes]:
        return [self._chunk({"role": "assistant", "content": "", "refusal": None})]

    def beat(self, beat: Beat) -> list[bytes]:
        return _STEPS[beat.kind](self, beat) if beat.kind in _STEPS else []

    def _head(self, kind: str) -> dict[str, Any]:
        head = {"id": self.id, "object": kind, "created": self._start.created, "model": self._start.model}
        return {**head, "service_tier": "default", "system_fingerprint": "fp_demo"}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        usage = {"usage": None} if self._start.ask.include_usage else {}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return sse({**self._head("chat.completion.chunk"), "choices": [choice], **usage})

    def _open(self, beat: Beat) -> list[bytes]:
        if beat.act is None or beat.act.kind != "call":
            return []
        function = {"name": beat.act.name, "arguments": ""}
        call = {"id": self._start.new_id("call_demo_"), "type": "function", "function": function}
        fragment = {"index": len(self._calls), **call, "function": dict(function)}
        self._calls.append(call)
        return [self._chunk({"tool_calls": [fragment]})]

    def _part(self, beat: Beat) -> list[bytes]:
        """Parts of one reasoning are parted by an empty line: chat has one field for all of them."""
        return self._add("reasoning_content", "\n\n") if beat.part else []

    def _delta(self, beat: Beat) -> list[bytes]:
        kind = beat.act.kind if beat.act else "text"
        if kind in _FIELDS:
            return self._add(_FIELDS[kind], beat.text)
        self._calls[-1]["function"]["arguments"] += beat.text
        fragment = {"index": len(self._calls) - 1, "function": {"arguments": beat.text}}
        return [self._chunk({"tool_calls": [fragment]})]

    def _add(self, field: str, text: str) -> list[bytes]:
        self._message[field] = (self._message.get(field) or "") + text
        return [self._chunk({field: text})]

    def _error(self, beat: Beat) -> list[bytes]:
        code = beat.act.name if beat.act else None
        self.error = {"type": code, "code": code, "message": beat.text, "param": None}
        return [sse({"error": self.error})]

    def _end(self, beat: Beat) -> list[bytes]:
        outcome = beat.outcome
        if outcome is None or outcome.status == "failed":
            return [DONE]
        finish = "length" if outcome.status == "incomplete" else "tool_calls" if self._calls else "stop"
        usage = self.object["usage"] = chat_usage(self._start.ask.input_tokens, outcome)
        if self._calls:
            self._message["tool_calls"] = self._calls
        self.object["choices"] = [{"index": 0, "message": self._message, "logprobs": None, "finish_reason": finish}]
        last = sse({**self._head("chat.completion.chunk"), "choices": [], "usage": usage})
        return [self._chunk({}, finish), *([last] if self._start.ask.include_usage else []), DONE]


_STEPS = {
    "open": ChatEncoder._open,
    "part": ChatEncoder._part,
    "delta": ChatEncoder._delta,
    "error": ChatEncoder._error,
    "end": ChatEncoder._end,
}


def chat_usage(read: int, outcome: Outcome) -> dict[str, Any]:
    """Usage as Chat Completions and Completions spell it."""
    return {
        "prompt_tokens": read,
        "completion_tokens": outcome.output_tokens,
        "total_tokens": read + outcome.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": outcome.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
