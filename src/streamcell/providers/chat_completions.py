"""Chat Completions, translated into the events of the Responses API.

Each choice becomes items: one for its reasoning, one for its message, one for each tool call, in the order in which
they begin. Items of other choices than the first carry ``choice_index``. What servers add and leave out is read by
rule: absent, null and empty are the same, and a string may be a list of parts.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Literal

import msgspec

from streamcell import events as ev
from streamcell.providers.base import Provider, Reader
from streamcell.providers.chat_calls import Call, Calls
from streamcell.providers.chat_request import request
from streamcell.providers.chat_values import (
    annotation,
    arguments_text,
    image_data,
    listed,
    string,
    text_and_thinking,
    usage_of,
)

__all__ = ["PROVIDER", "ChatReader"]

STATUS = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""``finish_reason`` → ``incomplete_details.reason``; any other word means completed, but for ``error``."""
HEAD = {"id": "id", "model": "model", "created_at": "created", "service_tier": "service_tier"}
"""Field of a response → of a completion chunk."""


_Nothing = Literal[""] | tuple[()] | None


class _PlainDelta(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: _Nothing = None
    tool_calls: _Nothing = None
    function_call: _Nothing = None
    annotations: _Nothing = None
    images: _Nothing = None
    audio: _Nothing = None


class _PlainChoice(msgspec.Struct):
    delta: _PlainDelta
    index: Literal[0] = 0
    finish_reason: _Nothing = None
    logprobs: None = None


class _PlainChunk(msgspec.Struct):
    """The chunk that most are: a little text of the first choice, and nothing else that `ChatReader` would look at."""

    choices: tuple[_PlainChoice]
    usage: None = None
    error: _Nothing = None


_decode_plain = msgspec.json.Decoder(_PlainChunk).decode


class _Choice:
    """Where the pieces of one choice go."""

    def __init__(self, index: Hashable) -> None:
        self.mark = {"choice_index": index} if index else {}
        self.message: int | None = None
        self.parts: dict[str, int] = {}
        self.reasoning: int | None = None
        self.plain_reasoning = False
        self.calls, self.legacy_calls = Calls(), Calls()
        self.cited = False


class ChatReader(Reader):
    """Completion chunks → events. ``[DONE]``, or the end of the bytes after a ``finish_reason``, ends the response."""

    def __init__(self) -> None:
        super().__init__()
        self._head: dict[str, Any] = {}
        self._items = 0
        self._choices: dict[Hashable, _Choice] = {}
        self._finish: str | None = None
        self._counted = False  # usage was told
        self._citations: list[Any] = []
        # Where the first choice's text (output and content index) and plain reasoning go, once they have begun.
        self._text_at: tuple[int, int] | None = None
        self._thought_at: int | None = None

    def _quick(self, line: bytes) -> ev.Event | None:
        if self._text_at is None and self._thought_at is None:
            return None
        try:
            delta = _decode_plain(line).choices[0].delta
        except (ValueError, RecursionError):
            return None
        thought = delta.reasoning_content or delta.reasoning
        if delta.content and self._text_at and not thought:
            output, content = self._text_at
            return ev.OutputTextDelta(None, None, output, None, content, delta.content)
        if thought and self._thought_at is not None and not delta.content:
            return ev.ReasoningTextDelta(None, None, self._thought_at, None, 0, thought)
        return None

    # ------------------------------------------------------------ chunks
    def _translate(self, data: dict[str, Any]) -> list[ev.Event]:
        return list(self._chunk(data))

    def _chunk(self, chunk: dict[str, Any]) -> Iterator[ev.Event]:
        choices = [c for c in listed(chunk.get("choices")) if isinstance(c, dict)]
        yield from self._begin(chunk, bool(choices))
        if chunk.get("error"):
            yield ev.ErrorEvent(error=chunk["error"])
        yield from self._usage(chunk)
        self._citations = listed(chunk.get("citations")) or self._citations
        for choice in choices:
            index = choice.get("index") or 0
            key = index if isinstance(index, Hashable) else 0
            known = self._choices.get(key) or self._choices.setdefault(key, _Choice(key))
            yield from self._choice(known, choice)
            if choice.get("finish_reason") and not key:
                self._finish = str(choice["finish_reason"])
                yield ev.FinishReason(finish_reason=self._finish)

    def _usage(self, chunk: dict[str, Any]) -> Iterator[ev.Event]:
        """Token counts, wherever they come; Groq's own place only while there are no others."""
        usage, groq = usage_of(chunk.get("usage")), chunk.get("x_groq")
        if usage is None and isinstance(groq, dict) and not self._counted:
            usage = usage_of(groq.get("usage"))
        if usage is not None:
            self._counted = True
            yield ev.UsageReport(usage=usage)

    def _begin(self, chunk: dict[str, Any], first: bool) -> Iterator[ev.Event]:
        """The response's head. Azure's first chunk has an empty id, so what is missing is told when it comes."""
        new = {ours: chunk[theirs] for ours, theirs in HEAD.items() if not self._head.get(ours) and chunk.get(theirs)}
        if new or (first and not self._head):
            event = ev.ResponseInProgress if self._head else ev.ResponseCreated
            self._head = {"status": "in_progress", **self._head, **new}
            yield event(response={"status": "in_progress", **new})

    def _choice(self, known: _Choice, choice: dict[str, Any]) -> Iterator[ev.Event]:
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return
        text, thinking = text_and_thinking(delta.get("content"))
        thinking += self._reasoning(known, delta)
        if thinking:
            yield from self._think(known, thinking)
        if text:
            logprobs = choice.get("logprobs")
            yield from self._say(known, text, listed(logprobs.get("content")) if isinstance(logprobs, dict) else [])
        if isinstance(delta.get("refusal"), str) and delta["refusal"]:
            yield from self._refuse(known, delta["refusal"])
        for fragment in listed(delta.get("tool_calls")):
            if isinstance(fragment, dict):
                yield from self._call(known, known.calls, fragment)
        if delta.get("function_call"):
            yield from self._call(known, known.legacy_calls, {"index": 0, "function": delta["function_call"]})
        for note in listed(delta.get("annotations")):
            yield from self._cite(known, note)
        for image in listed(delta.get("images")):
            item = {"type": "image_generation_call", "status": "completed", "result": image_data(image)}
            yield self._added(known, item)
        yield from _audio(delta.get("audio"))

    def _reasoning(self, known: _Choice, delta: dict[str, Any]) -> str:
        for name in ("reasoning_content", "reasoning"):
            if isinstance(delta.get(name), str) and delta[name]:
                known.plain_reasoning = True
                return str(delta[name])
        if known.plain_reasoning:
            return ""  # the details say the same once more
        details = [d for d in listed(delta.get("reasoning_details")) if isinstance(d, dict)]
        return "".join(string(d.get("text")) or string(d.get("summary")) for d in details)

    # ------------------------------------------------------------ items
    def _added(self, known: _Choice, item: dict[str, Any]) -> ev.OutputItemAdded:
        self._items += 1
        return ev.OutputItemAdded(output_index=self._items - 1, item={**item, **known.mark})

    def _think(self, known: _Choice, text: str) -> Iterator[ev.Event]:
        if known.reasoning is None:
            known.reasoning = self._items
            yield self._added(known, {"type": "reasoning", "status": "in_progress", "summary": [], "content": []})
            part = {"type": "reasoning_text", "text": ""}
            yield ev.ContentPartAdded(output_index=known.reasoning, content_index=0, part=part)
        if known.plain_reasoning and not known.mark:
            self._thought_at = known.reasoning
        yield ev.ReasoningTextDelta(output_index=known.reasoning, content_index=0, delta=text)

    def _say(self, known: _Choice, text: str, logprobs: list[Any]) -> Iterator[ev.Event]:
        part = {"type": "output_text", "text": "", "annotations": []}
        yield from self._part(known, part)
        at = known.parts["output_text"]
        if not known.mark and known.message is not None:
            self._text_at = (known.message, at)
        yield ev.OutputTextDelta(output_index=known.message, content_index=at, delta=text, logprobs=logprobs or None)

    def _refuse(self, known: _Choice, text: str) -> Iterator[ev.Event]:
        yield from self._part(known, {"type": "refusal", "refusal": ""})
        at = known.parts["refusal"]
        yield ev.RefusalDelta(output_index=known.message, content_index=at, delta=text)

    def _part(self, known: _Choice, part: dict[str, Any]) -> Iterator[ev.Event]:
        """The choice's message and its part of this type, begun when first needed."""
        if known.message is None:
            known.message = self._items
            item = {"type": "message", "role": "assistant", "status": "in_progress", "content": []}
            yield self._added(known, item)
        if part["type"] not in known.parts:
            known.parts[part["type"]] = at = len(known.parts)
            yield ev.ContentPartAdded(output_index=known.message, content_index=at, part=part)

    def _cite(self, known: _Choice, note: Any) -> Iterator[ev.Event]:
        known.cited = True
        yield from self._part(known, {"type": "output_text", "text": "", "annotations": []})
        yield ev.OutputTextAnnotationAdded(
            output_index=known.message, content_index=known.parts["output_text"], annotation=annotation(note)
        )

    def _call(self, known: _Choice, calls: Calls, fragment: dict[str, Any]) -> Iterator[ev.Event]:
        body = fragment.get("function") or fragment.get("custom")
        body = body if isinstance(body, dict) else {}
        index, call_id, name = fragment.get("index"), fragment.get("id"), string(body.get("name")) or None
        index = index if isinstance(index, Hashable) else None
        call_id = call_id if isinstance(call_id, str | int) else None
        call = calls.find(index, call_id, name)
        new = call is None
        if call is None:
            kind = "custom_tool_call" if fragment.get("type") == "custom" else "function_call"
            call = calls.add(index, Call(kind, self._items))
            self._items += 1
        if new or (call_id and not call.call_id) or (name and not call.name):
            call.call_id, call.name = call.call_id or call_id or None, call.name or name
            yield ev.OutputItemAdded(output_index=call.output_index, item={**call.item(), **known.mark})
        if text := arguments_text(body.get("arguments", body.get("input"))):
            call.begun_arguments = True
            delta = ev.CustomToolCallInputDelta if call.kind == "custom_tool_call" else ev.FunctionCallArgumentsDelta
            yield delta(output_index=call.output_index, delta=text)

    # ------------------------------------------------------------ the end
    def _end(self, done: bool = False) -> list[ev.Event]:
        if not (done or self._finish):
            return []
        events: list[ev.Event] = []
        first = self._choices.get(0)
        if first and not first.cited:
            for source in self._citations:
                events += self._cite(first, source)
        if self._finish == "error":
            return [*events, ev.ResponseFailed(response={})]
        if reason := STATUS.get(self._finish or ""):
            return [*events, ev.ResponseIncomplete(response={"incomplete_details": {"reason": reason}})]
        return [*events, ev.ResponseCompleted(response={})]


def _audio(audio: object) -> Iterator[ev.Event]:
    if isinstance(audio, dict):
        if data := string(audio.get("data")):
            yield ev.AudioDelta(delta=data)
        if transcript := string(audio.get("transcript")):
            yield ev.AudioTranscriptDelta(delta=transcript)


PROVIDER = Provider("chat", "/chat/completions", request, ChatReader)
