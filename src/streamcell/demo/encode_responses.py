"""The Responses API's events of an answer, each with every field that the API's own types require.

Form after the public API reference ("Streaming events") and recorded streams: ``created``, ``in_progress``, then per
item ``output_item.added``, parts, deltas, ``done`` events from the inside out, and one terminal event with the whole
response. An error in mid-stream is sent as ``error`` and again as ``response.failed``.
"""

from __future__ import annotations

from typing import Any

from streamcell.demo import LABEL
from streamcell.demo.encode import Start, sse
from streamcell.demo.play import Beat, Outcome
from streamcell.demo.tape import Act

__all__ = ["ResponsesEncoder"]

_PART_EVENTS = {
    "text": "response.content_part",
    "refusal": "response.content_part",
    "reasoning": "response.reasoning_summary_part",
}
_TEXT_EVENTS = {
    "text": "response.output_text",
    "refusal": "response.refusal",
    "reasoning": "response.reasoning_summary_text",
    "call": "response.function_call_arguments",
}
_DONE_FIELD = {"text": "text", "refusal": "refusal", "reasoning": "text", "call": "arguments"}
"""The field of the ``.done`` event that holds the final value."""
_ID_PREFIX = {"text": "msg_demo_", "refusal": "msg_demo_", "reasoning": "rs_demo_", "call": "fc_demo_"}
_ECHOED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "store": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""Request fields that the response repeats, with their values where the request leaves them out."""


class ResponsesEncoder:
    """One answer as Responses events; see `streamcell.demo.encode.Encoder`."""

    def __init__(self, start: Start) -> None:
        self.id = start.new_id("resp_demo_")
        self.error: dict[str, Any] | None = None
        self._start = start
        self._number = 0
        self._item: dict[str, Any] = {}
        self.object = _response(self.id, start)

    def start(self) -> list[bytes]:
        return [self._lifecycle("response.created"), self._lifecycle("response.in_progress")]

    def beat(self, beat: Beat) -> list[bytes]:
        return list(_STEPS[beat.kind](self, beat))

    def cancel(self) -> list[bytes]:
        """The end of an answer that was made in the background and cancelled."""
        self.object["status"] = "cancelled"
        if self._item.get("status") == "in_progress":
            self._item["status"] = "incomplete"
        return [self._lifecycle("response.cancelled")]

    def _event(self, kind: str, **fields: Any) -> bytes:
        event = {"type": kind, **fields, "sequence_number": self._number}
        self._number += 1
        return sse(event, kind)

    def _lifecycle(self, kind: str) -> bytes:
        return self._event(kind, response=self.object)

    def _place(self, beat: Beat, act: Act) -> dict[str, Any]:
        """Where in the response an event belongs."""
        place: dict[str, Any] = {"item_id": self._item["id"], "output_index": beat.index}
        if act.kind == "reasoning":
            place["summary_index"] = beat.part
        elif act.kind != "call":
            place["content_index"] = beat.part
        return place

    def _open(self, beat: Beat) -> list[bytes]:
        act = _act(beat)
        self._item = _item(act, self._start)
        self.object["output"].append(self._item)
        return [self._event("response.output_item.added", output_index=beat.index, item=self._item)]

    def _part(self, beat: Beat) -> list[bytes]:
        act = _act(beat)
        if act.kind == "call":
            return []
        _parts(self._item).append(_part(act, ""))
        return [self._event(f"{_PART_EVENTS[act.kind]}.added", **self._place(beat, act), part=_part(act, ""))]

    def _delta(self, beat: Beat) -> list[bytes]:
        act = _act(beat)
        extra: dict[str, Any] = {"logprobs": []} if act.kind == "text" else {}
        # Whoever asks for the response in the middle of it gets what there is.
        holder = self._item if act.kind == "call" else _parts(self._item)[beat.part]
        holder[_DONE_FIELD[act.kind]] += beat.text
        return [self._event(f"{_TEXT_EVENTS[act.kind]}.delta", **self._place(beat, act), delta=beat.text, **extra)]

    def _part_done(self, beat: Beat) -> list[bytes]:
        act = _act(beat)
        extra: dict[str, Any] = {"logprobs": []} if act.kind == "text" else {}
        value = {_DONE_FIELD[act.kind]: beat.text, **extra}
        done = [self._event(f"{_TEXT_EVENTS[act.kind]}.done", **self._place(beat, act), **value)]
        if act.kind == "call":
            self._item["arguments"] = beat.text
            return done
        part = _parts(self._item)[beat.part] = _part(act, beat.text)
        cut = {"status": "incomplete"} if act.kind == "reasoning" and not beat.whole else {}
        return [*done, self._event(f"{_PART_EVENTS[act.kind]}.done", **self._place(beat, act), part=part, **cut)]

    def _close(self, beat: Beat) -> list[bytes]:
        if "status" in self._item:
            self._item["status"] = "completed" if beat.whole else "incomplete"
        return [self._event("response.output_item.done", output_index=beat.index, item=self._item)]

    def _error(self, beat: Beat) -> list[bytes]:
        code = _act(beat).name
        self.error = {"type": code, "code": code, "message": beat.text, "param": None}
        self.object["error"] = {"code": code, "message": beat.text}
        # The documented event is flat; what servers really send is nested. This one can be read either way.
        return [self._event("error", code=code, message=beat.text, param=None, error=self.error)]

    def _end(self, beat: Beat) -> list[bytes]:
        outcome = beat.outcome
        if outcome is None:
            raise ValueError("the last beat has no outcome")
        self.object["status"] = outcome.status
        if outcome.status == "completed":
            self.object["completed_at"] = self._start.created
        if outcome.status == "incomplete":
            self.object["incomplete_details"] = {"reason": "max_output_tokens"}
        if outcome.status != "failed":
            self.object["usage"] = _usage(self._start.ask.input_tokens, outcome)
        return [self._lifecycle(f"response.{outcome.status}")]


_STEPS = {
    "open": ResponsesEncoder._open,
    "part": ResponsesEncoder._part,
    "delta": ResponsesEncoder._delta,
    "part_done": ResponsesEncoder._part_done,
    "close": ResponsesEncoder._close,
    "error": ResponsesEncoder._error,
    "end": ResponsesEncoder._end,
}


def _act(beat: Beat) -> Act:
    if beat.act is None:
        raise ValueError(f"a beat of kind {beat.kind} has no act")
    return beat.act


def _item(act: Act, start: Start) -> dict[str, Any]:
    """An output item as it is before its first part."""
    ident = start.new_id(_ID_PREFIX[act.kind])
    if act.kind == "reasoning":
        return {"id": ident, "type": "reasoning", "summary": []}
    if act.kind == "call":
        call = {"arguments": "", "call_id": start.new_id("call_demo_"), "name": act.name}
        return {"id": ident, "type": "function_call", "status": "in_progress", **call}
    return {"id": ident, "type": "message", "status": "in_progress", "content": [], "role": "assistant"}


def _parts(item: dict[str, Any]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = item["summary" if item["type"] == "reasoning" else "content"]
    return parts


def _part(act: Act, text: str) -> dict[str, Any]:
    if act.kind == "reasoning":
        return {"type": "summary_text", "text": text}
    if act.kind == "refusal":
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def _response(ident: str, start: Start) -> dict[str, Any]:
    """The response as it stands before its first item."""
    body = start.ask.body
    echoed = {key: value if body.get(key) is None else body[key] for key, value in _ECHOED.items()}
    reasoning = body.get("reasoning")
    return {
        "id": ident,
        "object": "response",
        "created_at": start.created,
        "status": "in_progress",
        "background": bool(body.get("background")),
        "completed_at": None,
        "error": None,
        "frequency_penalty": 0.0,
        "incomplete_details": None,
        "model": start.model,
        "output": [],
        "presence_penalty": 0.0,
        "reasoning": {"effort": None, "summary": None, **(reasoning if isinstance(reasoning, dict) else {})},
        "service_tier": "default",
        "text": {"format": {"type": "text"}, "verbosity": "medium", **(body.get("text") or {})},
        "usage": None,
        **echoed,
        "metadata": {**(body.get("metadata") or {}), "notice": LABEL},
    }


def _usage(read: int, outcome: Outcome) -> dict[str, Any]:
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": outcome.output_tokens,
        "output_tokens_details": {"reasoning_tokens": outcome.reasoning_tokens},
        "total_tokens": read + outcome.output_tokens,
    }
