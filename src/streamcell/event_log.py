"""The events of one stream, to look back at and to follow live. It knows nothing of what events mean."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

from streamcell import background
from streamcell.errors import UsageError

__all__ = ["EventLog"]


class EventLog:
    """A record of events, bounded, that can be iterated while it grows.

    ``for event in log`` gives what is remembered, then each further event as it comes, and ends with the stream; so
    does ``async for``. An iteration that has begun misses nothing, however small the record is.

    Args:
        keep: How many of the newest events are remembered; True for all, False for none.
        is_light: Whether an event is worth remembering where not all are: the last events of a long answer say all of
            its text again, several times, and the stream itself has that.
    """

    def __init__(self, keep: bool | int = 1000, is_light: Callable[[Any], bool] = lambda _: True) -> None:
        self._kept: deque[Any] = deque(maxlen=None if keep is True else int(keep))
        self._is_light = (lambda _: True) if keep is True else is_light
        self._changed = threading.Condition()
        self._followers: list[_Follower] = []
        self._closed = False
        self.total = 0
        """How many events came in all."""

    @property
    def dropped(self) -> int:
        """How many events came and are no longer remembered."""
        return self.total - len(self._kept)

    def extend(self, events: Iterable[Any]) -> None:
        """Add events, and wake all who follow."""
        with self._changed:
            events = list(events)
            self.total += len(events)
            self._kept.extend(filter(self._is_light, events))
            for follower in self._followers:
                follower.waiting.extend(events)
                follower.wake()
            self._changed.notify_all()

    def close(self) -> None:
        """No more events come; iterations end when they have given what is left."""
        with self._changed:
            self._closed = True
            for follower in self._followers:
                follower.wake()
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, index: int | slice) -> Any:
        with self._changed:
            return list(self._kept)[index] if isinstance(index, slice) else self._kept[index]

    def __repr__(self) -> str:
        return f"<{self.total} events, {len(self)} kept>"

    def __iter__(self) -> Iterator[Any]:
        if background.runs_here() and not self._closed:
            raise UsageError(
                "Expected an iteration outside the thread that fills this log.", hint="Use `async for` there."
            )
        follower = self._follow(lambda: None)
        try:
            while True:
                with self._changed:
                    # Short waits, so that an interrupt of the kernel gets through.
                    while not follower.waiting and not self._closed:
                        self._changed.wait(0.1)
                    if not follower.waiting:
                        return
                    event = follower.waiting.popleft()
                yield event
        finally:
            self._followers.remove(follower)

    async def __aiter__(self) -> AsyncIterator[Any]:
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        follower = self._follow(lambda: loop.call_soon_threadsafe(changed.set))
        try:
            while True:
                while follower.waiting:
                    yield follower.waiting.popleft()
                if self._closed and not follower.waiting:
                    return
                await changed.wait()
                changed.clear()
        finally:
            self._followers.remove(follower)

    def _follow(self, wake: Callable[[], Any]) -> _Follower:
        with self._changed:
            follower = _Follower(deque(self._kept), wake)
            self._followers.append(follower)
            return follower


class _Follower:
    """One iteration under way: what it has not given yet, and how to wake it."""

    def __init__(self, waiting: deque[Any], wake: Callable[[], Any]) -> None:
        self.waiting = waiting
        self.wake = wake
