"""Keeps the static copy of an answer up to date: when it is written anew, and on which thread.

It knows nothing of notebooks: whoever shows the copy hands over what publishes it.
"""

from __future__ import annotations

import asyncio
import atexit
import sys
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

from streamcell import background
from streamcell.session import Stream

__all__ = ["Copy", "Written", "copied", "written"]

COPY_SECONDS = 2.0
"""Shortest distance of two copies while text arrives; it grows with the copy."""
LONGEST_COPY_SECONDS = 10.0
CHARACTERS_PER_SECOND = 8_000
"""One more second between copies for so much HTML, so that copies stay a small part of the traffic."""
PROCESS_COPIES_PER_SECOND = 20
"""Copies a second over all streams that run."""
SMALL = 50_000
"""Characters of HTML that cost some ten milliseconds, so that the loop can write them itself. More would keep it from
the network, and all other streams with it."""


class Written(NamedTuple):
    """An answer as it stands."""

    html: str
    text: str
    has_answer: bool
    """Whether there is more to it than a status."""
    final: bool


def written(stream: Stream) -> Written:
    """What is known of a stream, for a place without script."""
    final = stream.done  # asked first: then the snapshot is all
    return copied(stream.snapshot(), final=final)


def copied(snapshot: dict[str, Any], *, final: bool) -> Written:
    """The same of a snapshot."""
    from streamcell import fallback

    html = fallback.to_html(snapshot, is_draft=not final)
    return Written(html, fallback.to_text(snapshot), bool(snapshot["output"]) or final, final)


class Copy:
    """The static copy of one stream. It is written at each change of state, now and then while text arrives, at the
    end, and when the process ends before that.

    Args:
        stream: What to copy.
        publish: Shows a copy in place of the last one. Called on any thread, one call at a time.
        awaited: Whether somebody waits for the stream and will then call `finish`.
    """

    def __init__(self, stream: Stream, publish: Callable[[Written], None], *, awaited: bool) -> None:
        self._stream = stream
        self._publish = publish
        self._awaited = awaited
        self._status = stream.status
        self._size = 0
        self._last = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._final = False
        self._writing = threading.Lock()
        _open.add(self)
        stream.subscribe(self._on_change)

    def finish(self) -> None:
        """Write the last copy, on the calling thread: within a cell, so that the cell's output holds it.

        Where the stream has not ended yet, its end is written from the background.
        """
        self._awaited = False
        self._write()

    def _write(self) -> None:
        with self._writing:
            if not self._final:
                self._last = time.monotonic()
                made = written(self._stream)
                self._size = len(made.html)
                self._publish(made)
                self._final = made.final
        if self._final:
            _open.discard(self)
            if not self._stream.can_retry:  # then nobody holds this any more, and the context of its cell
                self._stream.unsubscribe(self._on_change)

    # ---------------------------------------------------------------- on the background loop
    def _on_change(self) -> None:
        status = self._stream.status
        if self._final and not self._stream.done:  # it was asked again, and no cell waits for that
            self._final = False
            _open.add(self)
        if self._stream.done and self._awaited:
            self._cancel_timer()
        elif status != self._status or self._stream.done:
            self._status = status
            self._write_here()
        elif self._timer is None and not self._final:
            pause = max(COPY_SECONDS + self._size / CHARACTERS_PER_SECOND, len(_open) / PROCESS_COPIES_PER_SECOND)
            pause = min(pause, LONGEST_COPY_SECONDS)
            delay = max(0.0, self._last + pause - time.monotonic())
            self._timer = background.loop().call_later(delay, self._write_here)

    def _write_here(self) -> None:
        """Without keeping the loop from its work."""
        self._cancel_timer()
        self._last = time.monotonic()
        if self._size <= SMALL and not self._writing.locked():
            self._write()
        else:
            with suppress(RuntimeError):  # the process ends; `_write_open` does it then
                _writer().submit(self._write)

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


_open: weakref.WeakSet[Copy] = weakref.WeakSet()
"""Copies of streams that have not ended."""


@cache
def _writer() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="streamcell-copy")


@atexit.register
def _write_open() -> None:
    """The process ends, and what streams now will not go on: the file is to hold what had come by then."""
    copies = list(_open)
    for copy in copies:
        with suppress(Exception):
            copy.finish()
    if copies and sys.stdout:
        sys.stdout.flush()  # a kernel's waits until all that was published before it is on its way
