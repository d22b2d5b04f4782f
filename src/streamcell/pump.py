"""Paces a stream into a sink of frames. The second of the two Python loops.

It lives on the background loop and has no task of its own: a change arms a timer, the timer sends a frame. The first
change after a pause goes out at once; after that frames keep their distance, alone and in the sum over all streams.

What is on its way to the pages is bounded by what they acknowledge. Beyond the bound nothing is queued: the source
folds on, the network is read on, and when a page answers it gets one merged frame, or one snapshot if it missed
something. A kernel that hears nothing while a cell runs gets no answers though the page is well: there the bound does
not hold, and since no page can ask, a snapshot is sent now and then unasked. Which of the two it is, `audience` knows.

It knows nothing of widgets: the sink is any callable that takes messages.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

from streamcell import background
from streamcell.audience import AUDIENCE, Audience
from streamcell.drained import Ended, Source
from streamcell.frames import MAX_FRAME_BYTES, FrameEncoder, cut, size
from streamcell.pacing import FRAME_SECONDS, Repairs, Turns
from streamcell.window import IN_FLIGHT_SECONDS, Window
from streamcell.wire import Op, Tail, ToPage

__all__ = ["Pump"]

EMPTY_ROOM_SECONDS = 2.0
"""Distance of two frames when nobody was there the last time anyone could be heard, and nobody could be heard now."""
FIRST_SECONDS = 1.0
"""So long the first page of a process may take until it is heard."""
DEAF_SECONDS = 3.0
"""So long after a message that was not acknowledged it is settled whether the kernel hears: the answer to that question
has had a second."""
TAIL_SECONDS = (1.0, 3.0, 9.0)
"""So long after it fell silent an unacknowledged stream says again what its last number was; the second is said even
if a page acknowledged, for there may be another, and by then the server's 3 s of dropping messages are over."""
SNAPSHOT_SECONDS = 0.2
"""Shortest distance of two snapshots that were asked for; requests that waited for the kernel come all at once."""
SNAPSHOT_BYTES_PER_SECOND = 1_000_000
"""A large snapshot is given its time to arrive before it is sent again."""

Sink = Callable[[ToPage], None]


class Pump:
    """Sends what changes in ``source`` to ``sink``, as numbered frames, in one order.

    ``on_change`` and everything that ends in ``_here`` runs on the background loop, so that taking a number and sending
    it cannot be torn apart.
    """

    _turns = Turns()

    def __init__(self, source: Source, sink: Sink, audience: Audience = AUDIENCE) -> None:
        self._source = source
        self._sink = sink
        self._audience = audience
        self._timer: asyncio.TimerHandle | None = None
        self._answer: asyncio.TimerHandle | None = None
        self._owed: list[asyncio.TimerHandle] = []
        self._next = float("-inf")
        self._answered = float("-inf")
        self._closed = False
        self._begin()
        source.subscribe(self.on_change)

    def _begin(self) -> None:
        self._encoder = FrameEncoder(uuid.uuid4().hex[:6])
        self._window = Window()
        self._rest: list[list[Op]] = []
        self._ended = self._held = False
        self._repairs = Repairs()

    @property
    def epoch(self) -> str:
        return self._encoder.epoch

    @property
    def ended(self) -> bool:
        """Whether the last frame was sent, and the source did not begin anew."""
        return self._ended

    @property
    def source(self) -> Source:
        """What is sent; once it has ended for good, what stands for it."""
        return self._source

    # ---------------------------------------------------------------- from any thread
    def start(self) -> None:
        """Send the snapshot that a new view begins with."""
        background.call_soon(self._snapshot_here)

    def heard(self) -> None:
        """A page said something. Noted at once, on the caller's thread: a cell may begin before the loop turns."""
        self._audience.heard(self._now())

    def resync(self) -> None:
        """A page is new or has seen a gap: send a snapshot soon."""
        self.heard()
        background.call_soon(self._resync_here)

    def ack(self, seq: int) -> None:
        """A page has applied all frames up to ``seq``."""
        self.heard()
        background.call_soon(self._ack_here, seq)

    def close(self) -> None:
        """Send nothing more."""
        background.call_soon(self._close_here)

    # ---------------------------------------------------------------- on the loop: frames
    def on_change(self) -> None:
        """Send a frame now, or when its time has come."""
        if self._ended and not (self._closed or self._source.done):
            self._restart_here()
        if self._ended:
            return
        if self._source.done:
            self._cancel_timer()
            self._flush_here()
            if not self._source.can_retry:  # now, for where no page hears the end, the last frame waits for ever
                self._let_go()
        elif self._timer is None and not (self._held and self._holds(self._now())):
            self._arm()

    def _arm(self) -> None:
        if self._timer is None:
            due = max(self._next, self._turns.take(self._now()))
            self._timer = background.loop().call_at(max(due, self._now()), self._flush_here)

    def _flush_here(self) -> None:
        self._timer = None
        now = self._now()
        if self._ended or self._holds(now):
            return
        done = self._source.done
        fresh = not self._rest
        if fresh:
            self._rest = cut(self._source.drain(self.on_change))
        ops = self._rest.pop(0) if self._rest else []
        end = done and fresh and not self._rest
        if ops or end:
            self._send(self._encoder.frame(ops, end=end), now)
            self._repairs.told(sum(size(op[2]) for op in ops))
            self._next = now + (EMPTY_ROOM_SECONDS if self._audience.gone else FRAME_SECONDS)
        if end:
            self._finish()
        elif self._rest or done:
            self._arm()
        if fresh and not self._rest:
            self._repair(now)

    def _send(self, message: Any, now: float) -> int:
        length = size(message)
        self._window.sent(message["seq"], length, now)
        self._sink(message)
        return length

    def _finish(self) -> None:
        self._ended, self._held = True, False
        self._owe()
        self._audience.hears(self._now())  # the answer is wanted at the first tail
        if not self._source.can_retry:
            self._let_go()

    def _restart_here(self) -> None:
        """The source began anew: a new numbering, from a snapshot."""
        self._cancel_owed()
        self._begin()
        self._snapshot_here()

    # ---------------------------------------------------------------- what is in flight
    def _holds(self, now: float) -> bool:
        """Whether the next frame has to wait for an acknowledgement."""
        seconds = IN_FLIGHT_SECONDS if self._audience.known else FIRST_SECONDS
        empty = self._audience.gone and self._window.since is not None
        full = empty or self._window.full(now, MAX_FRAME_BYTES, seconds)
        if not (full and self._audience.hears(now)):
            self._held = False
        elif not self._held:
            self._held = True
            if self._window.since is not None and not empty:
                self._owe()
                if self._window.overdue(now, seconds):
                    self._audience.silent(self._window.since)
        return self._held

    def _ack_here(self, seq: int) -> None:
        self._window.ack(min(seq, self._encoder.seq))
        if self._held:
            self._held, self._next = False, self._now()
            self._arm()

    def _resync_here(self) -> None:
        """Answered once for all who ask at the same time, and not faster than a snapshot can arrive."""
        if self._answer is None and not self._closed:
            self._answer = background.loop().call_at(max(self._answered, self._now()), self._snapshot_here)

    def _snapshot_here(self) -> None:
        """A page that is up to date gets what is pending as a frame, and ignores the snapshot; if that is much, it
        gets the snapshot alone."""
        self._cancel_answer()
        self._cancel_timer()
        if self._closed:
            return
        now, first = self._now(), self._encoder.seq == 0
        ends = self._source.done and not self._ended
        pending = [] if self._ended else self._rest + cut(self._source.drain(self.on_change))
        anew = first or ends or len(pending) > 1 or (self._held and bool(pending))
        if pending and not anew:
            self._send(self._encoder.frame(pending[0]), now)
        snapshot = self._encoder.snapshot(self._source.snapshot(), anew=anew, end=self._ended or ends)
        length = self._send(snapshot, now)
        self._rest, self._held = [], False
        self._next = now if first else now + FRAME_SECONDS
        self._answered = now + SNAPSHOT_SECONDS + length / SNAPSHOT_BYTES_PER_SECOND
        if ends:
            self._finish()

    # ---------------------------------------------------------------- what no page can ask for
    def _repair(self, now: float) -> None:
        """Frames may be lost on the way, and a page that cannot be heard cannot say so."""
        if not self._ended and self._window.overdue(now, DEAF_SECONDS) and self._repairs.due(now):
            self._repair_here(now)

    def _repair_here(self, now: float) -> None:
        self._turns.take(now)
        snapshot = self._encoder.snapshot(self._source.snapshot(), end=self._ended)
        self._repairs.made(self._send(snapshot, now), now)

    def _owe(self) -> None:
        self._cancel_owed()
        later = background.loop().call_later
        self._owed = [later(seconds, self._tail_here, seconds) for seconds in TAIL_SECONDS]

    def _tail_here(self, after: float) -> None:
        """The end may be lost as well. Where nobody can ask for it, the whole is sent once more."""
        self._owed.pop(0)  # a timer holds its context, and that the cell's whole request
        now = self._now()
        acked = self._window.acked == self._encoder.seq
        if acked and not (self._ended and after == TAIL_SECONDS[1]):
            return
        if not acked and self._ended and after == TAIL_SECONDS[0] and not self._audience.hears(now):
            self._repair_here(now)
        else:
            self._sink(Tail(kind="tail", epoch=self.epoch, seq=self._encoder.seq))

    # ---------------------------------------------------------------- timers
    def _close_here(self) -> None:
        self._ended = self._closed = True
        self._cancel_timer()
        self._cancel_answer()
        self._cancel_owed()
        self._let_go()

    def _let_go(self) -> None:
        """Nothing more comes of the source, and how long it lives is not for us to say."""
        if isinstance(self._source, Ended):
            return
        ops = [] if self._closed else self._source.drain(self.on_change)
        self._source.unsubscribe(self.on_change)
        self._source = Ended({} if self._closed else self._source.snapshot(), ops)

    def _now(self) -> float:
        return background.loop().time()

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _cancel_answer(self) -> None:
        if self._answer:
            self._answer.cancel()
            self._answer = None

    def _cancel_owed(self) -> None:
        for timer in self._owed:
            timer.cancel()
        self._owed = []
