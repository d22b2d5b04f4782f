"""``python -m tests.killed DIR COUNT``: streams that are killed at random points, each in a process of its own.

Prints JSON: for each stream its seed, its journal's directory, and how many characters of its text had been received a
quarter of a second before it was killed. The streams run beside each other in forks of this process, so that a kill
costs no new interpreter.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import struct
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from streamcell.options import StreamOptions
from streamcell.session import Stream
from streamcell.transport import Answer

PROMISED_SECONDS = 0.25
AT_ONCE = 5
STAMP = struct.Struct("dq")


def text_of(seed: int) -> list[str]:
    draw = random.Random(seed)
    return ["".join(draw.choices('aé日🚀 \n"\\', k=draw.randint(1, 9))) for _ in range(4000)]


class Slow:
    """A transport whose answer comes a little at a time, cut at random places."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @asynccontextmanager
    async def post(self, path: str, body: dict, headers: dict) -> AsyncIterator[Answer]:
        yield Answer({}, self.chunks())

    async def chunks(self) -> AsyncIterator[bytes]:
        draw, rest = random.Random(self.seed), b""
        for delta in text_of(self.seed):
            event = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": delta}
            rest += b"data: " + json.dumps(event, ensure_ascii=bool(len(delta) % 2)).encode() + b"\n\n"
            cut = draw.randint(0, len(rest))
            chunk, rest = rest[:cut], rest[cut:]
            yield chunk
            await asyncio.sleep(draw.choice((0, 0.001, 0.02)))


def child(seed: int, where: Path, report: int) -> None:
    os.environ["STREAMCELL_JOURNAL_DIR"] = str(where)
    stream = Stream.request(StreamOptions("hi", model="m", base_url="http://127.0.0.1:1", api="responses"), Slow(seed))
    stream.subscribe(lambda: os.write(report, STAMP.pack(time.monotonic(), len(stream.text))))
    stream.start().wait()


def killed(seed: int, where: Path) -> tuple[int, int, float]:
    """(process, pipe to read its report from, when to kill it)"""
    get, put = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(get)
        child(seed, where, put)
        os._exit(0)
    os.close(put)
    return process, get, time.monotonic() + random.uniform(0.3, 1.5)


def main(where: Path, count: int) -> list[dict]:
    found = []
    for first in range(0, count, AT_ONCE):
        running = [(n, *killed(n, where / str(n))) for n in range(first, min(first + AT_ONCE, count))]
        for seed, process, get, due in sorted(running, key=lambda one: one[-1]):
            report = b""
            while time.monotonic() < due:  # emptied all the while, so that the child never waits for us
                os.set_blocking(get, False)
                try:
                    report += os.read(get, 1 << 16)
                except BlockingIOError:
                    time.sleep(0.005)
            at = time.monotonic()
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.set_blocking(get, True)
            while more := os.read(get, 1 << 16):
                report += more
            os.close(get)
            had = [n for t, n in STAMP.iter_unpack(report[: len(report) // 16 * 16]) if t <= at - PROMISED_SECONDS]
            found.append({"seed": seed, "where": str(where / str(seed)), "had": max(had, default=0)})
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
