"""What a pump needs of a stream, and what stands in the stream's place once it has ended."""

from __future__ import annotations

import json
import zlib
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
    def drain(self, taker: object) -> list[Op]: ...
    def snapshot(self) -> dict[str, Any]: ...
    def subscribe(self, listener: Callable[[], None]) -> None: ...
    def unsubscribe(self, listener: Callable[[], None]) -> None: ...


class Ended:
    """Stands for a source that has ended for good: what arrived, and not its events and its request.

    A notebook may hold hundreds, and only a reload asks for one: they are kept packed. As Python objects a short answer
    takes 10 KB, packed one or two.
    """

    __slots__ = ("_ops", "_packed")
    done, can_retry = True, False

    def __init__(self, snapshot: dict[str, Any], ops: list[Op]) -> None:
        """``ops`` were drained before and not sent yet; ``snapshot`` holds what they tell."""
        text = json.dumps(snapshot, ensure_ascii=False, separators=(",", ":"))
        self._packed = zlib.compress(text.encode("utf-8", "surrogatepass"), level=1)  # the loop waits: the quickest
        self._ops = ops

    def drain(self, taker: object) -> list[Op]:
        ops, self._ops = self._ops, []
        return ops

    def snapshot(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(zlib.decompress(self._packed).decode("utf-8", "surrogatepass"))
        return made

    def subscribe(self, listener: Callable[[], None]) -> None: ...
    def unsubscribe(self, listener: Callable[[], None]) -> None: ...
