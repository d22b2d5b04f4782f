"""What a page that stalls gets of an answer, and what healing it costs: the loss test of `../shared`, with an answer.

    python bench/stall.py [--stall 3] [--deltas 20000]

In a real kernel an answer of so many deltas comes as fast as it can be read, in an awaited cell, while the page, a
subscriber with ZeroMQ's default limit, reads nothing and says nothing for ``stall`` seconds. Then it reads what was
kept for it, and asks where something is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import zmq

sys.path.insert(0, str(Path(__file__).parent))
from streams import Kernel, Page

CELL = """
import json, streamcell
words = [f"word{{i}} " for i in range({deltas})]
def event(kind, **more):
    return {{"type": "response." + kind, "output_index": 0, **more}}
events = [
    {{"type": "response.created", "response": {{"id": "r", "status": "in_progress", "output": []}}}},
    event("output_item.added", item={{"type": "message", "id": "m", "content": []}}),
    *(event("output_text.delta", content_index=0, delta=word) for word in words),
    {{"type": "response.completed", "response": {{"id": "r", "status": "completed"}}}},
]
async def told():
    for each in events:
        yield each
answer = await streamcell.show(told(), keep_events=False)
"""


def measure(stall: float, deltas: int) -> dict[str, Any]:
    kernel = Kernel()
    wire = zmq.Context.instance().socket(zmq.SUB)
    wire.setsockopt(zmq.SUBSCRIBE, b"")
    wire.connect(f"tcp://127.0.0.1:{kernel.manager.iopub_port}")
    try:
        time.sleep(0.5)
        kernel.client.execute(CELL.format(deltas=deltas))
        time.sleep(stall)
        page, counts, comm = Page(), Counter(), ""
        began = time.monotonic()
        while time.monotonic() - began < 60 and not page.ended:
            if not wire.poll(100):
                continue
            parts = wire.recv_multipart()
            at = parts.index(b"<IDS|MSG>")
            content = json.loads(parts[at + 5])
            message = content.get("data", {}).get("content", {}) if b'"comm_msg"' in parts[at + 2] else {}
            if message.get("kind") not in ("frame", "snapshot", "tail"):
                continue
            comm, gap = content["comm_id"], page.seq
            counts[message["kind"]] += 1
            counts["bytes"] += sum(map(len, parts))
            page.apply(message)
            if message["kind"] != "snapshot" and message["seq"] > page.seq and page.seq == gap:
                kernel.say(comm, {"kind": "resync", "epoch": page.epoch, "have": page.seq, "why": "gap"})
            else:
                kernel.say(comm, {"kind": "ack", "epoch": page.epoch, "seq": page.seq})
        healed = time.monotonic() - began
        text = kernel.run("", "answer.text")
        return {
            "stall s": stall, "deltas": deltas, "text B": len(text.encode()), "exact": page.text == text,
            **{kind: counts[kind] for kind in ("frame", "snapshot", "tail")},
            "comm B / text B": counts["bytes"] / len(text.encode()), "healed after s": healed,
        }  # fmt: skip
    finally:
        kernel.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stall", type=float, nargs="+", default=[0, 3, 10])
    parser.add_argument("--deltas", type=int, default=20_000)
    asked = parser.parse_args()
    for stall in asked.stall:
        row = measure(stall, asked.deltas)
        print(" · ".join(f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
                         for name, value in row.items()), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
