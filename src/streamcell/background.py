"""Decides where the event loop runs: one daemon thread for all streams of the process.

The only module that knows about threads and loops. A host without threads can hand over the loop it already runs with
`use_loop`; everything else then works unchanged, except what blocks.
"""

from __future__ import annotations

import asyncio
import atexit
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["call_soon", "loop", "runs_here", "spawn", "use_loop"]

EXIT_SECONDS = 1.0
"""So long the end of the process waits for connections to be closed."""

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def loop() -> asyncio.AbstractEventLoop:
    """The loop on which all streams run; started on first use."""
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            thread = threading.Thread(target=_loop.run_forever, name="streamcell", daemon=True)
            thread.start()
            atexit.register(_leave, _loop, thread)
        return _loop


def _leave(running: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """The process ends: all tasks are cancelled, and the thread goes."""

    async def end() -> None:
        if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=EXIT_SECONDS)
        running.stop()

    asyncio.run_coroutine_threadsafe(end(), running)
    thread.join(2 * EXIT_SECONDS)


def use_loop(given: asyncio.AbstractEventLoop) -> None:
    """Run all streams on a loop that the host already runs. Call it before the first stream.

    Args:
        given: A running loop, such as the one of a host without threads.
    """
    global _loop
    with _lock:
        _loop = given


def spawn(coroutine: Coroutine[Any, Any, T]) -> Future[T]:
    """Start a coroutine on the loop, from any thread. The caller owns the future and ends it."""
    return asyncio.run_coroutine_threadsafe(coroutine, loop())


def call_soon(callback: Any, *args: Any) -> None:
    """Call a function on the loop, from any thread, without waiting for it."""
    if not sys.is_finalizing():  # what is collected in the last moment of the process could start no thread any more
        loop().call_soon_threadsafe(callback, *args)


def runs_here() -> bool:
    """Whether the caller is on the loop's own thread, where it must not block."""
    try:
        return asyncio.get_running_loop() is _loop
    except RuntimeError:
        return False
