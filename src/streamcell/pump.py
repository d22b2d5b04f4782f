"""Paces a stream into a sink of frames. The second of the two Python loops.

It lives on the background loop and has no task of its own: a change arms a timer, the timer sends a frame. The first
change after a pause goes out at once; after that frames keep their distance, alone and in the sum over all streams. It
knows nothing of widgets: the sink is any callable that takes messages.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Protocol

from streamcell import background
from streamcell.frames import FrameEncoder
from streamcell.wire import Op, Snapshot, Tail, ToPage

__all__ = ["FRAME_SECONDS", "PROCESS_FRAMES_PER_SECOND", "Pump"]

FRAME_SECONDS = 0.04
"""Distance of two frames of one stream: 25 a second. A comm message costs as much as decoding 40 events."""
PROCESS_FRAMES_PER_SECOND = 250
"""Frames a second over all streams. Jupyter's server drops messages above 1,000 a second, silently."""
TAIL_SECONDS = (1.0, 3.0, 9.0)
"""So long after its last frame an unacknowledged stream says again what its last number was."""

Sink = Callable[[ToPage], None]


class Source(Protocol):
    """What a pump needs of a stream."""

    @property
    def done(self) -> bool: ...
    def drain(self) -> list[Op]: ...
    def snapshot(self) -> dict[str, object]: ...
    def subscribe(self, listener: Callable[[], None]) -> None: ...


class Pump:
    """Sends what changes in ``source`` to ``sink``, as numbered frames, in one order.

    ``on_change`` and everything that ends in ``_here`` runs on the background loop, so that taking a number and sending
    it cannot be torn apart.
    """

    _active = 0

    def __init__(self, source: Source, sink: Sink) -> None:
        self._source = source
        self._sink = sink
        self._encoder = FrameEncoder(uuid.uuid4().hex[:12])
        self._timer: asyncio.TimerHandle | None = None
        self._last_sent = float("-inf")
        self._running = False
        self._ended = False
        self._closed = False
        self._acked = 0
        self._owed: list[asyncio.TimerHandle] = []
        source.subscribe(self.on_change)

    @property
    def epoch(self) -> str:
        return self._encoder.epoch

    # ---------------------------------------------------------------- from any thread
    def resync(self) -> None:
        """Send a snapshot soon. Called when a page is new or has seen a gap."""
        background.call_soon(self._snapshot_here)

    def ack(self, seq: int) -> None:
        """The page has applied all frames up to ``seq``."""
        background.call_soon(self._ack_here, seq)

    def close(self) -> None:
        """Send nothing more."""
        background.call_soon(self._close_here)

    # ---------------------------------------------------------------- on the loop
    def on_change(self) -> None:
        """Send a frame now, or when its time has come."""
        if self._ended and not (self._closed or self._source.done):
            self._restart_here()
        if not self._running and not self._ended:
            self._running = True
            Pump._active += 1
        if self._source.done:
            self._cancel_timer()
            self._flush_here()
        elif self._timer is None:
            loop = background.loop()
            due = self._last_sent + max(FRAME_SECONDS, Pump._active / PROCESS_FRAMES_PER_SECOND)
            self._timer = loop.call_at(max(due, loop.time()), self._flush_here)

    def _flush_here(self) -> None:
        self._timer = None
        if self._ended:
            return
        end = self._source.done
        ops = self._source.drain()
        if not ops and not end:
            return
        self._last_sent = background.loop().time()
        if end:
            self._finish()
        self._sink(self._encoder.frame(ops, end=end))

    def _finish(self) -> None:
        self._ended = True
        self._leave()
        loop = background.loop()
        self._owed = [loop.call_later(seconds, self._tail_here) for seconds in TAIL_SECONDS]

    def _restart_here(self) -> None:
        """The source began anew: a new numbering, from a snapshot."""
        self._cancel_owed()
        self._ended, self._acked = False, 0
        self._encoder = FrameEncoder(uuid.uuid4().hex[:12])
        self._source.drain()
        self._sink(self._encoder.snapshot(self._source.snapshot()))

    def _snapshot_here(self) -> None:
        """All that was drained belongs to the numbers before, so what is pending goes first."""
        self._cancel_timer()
        if self._encoder.seq == 0:
            self._source.drain()  # no page holds anything yet that these ops would fit
        self._flush_here()
        message: Snapshot = self._encoder.snapshot(self._source.snapshot(), end=self._ended)
        self._sink(message)

    def _tail_here(self) -> None:
        if self._acked < self._encoder.seq:
            self._sink(Tail(kind="tail", epoch=self.epoch, seq=self._encoder.seq))

    def _ack_here(self, seq: int) -> None:
        self._acked = max(self._acked, min(seq, self._encoder.seq))
        if self._ended and self._acked == self._encoder.seq:
            self._cancel_owed()

    def _close_here(self) -> None:
        self._ended = self._closed = True
        self._leave()
        self._cancel_timer()
        self._cancel_owed()

    def _leave(self) -> None:
        if self._running:
            self._running = False
            Pump._active -= 1

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _cancel_owed(self) -> None:
        for timer in self._owed:
            timer.cancel()
        self._owed = []
