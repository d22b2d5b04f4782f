"""Cuts connections in mid-answer, so that one can watch what becomes of it. The places follow from a seed."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

__all__ = ["Chaos", "Cut"]

FEWEST, MOST = 5, 60
"""Events that get through before a cut. Some always do, so that whoever resumes comes to the end."""


class Cut(ConnectionError):
    """The connection is to break here, without a goodbye."""


class Chaos:
    """Decides where streams are cut.

    Args:
        seed: The same seed cuts the same sequence of streams at the same places.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    async def cut(self, events: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
        """The events up to somewhere, part of one more, then `Cut`; all of them where they end sooner."""
        left = self._random.randint(FEWEST, MOST)
        async with aclosing(events):
            async for event in events:
                if left == 0:
                    yield event[: self._random.randrange(len(event))]
                    raise Cut("cut on purpose")
                left -= 1
                yield event
