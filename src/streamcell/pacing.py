"""How often messages go to pages: frames alone and in the sum over all streams, and snapshots that nobody asked for.

It knows neither clock nor pump: times are seconds that the caller hands in.
"""

from __future__ import annotations

__all__ = ["FRAME_SECONDS", "PROCESS_BURST", "PROCESS_FRAMES_PER_SECOND", "Repairs", "Turns"]

FRAME_SECONDS = 0.034
"""Distance of two frames of one stream: 29 a second. A comm message costs as much as decoding 40 events."""
PROCESS_FRAMES_PER_SECOND = 240
"""Frames a second over all streams. Jupyter's server drops messages above 1,000 a second, silently; static copies and
what others send need room beside them."""
PROCESS_BURST = 25
"""So many frames may go out at once after a quiet time."""
REPAIR_SECONDS = 2.0
"""Shortest distance of two snapshots that nobody asked for."""
REPAIR_FACTOR = 3
"""Together they are at most so many times what the frames told, which spaces them by a third of the answer."""


class Turns:
    """The frames of all streams, first come, first served: a stream takes its turn when it has something to send."""

    def __init__(self) -> None:
        self._next = float("-inf")

    def take(self, now: float) -> float:
        """The time at which the frame may go; on average `PROCESS_FRAMES_PER_SECOND` are given out."""
        self._next = max(self._next, now) + 1 / PROCESS_FRAMES_PER_SECOND
        return self._next - PROCESS_BURST / PROCESS_FRAMES_PER_SECOND


class Repairs:
    """When a stream whose pages cannot ask sends a snapshot by itself."""

    def __init__(self) -> None:
        self._told = self._sent = 0
        self._at = float("-inf")

    def told(self, size: int) -> None:
        """A frame told ``size`` bytes of text."""
        self._told += size

    def made(self, size: int, now: float) -> None:
        """A snapshot of ``size`` bytes went out."""
        self._sent += size
        self._at = now

    def due(self, now: float) -> bool:
        return now - self._at >= REPAIR_SECONDS and self._sent <= (REPAIR_FACTOR - 1) * self._told
