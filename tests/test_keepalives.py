"""Ten hours of keep-alives, one a second: what they leave behind, and what a page is told of them."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterable

import pytest

from streamcell.pump import Pump
from streamcell.session import Stream
from tests.test_session import DONE, TEXT, Scripted, options, sse

HOUR = 3_600
MEGABYTE = 1_000_000


class Sink:
    """Takes what the pump sends; the script notes how much that was."""

    def __init__(self) -> None:
        self.messages: list[dict] = []

    def __call__(self, message: dict) -> None:
        self.messages.append(message)


@pytest.mark.parametrize(
    ("hours", "comment"), [(10, b": keep-alive\n\n"), (1, b"event: ping\ndata: {}\n\n")], ids=["comments", "pings"]
)
def test_hours_of_keep_alives_grow_nothing_and_tell_the_page_nothing(hours: int, comment: bytes) -> None:
    sink, held, told = Sink(), [], []

    def script() -> Iterable[bytes]:
        yield sse(*TEXT)
        for number in range(hours * HOUR):
            if number in (1000, hours * HOUR - 1):
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
                told.append(len(sink.messages))
            yield comment
        yield sse(DONE)

    stream = Stream.request(options(), Scripted(script()))
    pump = Pump(stream, sink)
    tracemalloc.start()
    try:
        stream.start().wait(120)
    finally:
        tracemalloc.stop()
        pump.close()
    assert (stream.text, stream.status) == ("Hello", "completed")
    before, after = held
    assert after - before < MEGABYTE
    assert told[1] - told[0] <= 1  # of the text before them, a frame may still be due
