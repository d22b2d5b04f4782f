"""What was sent and not acknowledged yet: how much, and since when.

Acknowledgements are cumulative and say nothing of who sent them. With several pages the fastest counts: messages go to
all of them alike, so a frozen tab must not stop the one that is looked at; what it misses it asks for when it wakes.
It knows neither clock nor comm: times are seconds that the caller hands in.
"""

from __future__ import annotations

__all__ = ["IN_FLIGHT_BYTES", "IN_FLIGHT_SECONDS", "Window"]

IN_FLIGHT_BYTES = 256 * 1024
IN_FLIGHT_SECONDS = 2.0
_REMEMBERED = 256
"""So many messages are told apart; in a kernel that hears nothing they would be as many as the answer has frames."""


class Window:
    """The unacknowledged messages of one epoch."""

    def __init__(self) -> None:
        self.acked = 0
        self._open: list[tuple[int, int, float]] = []  # an empty deque takes 0.7 KB, for as long as its view is there
        self._sent = 0
        self._arrived = 0

    def sent(self, seq: int, size: int, now: float) -> None:
        """A message of ``size`` bytes went out, after which a page stands at ``seq``."""
        self._sent += size
        if seq > self.acked:
            self._open.append((seq, self._sent, now))
            del self._open[:-_REMEMBERED]

    def ack(self, seq: int) -> None:
        """A page stands at ``seq``. An older number changes nothing."""
        self.acked = max(self.acked, seq)
        while self._open and self._open[0][0] <= self.acked:
            self._arrived = self._open.pop(0)[1]

    @property
    def since(self) -> float | None:
        """When the oldest of the unacknowledged messages was sent; None if there are none."""
        return self._open[0][2] if self._open else None

    def full(self, now: float, size: int, seconds: float = IN_FLIGHT_SECONDS) -> bool:
        """Whether a further message of ``size`` bytes must wait. One message may always be under way."""
        if not self._open:
            return False
        return self._sent - self._arrived + size > IN_FLIGHT_BYTES or self.overdue(now, seconds)

    def overdue(self, now: float, seconds: float = IN_FLIGHT_SECONDS) -> bool:
        """Whether something has been unacknowledged for ``seconds``."""
        return self.since is not None and now - self.since >= seconds
