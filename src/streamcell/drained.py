"""What a pump needs of a stream, and what stands in the stream's place once it has ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from streamcell.wire import Op

__all__ = ["Ended", "Source"]


class Source(Protocol):
    """What a pump needs of a stream."""

    @property
    def done(self) -> bool: ...
    @property
    def can_retry(self) -> bool: ...
    def drain(self) -> list[Op]: ...
    def snapshot(self) -> dict[str, Any]: ...
    def subscribe(self, listener: Callable[[], None]) -> None: ...
    def unsubscribe(self, listener: Callable[[], None]) -> None: ...
    def keeper(self) -> tuple[Callable[[], dict[str, Any]], Callable[[], list[Op]]]: ...


class Ended:
    """Stands for a source that has ended for good: what arrived, and not its events and its request."""

    done, can_retry = True, False

    def __init__(self, source: Source) -> None:
        self.snapshot, self.drain = source.keeper()

    def subscribe(self, listener: Callable[[], None]) -> None: ...
    def unsubscribe(self, listener: Callable[[], None]) -> None: ...
    def keeper(self) -> tuple[Callable[[], dict[str, Any]], Callable[[], list[Op]]]:
        return self.snapshot, self.drain
