"""One response, from request to end. The first of the two Python loops; read this and `pump` first.

A `Stream` runs on the background loop and is read from anywhere. It knows nothing of widgets: whoever shows it listens
with `Stream.subscribe` and takes ops with `Stream.drain`.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from streamcell import background
from streamcell.clocks import Clocks
from streamcell.endpoint import resolve
from streamcell.errors import ProtocolError, StreamcellError, TransportError, UsageError
from streamcell.event_log import EventLog
from streamcell.events import Event, is_light
from streamcell.feeds import followed, taped
from streamcell.journal import Recorder
from streamcell.options import StreamOptions
from streamcell.providers import PROVIDERS
from streamcell.reading import Reading
from streamcell.recording import recorder
from streamcell.replay import ReplayTransport, ending, label, load, replayed
from streamcell.secret import looks_like_key, redact
from streamcell.sources import Request
from streamcell.tape import Tape
from streamcell.transport import HttpTransport, Transport

__all__ = ["Stream"]

GRACE_SECONDS = 1.0
"""So long a connection may stay open after its terminal event; an `error` may still be followed by its details."""
AGAIN = "The text so far is kept. Run the cell again."
TICK_SECONDS = 0.1
"""Waits are cut into ticks, so that an interrupt of the kernel is seen at once and not with the next byte."""
CLOSED = "connection closed"
CANCELLED = "cancelled at the server"
GOES_ON = "connection closed; the server may go on with it"
"""What became of a request whose answer was not wanted any more."""
RETRIABLE = ("failed", "interrupted")
RUNNING: set[Stream] = set()
"""All streams that have begun and not ended."""


class Stream(Reading):
    """A response as it arrives: live while it streams, and the record of it afterwards.

    All properties may be read at any time from any thread and tell what has arrived so far. Text that arrived stays,
    whatever happens next; `status` tells what that was.
    """

    def __init__(self, *, api: str = "responses", keep_events: bool | int = 1000) -> None:
        """Use `request` or `of`."""
        super().__init__(api)
        self._request: Request | None = None
        self._source: AsyncGenerator[list[Event], None] | None = None
        self._recorder = Recorder()
        self._limits: tuple[float | None, float | None] = (None, None)
        self._clocks: Clocks | None = None
        self._keep_events = keep_events
        self._started = 0.0
        self._first_text = False
        self._task: asyncio.Task[None] | None = None
        self._begun = False
        self._rate_limits: dict[str, str] = {}
        self._cancelled = self._stopping = False
        self._again: Callable[[], None] | None = None
        self._done = threading.Event()
        self.tries: list[dict[str, Any]] = []
        """Snapshots of what earlier tries brought, oldest first; `retry` adds one."""
        self.replayed = False
        """Whether it came from a tape or a journal: then nothing that it asks for may be run."""
        self.events = EventLog(keep_events, is_light)
        """All events in order, typed: iterate to follow them live."""

    # ---------------------------------------------------------------- making one
    @classmethod
    def request(cls, options: StreamOptions, transport: Transport | None = None) -> Stream:
        """A stream that will send one request, or play a tape. Nothing is sent or written before `start`.

        Raises:
            UsageError: The options cannot be carried out: no prompt, no key where one is needed, an unusable URL.
            ProtocolError: The tape to replay is damaged, or none.
        """
        if options.replay:
            return cls._replay(options)
        if options.input is None and not options.prompt.strip():
            raise UsageError(
                "Expected a prompt, got nothing.", hint="Write it after %stream, or below the %%stream line."
            )
        return cls._request_of(options, transport)

    @classmethod
    def resume(
        cls, response_id: str, options: StreamOptions, *, after: int | None = None, transport: Transport | None = None
    ) -> Stream:
        """A stream that will fetch a background response which was begun before, perhaps by another process.

        Args:
            after: The ``sequence_number`` of the last event that is known; None for the whole answer.

        Raises:
            UsageError: The id is none, or the options cannot be carried out.
        """
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,499}", response_id) or looks_like_key(response_id):
            raise UsageError("Expected the id of a response, such as resp_…, got something else (not shown).")
        options = replace(options, api="responses", background=True)
        return cls._request_of(options, transport, resume=(response_id, after))

    @classmethod
    def _request_of(
        cls, options: StreamOptions, transport: Transport | None, resume: tuple[str, int | None] | None = None
    ) -> Stream:
        _check(options)
        endpoint = resolve(options)
        made = transport or HttpTransport(
            endpoint,
            headers=options.headers,
            timeout=options.timeout,
            connect_timeout=options.connect_timeout,
            client=options.client,
        )
        model = options.model or os.environ.get("STREAMCELL_MODEL") or endpoint.default_model
        options = replace(options, model=model)
        stream = cls._for(options)

        def ask() -> None:
            stream._recorder = recorder(
                options,
                (endpoint.key, *endpoint.account.values()),
                response_id=resume[0] if resume else None,
                warn=stream._warn,
                status=lambda: stream.status,
            )
            stream._ask(options, made, resume=resume)

        ask()
        stream._again = ask
        return stream

    @classmethod
    def _replay(cls, options: StreamOptions) -> Stream:
        tape = load(options.replay or "")
        options = replayed(options, tape)
        stream = cls._for(options)
        stream.replayed = True
        stream._recorder = recorder(options, warn=stream._warn, status=lambda: stream.status)
        stream._ask(options, ReplayTransport(tape, options.speed), sleep=lambda seconds: asyncio.sleep(0))
        stream.annotate("label", label(options, tape))
        return stream

    @classmethod
    def _for(cls, options: StreamOptions) -> Stream:
        return cls(api="responses" if options.api == "auto" else options.api, keep_events=options.keep_events)

    def _ask(self, options: StreamOptions, transport: Transport, **more: Any) -> None:
        self._request = Request(options, transport, self.annotate, self._recorder, **more)
        self._source = self._request.events()
        self._limits = (options.progress_timeout, options.deadline)

    @classmethod
    def of_tape(cls, tape: Tape) -> Stream:
        """A stream that has ended, with all that a tape holds: what a journal still knows of a lost answer."""
        stream = cls(api=tape.connections[0].api if tape.connections else "responses")
        stream.replayed = True
        stream._first_text = True  # when it came is not known any more
        stream.annotate("started_at", tape.head.at)
        try:
            for events in taped(tape):
                stream._take(events)
            stream._fail(ending(tape))
        except ProtocolError as error:
            stream._fail(error)
        stream.events.close()
        stream._done.set()
        return stream

    @classmethod
    def of(cls, events: Any, *, api: str = "responses", keep_events: bool | int = 1000) -> Stream:
        """A stream over events that something else receives.

        Args:
            events: An iterable or async iterable of dicts, of raw bytes of server-sent events, or of the objects that
                the ``openai`` package yields; or bytes.
            api: What the bytes or objects speak: ``responses``, ``chat`` or ``completions``.
        """
        if isinstance(events, bytes | bytearray | memoryview):
            events = [bytes(events)]
        if not isinstance(events, Iterable | AsyncIterable) or isinstance(events, str | dict):
            raise UsageError(
                f"Expected an iterable of events, got {type(events).__name__}.",
                hint="Pass the stream itself, such as `client.responses.create(..., stream=True)`.",
            )
        if api not in PROVIDERS:
            raise UsageError(f"Expected api to be one of {', '.join(PROVIDERS)}, got {api!r}.")
        stream = cls(api=api, keep_events=keep_events)
        stream._recorder = recorder(StreamOptions(api=api), warn=stream._warn, status=lambda: stream.status)
        stream._source = followed(events, api, stream._recorder)
        return stream

    # ---------------------------------------------------------------- running
    @property
    def rate_limits(self) -> dict[str, str]:
        """The service's ``x-ratelimit-…`` headers, by name."""
        return dict(self._request.rate_limits if self._request else self._rate_limits)

    @property
    def done(self) -> bool:
        """Whether the stream has ended, well or not."""
        return self._done.is_set()

    def start(self) -> Stream:
        """Begin, in the background. Returns at once."""
        if not (self._begun or self.done):
            self._begun = True
            RUNNING.add(self)
            background.spawn(self._run())
        return self

    @property
    def can_retry(self) -> bool:
        """Whether the stream has failed or was cut, and its request can be sent again."""
        return self.done and self._again is not None and self.status in RETRIABLE

    def retry(self) -> Stream:
        """Send the same request again, in this stream and its views. What the last try brought goes into `tries`.

        Raises:
            UsageError: It has not failed, or there is no request to send again.
        """
        if not self.can_retry or self._again is None:
            raise UsageError(f"Expected a request that failed, to try it again; got a stream that is {self.status}.")
        with self._lock:
            self.tries.append(self._restart())
            self._begun = self._first_text = self._cancelled = self._stopping = False
            self.events = EventLog(self._keep_events, is_light)
            self._done.clear()
        self._again()
        return self.start()

    def cancel(self) -> None:
        """End the stream and close its connection; the text so far is kept. From any thread; returns at once.

        A background response is cancelled at the server too.
        """
        self._cancelled = True
        if self._begun and not self.done:
            background.call_soon(self._cancel_here)

    def wait(self, timeout: float | None = None) -> Stream:
        """Block until the stream has ended, or ``timeout`` seconds are over.

        A KeyboardInterrupt passes through; the stream goes on unless it is cancelled.
        """
        if background.runs_here():
            raise UsageError("Expected `await` on the thread that runs the streams.", hint="Write `await stream`.")
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._done.wait(TICK_SECONDS):
            if deadline is not None and time.monotonic() >= deadline:
                break
        return self

    def __await__(self) -> Generator[Any, None, Stream]:
        return self._wait_async().__await__()

    async def _wait_async(self) -> Stream:
        while not self.done:  # a tick in place of a callback: a kernel's loop sees an interrupt only when it wakes
            await asyncio.sleep(TICK_SECONDS if self._started else TICK_SECONDS / 10)
        return self

    def _cancel_here(self) -> None:
        if self._task and not (self._task.done() or self._stopping):
            self._stopping = True  # once: what has to be done then is not to be cut short
            self._task.cancel()

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        self._started = time.monotonic()
        self._clocks = Clocks(*self._limits, self._cancel_here)
        self.annotate("started_at", time.time())
        self._recorder.begin()
        asked = False
        try:
            if not self._cancelled:
                asked = True
                await self._pass_on()
            if self._request and not (self._cancelled or self._state.terminal):
                raise TransportError("The connection ended before the answer did.", kind="disconnected", hint=AGAIN)
            self._end(cancelled=self._cancelled)
        except asyncio.CancelledError:
            if self._clocks.error:
                self._fail(self._clocks.error)
            else:  # by the reader; or the process ends, and then nobody decided that
                self._end(cancelled=self._cancelled)
        except StreamcellError as error:
            self._fail(error)
        except Exception as error:  # the caller's own iterable, or a mistake of ours: shown, and never costs the text
            self._fail(_foreign(error))
        finally:
            self._clocks.stop()
            self._recorder.end(self.status, self._read(lambda state: state.error))
            self.annotate("elapsed_ms", self._elapsed_ms())
            if asked and self._cancelled:
                await self._tell_server()
            if self._again and self.status in RETRIABLE:
                self.annotate("can_retry", True)
            self.events.close()
            self._let_go()
            self._done.set()
            self._changed()

    def _let_go(self) -> None:
        """Drop what only a running stream needs. Much of it holds the stream, which is to go with its last user."""
        RUNNING.discard(self)
        self._task = self._clocks = self._source = None
        self._recorder = Recorder()
        if self._request:
            self._rate_limits = self._request.rate_limits
        if self.status not in RETRIABLE:
            self._request = self._again = None

    async def _pass_on(self) -> None:
        """Fold what the source gives, until it ends or the grace after the terminal event is over."""
        source = self._source
        assert source is not None
        try:
            while True:
                grace = GRACE_SECONDS if self._state.terminal else None
                try:
                    events = await asyncio.wait_for(anext(source), grace) if grace else await anext(source)
                except (StopAsyncIteration, TimeoutError, asyncio.TimeoutError) as end:
                    end.__traceback__ = None  # until 3.11 wait_for leaves a cycle, and this would hold the stream in it
                    return
                self._take(events)
        finally:
            with suppress(Exception, asyncio.CancelledError):
                await source.aclose()

    def _take(self, events: list[Any]) -> None:
        self._fold(events)
        if events and self._clocks:
            self._clocks.event()
        self.events.extend(events)
        if not self._first_text and any(e.type.endswith(".delta") for e in events):
            self._first_text = True
            self.annotate("first_text_ms", self._elapsed_ms())
        self._changed()

    async def _tell_server(self) -> None:
        """After a cancel: the connection is closed; a background response has to be told besides."""
        if self._request is None or self.replayed or self.status != "cancelled":
            return
        self.annotate("note", CLOSED)
        if self._request.goes_on:
            self.annotate("note", CANCELLED if await self._request.cancel() else GOES_ON)

    def _elapsed_ms(self) -> float:
        return round((time.monotonic() - self._started) * 1000, 1)


def _check(options: StreamOptions) -> None:
    if options.api not in ("auto", *PROVIDERS):
        raise UsageError(f"Expected --api to be one of auto, {', '.join(PROVIDERS)}, got {options.api!r}.")
    if looks_like_key(options.model or ""):
        raise UsageError("Expected a model name, got what looks like a key (not shown).")


def _foreign(error: Exception) -> StreamcellError:
    wrapped = StreamcellError(
        f"The source of events raised {type(error).__name__}: {redact(str(error))[:300]}",
        kind="disconnected",
        hint="The text so far is kept.",
    )
    wrapped.__cause__ = error
    return wrapped
