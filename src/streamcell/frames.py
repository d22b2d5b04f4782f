"""Ops into numbered frames, and the reference reader that applies them.

The reader here defines what `wire` says in words; ``js/src/store.ts`` does the same and both replay
``tests/vectors/wire/``. It knows nothing of comms, clocks, or what the values mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import chain, groupby
from typing import Any

from streamcell.errors import ProtocolError
from streamcell.wire import Frame, Op, Path, Snapshot

__all__ = ["MAX_FRAME_BYTES", "MAX_PADDING", "FrameEncoder", "apply_frame", "apply_ops", "cut", "joined", "size"]

MAX_FRAME_BYTES = 64 * 1024
"""About as much goes into one frame. A single value that is set cannot be cut, and may be larger."""

MAX_PADDING = 1000
"""A `set` may lengthen a list by so many nulls at most; sparse output indices of real servers stay below ten."""


class FrameEncoder:
    """Numbers frames of one epoch.

    Args:
        epoch: Names this run of the numbering; unique in the life of a page.
    """

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.seq = 0

    def frame(self, ops: Sequence[Op], *, end: bool = False) -> Frame:
        """The next frame. The caller must send it, in this order, or send a `snapshot` instead."""
        self.seq += 1
        frame = Frame(kind="frame", epoch=self.epoch, seq=self.seq, ops=list(ops))
        if end:
            frame["end"] = True
        return frame

    def snapshot(self, response: dict[str, Any], *, anew: bool = False, end: bool = False) -> Snapshot:
        """The whole state; every op drained so far must be in ``response``.

        Args:
            anew: It stands for ops that no frame was made of, and takes the next number. Otherwise it repeats what the
                frames up to the last number told, and a page that has them all ignores it.
        """
        self.seq += anew
        snapshot = Snapshot(kind="snapshot", epoch=self.epoch, seq=self.seq, response=response)
        if end:
            snapshot["end"] = True
        return snapshot


def size(value: Any) -> int:
    """Bytes of ``value`` as JSON in UTF-8, the way messages are packed."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def joined(ops: Iterable[Op]) -> list[Op]:
    """The same ops, with neighbours that append to one text made one."""
    result: list[Op] = []
    for (kind, path), group in groupby(ops, key=lambda op: (op[0], op[1])):
        run = list(group)
        result += [("append", path, "".join(op[2] for op in run))] if kind == "append" else run
    return result


def cut(ops: Sequence[Op], limit: int = MAX_FRAME_BYTES) -> list[list[Op]]:
    """Ops in as few runs of about ``limit`` bytes as keep their order; a long text that is appended is cut, too."""
    runs: list[list[Op]] = []
    room = 0
    for piece in chain.from_iterable(_pieces(op, limit) for op in ops):
        length = size(piece)
        if not runs or length > room:
            runs.append([])
            room = limit
        runs[-1].append(piece)
        room -= length
    return runs


def _pieces(op: Op, limit: int) -> Iterator[Op]:
    length = size(op)
    if op[0] != "append" or length <= limit:
        yield op
        return
    step = max(1, len(op[2]) * limit // length)
    for at in range(0, len(op[2]), step):
        yield ("append", op[1], op[2][at : at + step])


def apply_frame(root: Any, last: int, frame: Frame) -> tuple[Any, int]:
    """Apply ``frame`` to the snapshot ``root``, which stands at number ``last``.

    Returns:
        The new root and number. An older frame changes nothing.

    Raises:
        ProtocolError: A number is missing before this frame, or an op does not fit; ``root`` may then be half
            changed, and a new snapshot is needed.
    """
    if frame["seq"] <= last:
        return root, last
    if frame["seq"] != last + 1:
        raise ProtocolError(f"Expected frame {last + 1}, got {frame['seq']}.", hint="Ask for a resync.")
    return apply_ops(root, frame["ops"]), frame["seq"]


def apply_ops(root: Any, ops: Iterable[Op]) -> Any:
    """Apply ops in order and return the root; containers in it are changed in place.

    Raises:
        ProtocolError: A path leads nowhere, a list would grow by more than `MAX_PADDING`, or text is appended to
            what is no string.
    """
    for op in ops:
        match op:
            case ["set", [], value]:
                root = deepcopy(value)
            case ["set", [*parents, key], value]:
                _put(_walk(root, parents), key, deepcopy(value), op)
            case ["append", [*parents, key], str(text)]:
                parent = _walk(root, parents)
                old = _get(parent, key, op)
                if not isinstance(old, str):
                    raise _misfit(op, f"a string to append to, found {type(old).__name__}")
                parent[key] = old + text
            case _:
                raise _misfit(op, "['set', path, value] or ['append', path, text]")
    return root


def _walk(root: Any, path: Path) -> Any:
    for key in path:
        root = _get(root, key, path)
    return root


def _get(container: Any, key: str | int, op: object) -> Any:
    if isinstance(container, dict) and isinstance(key, str) and key in container:
        return container[key]
    if isinstance(container, list) and isinstance(key, int) and 0 <= key < len(container):
        return container[key]
    raise _misfit(op, f"{key!r} in {type(container).__name__}")


def _put(container: Any, key: str | int, value: Any, op: object) -> None:
    if isinstance(container, dict) and isinstance(key, str):
        container[key] = value
    elif isinstance(container, list) and isinstance(key, int) and 0 <= key <= len(container) + MAX_PADDING:
        container.extend([None] * (key + 1 - len(container)))
        container[key] = value
    else:
        raise _misfit(op, f"a place for {key!r} in {type(container).__name__}")


def _misfit(op: object, expected: str) -> ProtocolError:
    shown = repr(op)
    return ProtocolError(
        f"Expected {expected}, got {shown if len(shown) <= 120 else shown[:117] + '...'}.", hint="Ask for a resync."
    )
