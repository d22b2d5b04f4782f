"""The demo server beside a test that is not asynchronous itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from streamcell.demo import serve


@contextmanager
def served(**options: Any) -> Iterator[Any]:
    """`streamcell.demo.serve` on a thread and loop of its own, closed at the end."""
    ready, over, found = threading.Event(), asyncio.Event(), []

    async def main() -> None:
        async with serve(**options) as server:
            found.extend([server, asyncio.get_running_loop()])
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0]
    finally:
        found[1].call_soon_threadsafe(over.set)
        thread.join(10)
