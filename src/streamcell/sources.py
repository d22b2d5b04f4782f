"""The events of a request, with its retries and what follows a cut.

It knows transports and readers; what becomes of events is the session's.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from streamcell.errors import ProviderError, StreamcellError, TransportError
from streamcell.events import Event
from streamcell.feeds import Batches, read_whole
from streamcell.journal import Recorder
from streamcell.options import StreamOptions
from streamcell.providers import PROVIDERS
from streamcell.retry import pause_before_retry
from streamcell.transport import Answer, Transport

__all__ = ["Request"]

NO_SUCH_ROUTE = (404, 405, 501)
"""Statuses by which a server says that it has no Responses API."""

WINDOW_CLOSED = "no longer be streamed"
"""Words by which a service says that a background response is too old to be streamed again; it can be polled."""
FIRST_POLL, LONGEST_POLL = 0.5, 10.0
"""Seconds between polls: the first pause, and what its doubles end at."""
CANCEL_SECONDS = 2.0
"""So long a service has to say that it has cancelled a background response."""


class Request:
    """The events of one request, from its first try to what could be had in the end.

    Args:
        options: What to ask, with its model chosen or left to the server.
        transport: How to ask.
        annotate: Told what the reader of the answer should know: ``label``, ``note``, ``api``.
        recorder: Told what arrives.
        sleep: Waits that many seconds between tries and between polls.
        resume: (id, number): in place of asking anew, continue this background response after the event with this
            ``sequence_number``, or with all of it if that is None.
    """

    def __init__(
        self,
        options: StreamOptions,
        transport: Transport,
        annotate: Callable[[str, Any], None],
        recorder: Recorder | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        resume: tuple[str, int | None] | None = None,
    ) -> None:
        self._options = options
        self._transport = transport
        self._annotate = annotate
        self._recorder = recorder or Recorder()
        self._sleep = sleep
        self._resumes = self._is_background = resume is not None
        self._response_id: str | None = resume[0] if resume else None
        self._number: int | None = resume[1] if resume else None
        self._terminal = False
        self._came_whole = False
        self.rate_limits: dict[str, str] = {}
        """The service's ``x-ratelimit-…`` headers."""

    async def events(self) -> Batches:
        """All events. With ``auto``, a server without Responses is asked by Chat Completions.

        Raises:
            StreamcellError: No answer could be had, or it broke and could not be continued.
        """
        if self._resumes:
            async for events in self._rest("responses", None):
                yield events
            return
        if self._options.model is None:
            self._options = replace(self._options, model=await self._transport.first_model())
        auto = self._options.api == "auto"
        async for events in self._either() if auto else self._one(self._options.api):
            yield events

    async def _either(self) -> Batches:
        try:
            async for events in self._one("responses"):
                yield events
        except ProviderError as error:
            if error.status not in NO_SUCH_ROUTE or error.code == "model_not_found":
                raise
            self._annotate("api", "chat")
            self._annotate("note", f"no /responses there (HTTP {error.status}); asked by chat completions")
            async for events in self._one("chat"):
                yield events

    async def _one(self, api: str) -> Batches:
        """The answer by one API, continued where it was cut and can be."""
        provider = PROVIDERS[api]
        body = provider.request(self._options)
        if self._options.background and api == "responses":
            body = {**body, "background": True, "store": True}
        self._is_background = api == "responses" and body.get("background") is True
        # The same key on each try, so that a service that knows it answers once.
        headers = {"idempotency-key": f"streamcell-{uuid.uuid4()}"}
        cut: TransportError | None = None
        try:
            async for events in self._read(api, partial(self._transport.post, provider.path, body, headers)):
                yield events
        except TransportError as error:
            cut = error
        if cut is None and (self._terminal or not self._is_background):
            return
        async for events in self._rest(api, cut):
            yield events

    async def _rest(self, api: str, cut: TransportError | None) -> Batches:
        """What a background response says after what was received. Overlap is harmless: numbers count once."""
        tries = 0
        while not self._terminal:
            if not (self._is_background and self._response_id) or tries > self._options.retries:
                raise cut or TransportError("The connection ended before the answer did.", kind="disconnected")
            tries += 1
            at = self._number
            after = "" if at is None else f"&starting_after={at}"
            self._annotate("note", "the connection was cut; fetching the rest" if cut or at else "fetching the answer")
            try:
                path = f"{self._path()}?stream=true{after}"
                async for events in self._read(api, partial(self._transport.get, path)):
                    yield events
            except TransportError as error:
                cut = error
            except ProviderError as error:
                if WINDOW_CLOSED not in error.message:
                    raise cut or error from error
                self._came_whole = True
            if self._came_whole and not self._terminal:
                async for events in self._polled(api):
                    yield events
            tries = tries if self._number == at else 0
        self._annotate("note", "")

    async def _polled(self, api: str) -> Batches:
        """The same, asked for whole until it is over: it is too old to be streamed, or is never streamed there."""
        pause, tries = FIRST_POLL, 0
        while not self._terminal:
            self._annotate("note", "asking from time to time whether the answer is complete")
            await self._sleep(pause)
            pause = min(pause * 2, LONGEST_POLL)
            try:
                async for events in self._read(api, partial(self._transport.get, self._path())):
                    yield events
                tries = 0
            except TransportError:
                tries += 1
                if tries > self._options.retries:
                    raise

    @property
    def goes_on(self) -> bool:
        """Whether the service goes on with the answer when the connection is closed."""
        return self._is_background and not self._terminal

    async def cancel(self) -> bool:
        """Have the service end a background response whose events are not wanted any more.

        Asked once, and for `CANCEL_SECONDS` at most; a failure costs nothing but the answer False.

        Returns:
            Whether the service says that it is cancelled.
        """
        if self._response_id is None:
            return False
        try:
            return await asyncio.wait_for(self._cancel(), CANCEL_SECONDS)
        except Exception:  # whatever it is: the stream has ended already, and its text is kept
            return False

    async def _cancel(self) -> bool:
        async with self._transport.post(f"{self._path()}/cancel", {}, {}) as answer:
            said = json.loads(answer.whole or b"null")
        return isinstance(said, dict) and said.get("status") == "cancelled"

    def _path(self) -> str:
        # The id is the server's word: it stays one part of the path, also where it is dots.
        return f"/responses/{quote(self._response_id or '', safe='').replace('.', '%2E')}"

    async def _read(self, api: str, send: Callable[[], Any]) -> Batches:
        """The events of one connection."""
        reader = PROVIDERS[api].reader()
        async with AsyncExitStack() as stack:
            answer = await self._open(stack, send)
            self._read_head(answer)
            self._recorder.opened(api, answer.headers)
            self._came_whole = answer.whole is not None
            if answer.whole is not None:
                self._recorder.whole(answer.whole)
                yield self._noted(read_whole(api, reader, answer.whole))
                return
            async for chunk in answer.chunks:
                self._recorder.chunk(chunk)
                if events := reader.feed(chunk):
                    yield self._noted(events)
            yield self._noted(reader.close())

    async def _open(self, stack: AsyncExitStack, send: Callable[[], Any]) -> Answer:
        """The head of a 2xx answer, after as many tries as it takes and may take."""
        attempt = 0
        while True:
            try:
                answer: Answer = await stack.enter_async_context(send())
                return answer
            except StreamcellError as error:
                pause = pause_before_retry(error, attempt, self._options.retries)
                if pause is None:
                    raise
                self._annotate("note", f"{error.message.rstrip('.')}; trying again in {pause:.1f} s")
                await self._sleep(pause)
                self._annotate("note", "")
                attempt += 1

    def _read_head(self, answer: Answer) -> None:
        self.rate_limits = {k: v for k, v in answer.headers.items() if k.lower().startswith("x-ratelimit-")}
        if demo := answer.headers.get("x-streamcell-demo"):
            self._annotate("label", f"demo: {demo}")

    def _noted(self, events: list[Event]) -> list[Event]:
        """Remember what a continuation needs: the response's id, the last number, whether it is over."""
        for event in events:
            number = event.sequence_number
            if number is not None:
                self._number = number if self._number is None else max(self._number, number)
            response = getattr(event, "response", None)
            if isinstance(response, dict):
                found = response.get("id")
                self._response_id = self._response_id or (found if isinstance(found, str) else None)
                self._terminal = self._terminal or event.type in TERMINAL
        return events


TERMINAL = frozenset(f"response.{word}" for word in ("completed", "incomplete", "failed", "cancelled"))
