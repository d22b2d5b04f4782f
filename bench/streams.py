"""Many streams at once in one real kernel: what each costs, and how late it is.

    python bench/streams.py [--streams 1 10 100] [--rate 50] [--seconds 20]

A server in its own process writes deltas that hold the time of writing; a kernel shows each stream in its own widget;
this process plays the page: it reads iopub, applies frames with the reference reader, and acknowledges as a page does.
Late is the time from the server's write to the message's arrival here, so it holds the socket, the decoding, the
folding, the pacing, the sending and ZeroMQ. B/frame is what a frame costs on the wire beside its text; copies and
snapshots are counted apart, as multiples of the text. CPU and memory are the kernel's.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import zmq
from jupyter_client import KernelManager

from streamcell.frames import apply_frame

ACK_SECONDS = 1.0
CELL = """
import streamcell
begun = [streamcell.stream("q", model="m", api="responses", base_url={url!r}, instructions={ask!r}, wait=False)
         for _ in range({streams})]
"""
CHECK = "[(s.status, len(s.text.split())) for s in begun]"


class Page:
    """One widget's reader on the page."""

    def __init__(self) -> None:
        self.root, self.seq, self.epoch, self.acked_at, self.ended = None, 0, "", 0.0, False
        self.seen = self.at = 0

    def read(self, message: dict[str, Any], now: float) -> list[float]:
        """Apply it; how late each new delta is, in milliseconds."""
        self.apply(message)
        text = self.text
        whole = max(text.rfind(" "), text.rfind("\n")) + 1
        new, self.at = text[self.at : whole].split(), max(self.at, whole)
        self.seen += len(new)
        return [now - float(word) for word in new]

    def apply(self, message: dict[str, Any]) -> None:
        if message["epoch"] != self.epoch:
            self.root, self.seq, self.epoch = None, 0, message["epoch"]
        if message["kind"] == "snapshot" and (message["seq"] > self.seq or self.root is None):
            self.root, self.seq = message["response"], message["seq"]
        elif message["kind"] == "frame" and message["seq"] == self.seq + 1:
            self.root, self.seq = apply_frame(self.root, self.seq, message)
        self.ended = self.ended or (bool(message.get("end")) and self.seq == message["seq"])

    @property
    def text(self) -> str:
        output = (self.root or {}).get("output") or [{}]
        return (output[0].get("content") or [{"text": ""}])[0]["text"]


class Kernel:
    def __init__(self) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(extra_arguments=["--IPKernelApp.log_level=ERROR"])
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.wire = zmq.Context.instance().socket(zmq.SUB)
        self.wire.setsockopt(zmq.RCVHWM, 0)
        self.wire.setsockopt(zmq.SUBSCRIBE, b"")
        self.wire.connect(f"tcp://127.0.0.1:{self.manager.iopub_port}")
        self.process = psutil.Process(self.manager.provisioner.process.pid)

    def run(self, code: str, expression: str = "None") -> Any:
        reply = self.client.execute(code, user_expressions={"v": expression}, reply=True, timeout=120)["content"]
        if reply["status"] != "ok":
            raise RuntimeError("\n".join(reply["traceback"]))
        return eval(reply["user_expressions"]["v"]["data"]["text/plain"])  # what our own kernel wrote

    def say(self, comm: str, content: dict[str, Any]) -> None:
        data = {"method": "custom", "content": content}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", {"comm_id": comm, "data": data}))

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def measure(url: str, streams: int, rate: float, seconds: float) -> dict[str, Any]:
    kernel = Kernel()
    try:
        kernel.run("import streamcell\nstreamcell.stream('q', base_url='demo').text", "None")
        drain(kernel.wire)
        before, memory = kernel.process.cpu_times(), kernel.process.memory_info().rss
        began = time.monotonic()
        kernel.run(CELL.format(url=url, ask=f"{rate} {seconds}", streams=streams))
        pages, counts, late = follow(kernel, streams, seconds + 30)
        took, after = time.monotonic() - began, kernel.process.cpu_times()
        grown = kernel.process.memory_info().rss - memory
        found = kernel.run("", CHECK)
        whole = sum(one == ("completed", int(rate * seconds)) for one in found)
        seen = sum(page.seen == int(rate * seconds) and page.ended for page in pages.values())
        late.sort()
        text = sum(len(page.text.encode()) for page in pages.values())
        ours = counts["comm_msg"] + counts["update_display_data"]
        return {
            "streams": streams, "complete": whole, "seen whole": seen,
            **{f"p{part} ms": late[len(late) * part // 100] for part in (50, 95, 99)},
            "frames/s": counts["comm_msg"] / took, "copies/s": counts["update_display_data"] / took,
            "messages/s": ours / took, "most in 1 s": counts["most"],
            "core": (after.user + after.system - before.user - before.system) / took,
            "B/frame": (counts["frame B"] - text) / max(1, counts["frame"]), "copies/text": counts["copy B"] / text,
            "snaps/text": counts["snapshot B"] / text,
            "MB": kernel.process.memory_info().rss / 1e6, "MB grown": grown / 1e6,
        }  # fmt: skip
    finally:
        kernel.close()


def drain(wire: zmq.Socket) -> None:
    while wire.poll(300):
        wire.recv_multipart()


def follow(kernel: Kernel, streams: int, seconds: float) -> tuple[dict[str, Page], Counter[str], list[float]]:
    """Play the page until all have ended."""
    pages: dict[str, Page] = {}
    counts: Counter[str] = Counter()
    each_second: Counter[int] = Counter()
    late: list[float] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and sum(page.ended for page in pages.values()) < streams:
        if not kernel.wire.poll(100):
            continue
        parts = kernel.wire.recv_multipart()
        at = parts.index(b"<IDS|MSG>")
        kind = json.loads(parts[at + 2])["msg_type"]
        counts[kind] += 1
        if kind not in ("comm_open", "comm_msg", "update_display_data"):
            continue
        each_second[int(time.monotonic())] += 1
        size = sum(map(len, parts))
        content = json.loads(parts[at + 5])
        if kind == "comm_open":
            pages[content["comm_id"]] = Page()
        message = content.get("data", {}).get("content", {}) if kind == "comm_msg" else {}
        if kind == "update_display_data":
            counts["copy B"] += size
        page = pages.get(content.get("comm_id"))
        if page is not None and message.get("kind") == "tail":
            page.acked_at = 0.0
        if page is None or message.get("kind") not in ("frame", "snapshot", "tail"):
            continue  # among others, the tails of the stream that warmed up
        counts[message["kind"]] += 1
        counts[f"{message['kind']} B"] += size
        late += page.read(message, time.time() * 1000)
        now = time.monotonic()
        if page.seq < message["seq"]:
            kernel.say(content["comm_id"], {"kind": "resync", "epoch": page.epoch, "have": page.seq, "why": "gap"})
        elif now - page.acked_at > ACK_SECONDS or page.ended:
            page.acked_at = now
            kernel.say(content["comm_id"], {"kind": "ack", "epoch": page.epoch, "seq": page.seq})
    counts["most"] = max(each_second.values(), default=0)
    return pages, counts, late


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args()
    with closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    os.environ.setdefault("STREAMCELL_JOURNAL_DIR", "/tmp/streamcell-bench")
    server = subprocess.Popen([sys.executable, Path(__file__).with_name("delta_server.py"), str(port)])
    try:
        for streams in asked.streams:
            row = measure(f"http://127.0.0.1:{port}/v1", streams, asked.rate, asked.seconds)
            if streams == asked.streams[0]:
                print(" ".join(f"{name:>11}" for name in row))
            print(" ".join(f"{value:11.2f}" if isinstance(value, float) else f"{value:11d}" for value in row.values()))
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
