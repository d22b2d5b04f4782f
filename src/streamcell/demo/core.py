"""The demo itself: a request in, status, headers and an asynchronous iterator of bytes out. It opens no socket.

Both doors (`streamcell.demo.httpx_door`, `streamcell.demo.server`) only carry what `Demo.answer` says.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import math
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from streamcell.demo import LABEL
from streamcell.demo.ask import Ask, Refused, read_ask
from streamcell.demo.background import Background
from streamcell.demo.chaos import Chaos
from streamcell.demo.choose import choose, models
from streamcell.demo.encode import Encoder, Start
from streamcell.demo.encode_chat import ChatEncoder
from streamcell.demo.encode_completions import CompletionsEncoder
from streamcell.demo.encode_responses import ResponsesEncoder
from streamcell.demo.play import play
from streamcell.demo.tape import Tape
from streamcell.errors import UsageError

__all__ = ["MAX_BODY", "Demo", "Recent", "Reply", "Request"]

MAX_BODY = 16 * 1024 * 1024
"""Bytes; a longer request is answered 413."""
_KEPT = 100
"""How many responses `GET /v1/responses/{id}` still knows."""
_LONGEST_WAIT = 2.0
"""Seconds that an answer in one piece keeps its client waiting at most."""
_CREATED = 1_735_689_600
"""Unix time at which all models claim to have been made."""

_ENCODERS: dict[str, Callable[[Start], Encoder]] = {
    "responses": ResponsesEncoder,
    "chat": ChatEncoder,
    "completions": CompletionsEncoder,
}
_POSTS = {"/responses": "responses", "/chat/completions": "chat", "/completions": "completions"}


@dataclass(frozen=True)
class Request:
    """What a door took in."""

    method: str
    path: str
    """Without query; with or without ``/v1``."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""
    query: str = ""


@dataclass(frozen=True)
class Reply:
    """What a door gives out."""

    status: int
    headers: list[tuple[str, str]]
    body: AsyncIterator[bytes]


Recent = OrderedDict[str, ResponsesEncoder | Background]
"""Responses by id, the newest last; each has the ``object`` as far as it is."""


def _random_id(prefix: str) -> str:
    return prefix + secrets.token_hex(12)


class Demo:
    """The stand-in for a model. One `Demo` remembers the latest responses it gave.

    Args:
        speed: How many times faster than natural; 0 does not wait. None takes ``STREAMCELL_DEMO_SPEED``, else 1.
        require_key: Answer 401 to requests that do not carry this key as a bearer token.
        new_id: Makes ids from a prefix; a seam for tests.
        now: Unix time; a seam for tests.
        sleep: Waits that many seconds; a seam for tests.
        recent: Where to remember responses, for demos that share their memory.
        chaos: Cuts streams; None leaves them whole.

    Raises:
        UsageError: ``speed`` is no number from 0 up.
    """

    def __init__(
        self,
        *,
        speed: float | None = None,
        require_key: str | None = None,
        new_id: Callable[[str], str] = _random_id,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        recent: Recent | None = None,
        chaos: Chaos | None = None,
    ) -> None:
        self._speed = _speed(os.environ.get("STREAMCELL_DEMO_SPEED") or 1.0 if speed is None else speed)
        self._key = require_key
        self._new_id = new_id
        self._now = now
        self._sleep = sleep
        self._recent: Recent = OrderedDict() if recent is None else recent
        self._chaos = chaos

    def answer(self, request: Request) -> Reply:
        """Answer one request. Nothing is awaited before the body is read; close the body to stop the answer."""
        try:
            self._authorize(request)
            return self._route(request)
        except Refused as refused:
            return self._json(refused.status, refused.body)

    def refuse(self, status: int, message: str) -> Reply:
        """The reply to what is not even a request."""
        return self._json(status, Refused(status, message).body)

    def _authorize(self, request: Request) -> None:
        if self._key is None:
            return
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(errors="replace"), f"Bearer {self._key}".encode()):
            what = "Incorrect API key provided." if given else "You didn't provide an API key."
            message = f"{what} Send the key that the demo was started with as 'Authorization: Bearer KEY'."
            raise Refused(401, message, code="invalid_api_key")

    def _route(self, request: Request) -> Reply:
        path = request.path.removeprefix("/v1").rstrip("/") or "/"
        kind, _, name = path.lstrip("/").partition("/")
        cancels = kind == "responses" and name.endswith("/cancel")
        known = "POST" if path in _POSTS or cancels else "GET" if path == "/models" or name else None
        if known is None or kind not in ("models", "responses", "chat", "completions"):
            raise Refused(404, f"Invalid URL ({request.method} {request.path[:200]})")
        if request.method != known:
            raise Refused(405, f"Not allowed to {request.method} on {request.path[:200]} (HINT: try {known}).")
        if cancels:
            return self._cancel(name.removesuffix("/cancel"))
        if known == "POST":
            return self._post(_POSTS[path], request.body)
        return self._models(name) if kind == "models" else self._read(name, request.query)

    def _models(self, name: str) -> Reply:
        cards = {model: _card(model) for model in models()}
        if name and name not in cards:
            raise Refused(404, f"The model '{name[:80]}' does not exist.", code="model_not_found", param="model")
        return self._json(200, cards[name] if name else {"object": "list", "data": list(cards.values())})

    def _read(self, name: str, query: str) -> Reply:
        """One response: as far as it is, or its events after ``starting_after``."""
        kept, asked = self._kept(name), parse_qs(query)
        if asked.get("stream", ["false"])[-1] != "true":
            return self._json(200, kept.object)
        if not (isinstance(kept, Background) and kept.streamed):
            message = "Only responses that were made with background=true and stream=true can be streamed again."
            raise Refused(400, message, param="stream")
        after = asked.get("starting_after", ["-1"])[-1]
        if not after.lstrip("-").isdecimal():
            raise Refused(400, "Invalid 'starting_after': expected a number.", param="starting_after")
        return self._events(kept.follow(max(-1, int(after)), self._sleep))

    def _cancel(self, name: str) -> Reply:
        kept = self._kept(name)
        if not isinstance(kept, Background):
            raise Refused(400, "Cannot cancel a synchronous response.", param="response_id")
        return self._json(200, kept.cancel())

    def _kept(self, name: str) -> ResponsesEncoder | Background:
        if name not in self._recent:
            message = f"Response with id '{name[:80]}' not found. The demo keeps the latest {_KEPT} of one run."
            raise Refused(404, message, param="response_id")
        return self._recent[name]

    def _post(self, api: str, body: bytes) -> Reply:
        if len(body) > MAX_BODY:
            raise Refused(413, f"Request too large: {len(body)} bytes. The demo takes up to {MAX_BODY}.")
        ask = read_ask(api, body)
        self._check_previous(ask)
        tape = choose(ask, self._call_names())
        start = Start(ask, f"demo/{tape.name}", int(self._now()), self._new_id)
        encoder = _ENCODERS[api](start)
        if isinstance(encoder, ResponsesEncoder):
            if ask.body.get("background"):
                return self._begin(encoder, tape, ask)
            self._remember(encoder.id, encoder)
        return self._events(self._stream(encoder, tape, ask)) if ask.stream else self._whole(encoder, tape, ask)

    def _begin(self, encoder: ResponsesEncoder, tape: Tape, ask: Ask) -> Reply:
        """An answer in the background: it goes on, whatever becomes of this connection."""
        if ask.body.get("store") is False:
            raise Refused(400, "Background mode requires store=true.", param="background")
        beats = play(tape, ask.limit)
        run = Background(encoder, beats, now=self._now, speed=self._speed, streamed=ask.stream)
        self._remember(encoder.id, run)
        return self._events(run.follow(-1, self._sleep)) if ask.stream else self._json(200, run.object)

    def _events(self, events: AsyncGenerator[bytes, None]) -> Reply:
        body = self._chaos.cut(events) if self._chaos else events
        return Reply(200, self._headers("text/event-stream; charset=utf-8"), body)

    async def _stream(self, encoder: Encoder, tape: Tape, ask: Ask) -> AsyncGenerator[bytes, None]:
        for event in encoder.start():
            yield event
        for beat in play(tape, ask.limit):
            await self._wait(beat.delay)
            for event in encoder.beat(beat):
                yield event

    def _whole(self, encoder: Encoder, tape: Tape, ask: Ask) -> Reply:
        """The answer in one piece. An error in mid-answer is an HTTP error here, for nothing was sent before it."""
        delay = 0.0
        for beat in play(tape, ask.limit):
            encoder.beat(beat)
            delay += beat.delay
        if encoder.error is not None:
            return self._json(500, {"error": encoder.error}, min(delay, _LONGEST_WAIT))
        return self._json(200, encoder.object, min(delay, _LONGEST_WAIT))

    async def _wait(self, seconds: float) -> None:
        await self._sleep(seconds / self._speed if self._speed else 0)

    def _json(self, status: int, data: Any, delay: float = 0.0) -> Reply:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

        async def body() -> AsyncIterator[bytes]:
            await self._wait(delay)
            yield text

        return Reply(status, [*self._headers("application/json"), ("content-length", str(len(text)))], body())

    def _headers(self, content_type: str) -> list[tuple[str, str]]:
        return [
            ("content-type", content_type),
            ("cache-control", "no-cache"),
            ("x-request-id", self._new_id("req_demo_")),
            ("x-streamcell-demo", LABEL.removeprefix("demo: ")),
        ]

    def _remember(self, name: str, kept: ResponsesEncoder | Background) -> None:
        self._recent[name] = kept
        while len(self._recent) > _KEPT:
            self._recent.popitem(last=False)

    def _check_previous(self, ask: Ask) -> None:
        """Ids of ours are taken even when forgotten, so that a follow-up works after a restart."""
        previous = ask.body.get("previous_response_id")
        if previous and not previous.startswith("resp_demo_"):
            message = f"Previous response with id '{previous[:80]}' not found."
            raise Refused(400, message, code="previous_response_not_found", param="previous_response_id")

    def _call_names(self) -> dict[str, str]:
        items = [item for response in list(self._recent.values()) for item in response.object["output"]]
        return {item["call_id"]: item["name"] for item in items if item["type"] == "function_call"}


def _card(model: str) -> dict[str, Any]:
    return {"id": model, "object": "model", "created": _CREATED, "owned_by": LABEL}


def _speed(value: float | str) -> float:
    try:
        speed = float(value)
    except (TypeError, ValueError):
        speed = math.nan
    if not 0 <= speed < math.inf:
        raise UsageError(
            f"The demo's speed must be a number from 0 up, got {value!r}.",
            hint="Use 1 for natural timing, 0 for none; STREAMCELL_DEMO_SPEED sets it too.",
        )
    return speed
