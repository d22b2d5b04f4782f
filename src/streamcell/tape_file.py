"""One file of records while it is written: lines in order, secrets left out, the disk asked to keep it.

Every trouble of the disk is an OSError here; who writes decides what that means.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from streamcell.secret import MASK
from streamcell.tape import MAX_BYTES, Head, Record, Writer

try:
    import fcntl
except ImportError:  # Windows, and Python in a page
    fcntl = None  # type: ignore[assignment]

__all__ = ["CLOSED", "OPEN", "Batch", "File", "in_use", "lock"]

OPEN = ".open.jsonl"
"""A journal's name ends so until its answer has ended well."""
CLOSED = ".jsonl"

Batch = Sequence[tuple[int, bytes | Record]]
"""(milliseconds since the head, bytes that came or another record)"""


def lock(fd: int) -> None:
    """Mark an open file as in use, for `in_use` in any process, until it is closed or its process dies."""
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def in_use(path: Path) -> bool:
    """Whether a living stream, in any kernel of this machine, writes this file."""
    if fcntl is None:
        return False
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(fd)
    return False


class File:
    """One file that is being written. Every method may raise OSError; it is of no use afterwards.

    Args:
        kind: ``journal`` or ``record``: the first part of the warning when it is given up.
        opener: Gives a descriptor to write to, and its path.
        borders: Whether each chunk gets a line of its own.
        write: As `os.write`; a seam for tests.
    """

    def __init__(
        self,
        kind: str,
        opener: Callable[[], tuple[int, Path]],
        *,
        borders: bool,
        write: Callable[[int, memoryview], int] = os.write,
    ) -> None:
        self.kind = kind
        self.borders = borders
        self.path: Path | None = None
        self._opener = opener
        self._write = write
        self._fd = -1
        self._writer = Writer()
        self._size = 0
        self._held = b""
        self._held_at = 0

    def begin(self, head: Head) -> None:
        self._fd, self.path = self._opener()
        if self.kind == "record":
            head.where = {}  # the address may be a private one, and who plays a tape has no use for it
        self._put(self._writer.line(head))

    def put(self, batch: Batch, hide: Sequence[bytes]) -> None:
        """Write what came, without any of the texts to hide."""
        lines = []
        for t, item in batch if self.borders else _joined(batch):
            if isinstance(item, bytes):
                lines += self._chunk(t, item, hide)
            else:
                lines += self._rest()
                lines.append(self._writer.line(item))
        self._put(b"".join(lines))

    def end(self, t: int, status: str, error: Mapping[str, Any] | None) -> None:
        lines = [*self._rest(), self._writer.end(t, status, error)]
        self._put(b"".join(lines))

    def sync_later(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the disk keep what was written, without waiting for it."""
        copy = os.dup(self._fd)
        try:
            loop.run_in_executor(None, _sync, copy)
        except RuntimeError:  # the interpreter ends, or there are no threads
            os.close(copy)

    def close(self, finished: bool) -> None:
        """Close it, and call a journal by its final name when the answer has ended well."""
        fd, self._fd = self._fd, -1
        if fd < 0:
            return
        with suppress(OSError):
            if fcntl is not None:
                fcntl.flock(fd, fcntl.LOCK_UN)  # a copy of the descriptor may still be in `_sync`
            os.close(fd)
            if finished and self.path and self.path.name.endswith(OPEN):
                self.path = self.path.rename(str(self.path).removesuffix(OPEN) + CLOSED)

    def _chunk(self, t: int, data: bytes, hide: Sequence[bytes]) -> list[bytes]:
        """The line of a chunk. What may be the beginning of a secret is held back until the rest has come."""
        data = self._held + data
        for secret in hide:
            data = data.replace(secret, MASK.encode())
        held = 0 if data.endswith(b"\n") else max((_overlap(data, secret) for secret in hide), default=0)
        self._held, self._held_at = data[len(data) - held :], t
        return [self._writer.chunk(t, data[: len(data) - held])] if len(data) > held else []

    def _rest(self) -> list[bytes]:
        held, self._held = self._held, b""
        return [self._writer.chunk(self._held_at, held)] if held else []

    def _put(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_BYTES:
            raise OSError("the file has reached its cap")
        rest = memoryview(data)
        while rest:
            rest = rest[self._write(self._fd, rest) :]


def _joined(batch: Batch) -> Iterator[tuple[int, bytes | Record]]:
    """The same with neighbouring chunks as one."""
    parts: list[bytes] = []
    first = 0
    for t, item in batch:
        if isinstance(item, bytes):
            first = first if parts else t
            parts.append(item)
            continue
        if parts:
            yield first, b"".join(parts)
            parts = []
        yield t, item
    if parts:
        yield first, b"".join(parts)


def _overlap(data: bytes, secret: bytes) -> int:
    """How many bytes at the end of ``data`` are the beginning of the secret."""
    return next((n for n in range(min(len(secret) - 1, len(data)), 0, -1) if data.endswith(secret[:n])), 0)


def _sync(fd: int) -> None:
    with suppress(OSError):
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
