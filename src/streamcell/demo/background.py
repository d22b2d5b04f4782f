"""Answers that go on without a connection: ``background: true``, read by ``GET /v1/responses/{id}?stream=true``.

No task makes them. How far an answer is follows from the clock, so what is due is written down when somebody looks;
that way nothing has to be ended, and an answer nobody looks at costs nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any

from streamcell.demo.encode_responses import ResponsesEncoder
from streamcell.demo.play import Beat

__all__ = ["Background"]


class Background:
    """One answer in the background.

    Args:
        encoder: Writes its events.
        beats: What it says, and when.
        now: Time in seconds.
        speed: How many times faster than natural; 0 says all at once.
        streamed: Whether it was asked for as a stream; only then may its events be read again.
    """

    def __init__(
        self,
        encoder: ResponsesEncoder,
        beats: Iterator[Beat],
        *,
        now: Callable[[], float],
        speed: float,
        streamed: bool,
    ) -> None:
        self.streamed = streamed
        self._encoder = encoder
        self._beats = beats
        self._now = now
        self._speed = speed
        self._due = now()
        self._events = encoder.start()
        self._next: Beat | None = None
        self._turn()

    @property
    def object(self) -> dict[str, Any]:
        """The response as far as it is now."""
        self._advance(self._now())
        return self._encoder.object

    def cancel(self) -> dict[str, Any]:
        """End it where it is; one that has ended stays as it is."""
        self._advance(self._now())
        if self._next:
            self._next = None
            self._events += self._encoder.cancel()
        return self._encoder.object

    async def follow(self, after: int, sleep: Callable[[float], Awaitable[None]]) -> AsyncGenerator[bytes, None]:
        """The events with a sequence number above ``after``, as they come, to the end."""
        at = after + 1
        while True:
            self._advance(self._now())
            while at < len(self._events):
                yield self._events[at]
                at += 1
            if self._next is None:
                return
            due = self._due
            await sleep(max(0.0, due - self._now()))
            self._advance(due)

    def _advance(self, to: float) -> None:
        """Write down what is due by then."""
        while self._next and self._due <= to:
            self._events += self._encoder.beat(self._next)
            self._turn()

    def _turn(self) -> None:
        self._next = next(self._beats, None)
        if self._next and self._speed:
            self._due += self._next.delay / self._speed
