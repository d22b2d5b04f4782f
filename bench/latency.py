"""From the server's write of a delta to the DOM that holds it, in a real JupyterLab.

    python bench/latency.py [--rates 100 10] [--seconds 20] [--ways streamcell markdown markdown-50ms]

Each delta holds the time at which a server in its own process wrote it; a MutationObserver in the page reads the clock
of the same machine when the text is there. Beside streamcell, in the same page and kernel: `update_display` of a
Markdown with all the text so far, for each delta, and at most every 50 ms.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "scripts")]

import nbformat  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402
from tests.e2e.lab import CHROMIUM_ARGS, Lab, Server  # noqa: E402

import browser as browsers  # noqa: E402 - found by the line above

SETUP = """
%load_ext streamcell
import asyncio, json, time
import streamcell
from IPython.display import Markdown, display, update_display

async def deltas(port, ask):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    body = json.dumps({"instructions": ask}).encode()
    writer.write(b"POST /v1/responses HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: %d\\r\\n\\r\\n%b" % (len(body), body))
    while line := await reader.readline():
        if line.startswith(b"data: ") and b'"delta"' in line:
            yield json.loads(line[6:])["delta"]
    writer.close()

async def markdown(port, ask, wait):
    text, last = "", 0.0
    shown = display(Markdown(""), display_id=True)
    async for delta in deltas(port, ask):
        text += delta
        if time.monotonic() - last >= wait:
            last = time.monotonic()
            shown.update(Markdown(text))
    shown.update(Markdown(text))
"""
WAYS = {
    "streamcell": (
        'await streamcell.astream("q", model="m", api="responses", '
        'base_url="http://127.0.0.1:{port}/v1", instructions="{ask}");',
        "[data-sc-root] .sc-markdown",
    ),
    "markdown": ('await markdown({port}, "{ask}", 0)', ".jp-RenderedMarkdown"),
    "markdown-50ms": ('await markdown({port}, "{ask}", 0.05)', ".jp-RenderedMarkdown"),
}
OBSERVE = """(selector) => {
    let end = 0;
    const late = [];
    const look = () => {
        const now = Date.now();
        const element = document.querySelector('.jp-Notebook').querySelector(selector);
        const text = element ? element.textContent.slice(end) : '';
        let last = 0;
        for (const found of text.matchAll(/\\d{13}\\.\\d/g)) {
            late.push(now - Number(found[0]));
            last = found.index + found[0].length;
        }
        end += last;
    };
    window.benchLate = late;
    window.benchObserver?.disconnect();
    window.benchObserver = new MutationObserver(look);
    const notebook = document.querySelector('.jp-Notebook');
    window.benchObserver.observe(notebook, {childList: true, characterData: true, subtree: true});
}"""


def measure(lab: Lab, way: str, port: int, rate: float, seconds: float, received: list[int]) -> dict[str, Any]:
    source, selector = WAYS[way]
    lab.set_cells(SETUP, source.format(port=port, ask=f"{rate} {seconds}"))
    lab.run(0)
    lab.wait_idle()
    lab.page.evaluate(OBSERVE, selector)
    received.clear()
    lab.run(1)
    lab.page.wait_for_timeout(1000)
    lab.wait_idle(seconds + 60)
    lab.page.wait_for_timeout(1500)
    late = sorted(lab.page.evaluate("() => window.benchLate"))
    part = {f"p{p} ms": late[min(len(late) - 1, len(late) * p // 100)] for p in (50, 90, 99)}
    return {"way": way, "rate": rate, "seen": len(late), "of": int(rate * seconds), **part, "kB": sum(received) / 1000}


def open_lab(page: Page, folder: Path, server: Server) -> Lab:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, folder / "latency.ipynb")
    lab = Lab(page, server)
    lab.open("latency.ipynb")
    return lab


def run(asked: argparse.Namespace, port: int) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder), {"PYTHONPATH": os.environ.get("PYTHONPATH", "")})
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=CHROMIUM_ARGS)
        try:
            page, received = browser.new_page(viewport={"width": 1280, "height": 1000}), []
            page.on("websocket", lambda ws: ws.on("framereceived", lambda data: received.append(len(data))))
            lab = open_lab(page, Path(folder), server)
            for rate in asked.rates:
                for way in asked.ways:
                    row = measure(lab, way, port, rate, asked.seconds, received)
                    print(" ".join(f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}"
                                   for name, value in row.items()), flush=True)  # fmt: skip
        finally:
            browser.close()
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rates", type=float, nargs="+", default=[100, 10])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    asked = parser.parse_args()
    with closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    source = subprocess.Popen([sys.executable, str(HERE / "delta_server.py"), str(port)])
    try:
        run(asked, port)
    finally:
        source.terminate()


if __name__ == "__main__":
    main()
