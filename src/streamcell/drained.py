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
        """``ops`` were drained before and not sent yet; ``snapshot`` holds what they tell.

        Where no page ever comes they wait for good, and may be all of the answer.
        """
        self._packed = _packed(snapshot)
        self._ops = _packed(ops) if ops else b""

    def drain(self, taker: object) -> list[Op]:
        ops: list[Op] = [tuple(op) for op in _unpacked(self._ops)] if self._ops else []
        self._ops = b""
        return ops

    def snapshot(self) -> dict[str, Any]:
        made: dict[str, Any] = _unpacked(self._packed)
        return made

    def subscribe(self, listener: Callable[[], None]) -> None: ...
    def unsubscribe(self, listener: Callable[[], None]) -> None: ...


def _packed(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), level=1)  # the loop waits: the quickest


def _unpacked(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))
