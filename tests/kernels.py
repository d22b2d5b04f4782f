"""A real kernel beside a test, and what a notebook's file would hold of it at any moment."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager

VIEW = "application/vnd.jupyter.widget-view+json"
CLEAN = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "STREAMCELL_MODEL": ""}


class Kernel:
    """Runs cells as *Run All* does: all of them are sent at once."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.outputs: dict[str, list[Any]] = {}
        self.frames: list[Any] = []
        """What was sent to views as frames, of all streams."""
        self.snapshots: list[Any] = []
        self._shown: dict[str, list[Any]] = {}

    def run_all(self, *cells: str) -> list[str]:
        """Send the cells; gives their ids."""
        ids = [self.client.execute(cell, stop_on_error=True) for cell in cells]
        self.outputs.update({name: [] for name in ids})
        return ids

    def listen(self, until: Callable[[], Any], seconds: float = 30) -> None:
        """Take in what the kernel says, until something holds."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, f"not within {seconds} s; the outputs are {self.outputs}"
            try:
                self._take(self.client.get_iopub_msg(timeout=0.1))
            except Empty:
                continue

    def drain(self) -> None:
        """Take in what is there."""
        try:
            while True:
                self._take(self.client.get_iopub_msg(timeout=0.5))
        except Empty:
            pass

    def replies(self, ids: list[str]) -> list[str]:
        """How each cell ended: ``ok``, ``error`` or ``aborted``."""
        found = {}
        while not set(ids) <= set(found):
            reply = self.client.get_shell_msg(timeout=30)
            found[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        self.drain()
        return [found[name] for name in ids]

    def interrupt(self) -> None:
        os.kill(self.manager.provisioner.pid, signal.SIGINT)

    def _take(self, message: Any) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "comm_msg" and (said := content["data"].get("content")):
            {"frame": self.frames, "snapshot": self.snapshots}.get(said.get("kind"), []).append(said)
        if kind == "update_display_data":
            for output in self._shown.get(content["transient"]["display_id"], []):
                output.update(data=content["data"], metadata=content["metadata"])
        elif kind in ("display_data", "execute_result", "stream", "error"):
            output = nbformat.v4.output_from_msg(message)
            self.outputs.setdefault(message["parent_header"]["msg_id"], []).append(output)
            if name := content.get("transient", {}).get("display_id"):
                self._shown.setdefault(name, []).append(output)

    def copy(self, name: str) -> dict[str, str]:
        """The static copy of a cell, as a file that is saved now would hold it; empty before it is there."""
        cell = nbformat.v4.new_code_cell("", outputs=self.outputs[name])
        book = nbformat.reads(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])), as_version=4)
        nbformat.validate(book)
        found = [o.data for o in book.cells[0].outputs if "text/plain" in o.get("data", {})]
        return dict(found[-1]) if found else {"text/plain": "", "text/html": ""}

    def views(self, name: str) -> int:
        """How often the live view was displayed."""
        return sum(VIEW in output.get("data", {}) for output in self.outputs[name])

    def printed(self, name: str) -> str:
        return "".join(output.get("text", "") for output in self.outputs[name])


@contextmanager
def kernel(**environ: str) -> Iterator[Kernel]:
    """A fresh kernel, shut down at the end."""
    manager = KernelManager()
    manager.start_kernel(env={**os.environ, **CLEAN, **environ})
    made = Kernel(manager)
    try:
        yield made
    finally:
        made.client.stop_channels()
        manager.shutdown_kernel(now=True)


def sized(value: Any) -> int:
    """Bytes of a value in a file."""
    return len(json.dumps(value, ensure_ascii=False).encode())
