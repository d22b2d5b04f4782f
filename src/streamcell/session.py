"""One response, from request to end. The first of the two Python loops; read this and `pump` first.

A `Stream` runs on the background loop and is read from anywhere. It knows nothing of widgets: whoever shows it listens
with `Stream.subscribe` and takes ops with `Stream.drain`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from typing import Any

from streamcell import background
from streamcell.clocks import Clocks
from streamcell.errors import ProtocolError, StreamcellError, TransportError, UsageError
from streamcell.event_log import EventLog
from streamcell.events import is_light
from streamcell.feeds import Batches, taped
from streamcell.options import StreamOptions
from streamcell.origins import NOWHERE, Asked, Origin, asked, given, resumed
from streamcell.reading import Reading
from streamcell.replay import ending
from streamcell.secret import redact
from streamcell.tape import Tape
from streamcell.transport import Transport

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

    def __init__(self, origin: Origin = NOWHERE) -> None:
        """Use `request` or `of`."""
        super().__init__(origin.api)
        self._origin = origin
        self._clocks: Clocks | None = None
        self._started = 0.0
        self._first_text = False
        self._task: asyncio.Task[None] | None = None
        self._begun = False
        self._rate_limits: dict[str, str] = {}
        self._cancelled = self._stopping = False
        self._done = threading.Event()
        self.tries: list[dict[str, Any]] = []
        """Snapshots of what earlier tries brought, oldest first; `retry` adds one."""
        self.replayed = origin.is_replayed
        """Whether it came from a tape or a journal: then nothing that it asks for may be run."""
        self.events = EventLog(origin.keep_events, is_light)
        """All events in order, typed: iterate to follow them live."""
        self._asked: Asked | None = origin.ask(self)
        if origin.label:
            self.annotate("label", origin.label)

    # ---------------------------------------------------------------- making one
    @classmethod
    def request(cls, options: StreamOptions, transport: Transport | None = None) -> Stream:
        """A stream that will send one request, or play a tape. Nothing is sent or written before `start`.

        Raises:
            UsageError: The options cannot be carried out: no prompt, no key where one is needed, an unusable URL.
            ProtocolError: The tape to replay is damaged, or none.
        """
        return cls(asked(options, transport))

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
        return cls(resumed(response_id, options, after, transport))

    @classmethod
    def of_tape(cls, tape: Tape) -> Stream:
        """A stream that has ended, with all that a tape holds: what a journal still knows of a lost answer."""
        stream = cls(Origin(api=tape.connections[0].api if tape.connections else "responses", is_replayed=True))
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
        return cls(given(events, api, keep_events))

    # ---------------------------------------------------------------- running
    @property
    def rate_limits(self) -> dict[str, str]:
        """The service's ``x-ratelimit-…`` headers, by name."""
        request = self._asked and self._asked.request
        return dict(request.rate_limits if request else self._rate_limits)

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
        return self.done and self._origin.is_repeatable and self.status in RETRIABLE

    def retry(self) -> Stream:
        """Send the same request again, in this stream and its views. What the last try brought goes into `tries`.

        Raises:
            UsageError: It has not failed, or there is no request to send again.
        """
        if not self.can_retry:
            raise UsageError(f"Expected a request that failed, to try it again; got a stream that is {self.status}.")
        with self._lock:
            self.tries.append(self._restart())
            self._begun = self._first_text = self._cancelled = self._stopping = False
            self.events = EventLog(self._origin.keep_events, is_light)
            self._done.clear()
        self._asked = self._origin.ask(self)
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
        made = self._asked
        assert made is not None
        self._task = asyncio.current_task()
        self._started = time.monotonic()
        self._clocks = Clocks(*self._origin.limits, self._cancel_here)
        self.annotate("started_at", time.time())
        made.recorder.begin()
        was_sent = not self._cancelled
        try:
            if was_sent:
                await self._pass_on(made.source)
            if made.request and not (self._cancelled or self._state.terminal):
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
            made.recorder.end(self.status, self._read(lambda state: state.error))
            self.annotate("elapsed_ms", self._elapsed_ms())
            if was_sent and self._cancelled:
                with suppress(asyncio.CancelledError):  # the process ends meanwhile
                    await self._tell_server()
            if self._origin.is_repeatable and self.status in RETRIABLE:
                self.annotate("can_retry", True)
            self.events.close()
            self._let_go()
            self._done.set()
            self._changed()

    def _let_go(self) -> None:
        """Drop what only a running stream needs. Much of it holds the stream, which is to go with its last user."""
        RUNNING.discard(self)
        self._rate_limits = self.rate_limits
        self._task = self._clocks = self._asked = None
        if self.status not in RETRIABLE:
            self._origin = NOWHERE

    async def _pass_on(self, source: Batches) -> None:
        """Fold what the source gives, until it ends or the grace after the terminal event is over."""
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
        request = self._asked and self._asked.request
        if request is None or self.replayed or self.status != "cancelled":
            return
        self.annotate("note", CLOSED)
        if request.goes_on:
            self.annotate("note", CANCELLED if await request.cancel() else GOES_ON)

    def _elapsed_ms(self) -> float:
        return round((time.monotonic() - self._started) * 1000, 1)


def _foreign(error: Exception) -> StreamcellError:
    wrapped = StreamcellError(
        f"The source of events raised {type(error).__name__}: {redact(str(error))[:300]}",
        kind="disconnected",
        hint="The text so far is kept.",
    )
    wrapped.__cause__ = error
    return wrapped
