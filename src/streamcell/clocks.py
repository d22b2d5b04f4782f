"""The clocks of a stream that bytes alone do not feed: progress, and the deadline.

One timer per stream, re-armed when it fires and not at each event, so that watching costs nothing while events come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from streamcell.errors import TransportError

__all__ = ["Clocks"]


class Clocks:
    """Calls ``expire`` once, when no event came for too long or the whole takes too long.

    Args:
        progress: Seconds without an event; None for no limit.
        deadline: Seconds for the whole; None for no limit.
        expire: Called on the loop; `error` then says why.
    """

    def __init__(self, progress: float | None, deadline: float | None, expire: Callable[[], None]) -> None:
        self._progress = progress
        self._expire = expire
        self._loop = asyncio.get_running_loop()
        self._end = None if deadline is None else self._loop.time() + deadline
        self._given = deadline
        self._timer: asyncio.TimerHandle | None = None
        self._newest = self._loop.time()
        self.error: TransportError | None = None
        self._arm()

    def event(self) -> None:
        """An event came."""
        self._newest = self._loop.time()

    def stop(self) -> None:
        """The stream has ended."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> float | None:
        ends = [] if self._end is None else [self._end]
        if self._progress is not None:
            ends.append(self._newest + self._progress)
        return min(ends, default=None)

    def _arm(self) -> None:
        due = self._due()
        self._timer = None if due is None else self._loop.call_at(due, self._check)

    def _check(self) -> None:
        now = self._loop.time()
        if self._end is not None and now >= self._end:
            self.error = TransportError(
                f"The answer was not complete after {self._given:g} s.", kind="timeout", hint="Raise the deadline."
            )
        elif self._progress is not None and now >= self._newest + self._progress:
            self.error = TransportError(
                f"No event came for {self._progress:g} s, though the connection was kept alive.",
                kind="stalled",
                hint="The text so far is kept. Run the cell again.",
            )
        if self.error:
            self._expire()
        else:
            self._arm()
