"""Throws hostile markdown at the saved copy of an answer, and looks at what a real browser makes of it.

    python scripts/fallback_xss.py                    # what to_html gives; the same through nbconvert
    python scripts/fallback_xss.py --keep DIR         # also leaves the HTML in DIR

The payloads and the check (`xss_check.mjs`, which needs Node, Chromium and puppeteer-core in $MARKDOWN_BENCH) lie in
``../shared`` beside the checkout. The exit status is the check's: 0 when every payload is clean in every class.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from nbconvert import MarkdownExporter
from nbformat import from_dict

from streamcell.fallback import to_html, to_text

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
OUTPUT = "jp-RenderedHTMLCommon jp-RenderedHTML jp-OutputArea-output"
"""The classes by which nbconvert's page marks an output of the type text/html."""


def main() -> int:
    """Run both checks. Returns 0 when all is clean."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--payloads", type=Path, default=SHARED / "vectors" / "xss.json")
    parser.add_argument("--check", type=Path, default=SHARED / "check" / "xss_check.mjs")
    parser.add_argument("--keep", type=Path, help="folder to leave the HTML in")
    args = parser.parse_args()
    payloads: list[dict[str, str]] = json.loads(args.payloads.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        pages = {payload["id"]: to_html(snapshot(payload["markdown"])) for payload in payloads}
        converted = dict(zip(pages, through_nbconvert(payloads, folder), strict=True))
        in_markdown = {payload["id"]: through_markdown(payload) for payload in payloads}
        named = {"saved": pages, "nbconvert_html": converted, "nbconvert_markdown": in_markdown}
        return max([check(args, folder / f"{name}.json", each) for name, each in named.items()])


def snapshot(text: str) -> dict[str, Any]:
    """An answer that holds the payload in every place that shows what a model or a server wrote."""
    return {
        "id": "resp_1",
        "status": "failed",
        "model": text,
        "error": {"code": text, "message": text},
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]},
            {"type": "message", "content": [{"type": "output_text", "text": text, "annotations": cited(text)}]},
            {"type": "message", "content": [{"type": "refusal", "refusal": text}, {"type": text, "x": text}]},
            {"type": "function_call", "call_id": text, "name": text, "arguments": json.dumps({text: [text]})},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": text, "status": text},
            {"type": "code_interpreter_call", "code": text, "outputs": [{"logs": text}, {"url": text}]},
            {"type": "web_search_call", "action": {"query": text, "sources": [{"url": text}]}},
            {"type": "image_generation_call", "result": text, "revised_prompt": text},
            {"type": text, text: text},
        ],
        "streamcell": {"label": text, "error": {"kind": text, "message": text, "hint": text}, "warnings": {text: 1}},
    }


def cited(text: str) -> list[dict[str, str]]:
    """The payload as a citation's name, and as its address."""
    return [
        {"type": "url_citation", "title": text, "url": "https://ok.example/"},
        {"type": "url_citation", "title": "a title", "url": text},
        {"type": "file_citation", "filename": text},
    ]


def through_nbconvert(payloads: list[dict[str, str]], folder: Path) -> Iterator[str]:
    """The same HTML as it stands in the page that nbconvert makes of a notebook, with its defaults."""
    cells = [cell(i, snapshot(payload["markdown"])) for i, payload in enumerate(payloads)]
    path = folder / "payloads.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", "--log-level", "ERROR", path], check=True)
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    for piece in page.split(f'<div class="{OUTPUT}')[1:]:
        # Up to the next cell or the end of the notebook; the ends of nbconvert's own boxes close nothing of ours.
        yield piece.partition(">")[2].partition('<div class="jp-Cell ')[0].partition("</main>")[0]


def through_markdown(payload: dict[str, str]) -> str:
    """The same HTML within nbconvert's markdown, read by a renderer that lets HTML through."""
    cells = [cell(0, snapshot(payload["markdown"]))]
    notebook = from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})  # type: ignore[no-untyped-call]
    text, _ = MarkdownExporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    return str(MarkdownIt("commonmark").enable("table").render(text))


def cell(number: int, response: dict[str, Any]) -> dict[str, Any]:
    """A cell that holds one saved answer."""
    data = {"text/html": to_html(response), "text/plain": to_text(response)}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    return {
        "cell_type": "code",
        "id": f"p{number}",
        "execution_count": number + 1,
        "metadata": {},
        "source": "1",
        "outputs": [output],
    }


def check(args: argparse.Namespace, path: Path, pages: dict[str, str]) -> int:
    """Let the browser look at one set of pages."""
    path.write_text(json.dumps(pages), encoding="utf-8")
    print(path.stem, end=": ", flush=True)
    environ = {"MARKDOWN_BENCH": str(ROOT / "bench" / ".cache"), **os.environ}
    return subprocess.run(["node", args.check, "-", args.payloads, "--html", path], env=environ).returncode


if __name__ == "__main__":
    sys.exit(main())
