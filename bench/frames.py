"""Real frames: an answer streams into the built view in a real Chromium, and each animation frame is timed.

    make js && python bench/frames.py [--size 100k,1m] [--corpus mixed,fence] [--chars 64] [--stick] [--peers floor-css]

The text goes the view's own way (message, link, store, scheduler, views, markdown); ``--peers`` are adapters of
../shared/bench/markdown, fed in the same frames. A figure is what one frame takes of the page's main thread: script,
style, layout and paint, in CPU time, so that other work on the machine counts little. Frames come as fast as they can.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from scripts.browser import find  # noqa: E402
from tests.e2e.lab import CHROMIUM_ARGS  # noqa: E402
from tests.e2e.pages import served  # noqa: E402

HARNESS = ROOT.parent / "shared" / "bench" / "markdown"
SIZES = {"10k": 10_000, "100k": 100_000, "300k": 300_000, "1m": 1_000_000}
UNLIMITED = ["--disable-frame-rate-limit", "--disable-gpu-vsync"]
HEAD = "| corpus | size | who | frames | p50 ms | p99 ms | longest ms | above 50 ms | all s |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="100k")
    parser.add_argument("--corpus", default="mixed,prose,fence,table,list,para")
    parser.add_argument("--chars", type=int, default=64, help="characters a frame; 8192 is a burst")
    parser.add_argument("--stick", action="store_true", help="keep the page scrolled to its end")
    parser.add_argument("--peers", default="", help="adapters of the harness, such as floor-css,smd")
    options = parser.parse_args()
    print(HEAD, "| --- | --- | --- |" + " ---: |" * 6, sep="\n")
    with served() as url, sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find(), args=[*CHROMIUM_ARGS, *UNLIMITED])
        for size in options.size.split(","):
            for corpus in options.corpus.split(","):
                for who in ["streamcell", *filter(None, options.peers.split(","))]:
                    case = {"corpus": corpus, "size": SIZES[size], "chars": options.chars, "stick": options.stick}
                    made = measure(browser, url, {**case, "isPeer": who != "streamcell"}, who, Path(folder))
                    print(row(corpus, size, who, made), flush=True)
        browser.close()


def measure(browser: Any, url: str, case: dict[str, Any], who: str, folder: Path) -> list[float]:
    """Milliseconds of each frame of one run, in a page of its own."""
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.set_default_timeout(0)
    page.route("**/corpora.mjs", lambda route: route.fulfill(path=HARNESS / "corpora.mjs"))
    page.route("**/frames.mjs", lambda route: route.fulfill(path=ROOT / "bench" / "frames.mjs"))
    if case["isPeer"]:
        built = bundle(who, folder)
        page.route("**/peer.mjs", lambda route: route.fulfill(path=built))
    page.goto(f"{url}?scene={'none' if case['isPeer'] else 'growing'}")
    browser.start_tracing(page=page, categories=["blink.user_timing"])
    page.evaluate("async (options) => (await import('/frames.mjs')).run(options)", case)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.close()
    marks = sorted(event["tts"] for event in events if event["name"] == "frame")
    return [(after - before) / 1000 for before, after in itertools.pairwise(marks)]


def bundle(peer: str, folder: Path) -> Path:
    """The harness's adapter with its packages: ours of markdown-it, others from where MARKDOWN_BENCH has them."""
    built = folder / f"{peer}.mjs"
    own = ROOT / "js" / "node_modules"
    packages = [str(own), str(Path(os.environ.get("MARKDOWN_BENCH", folder)) / "node_modules")]
    command = [own / ".bin" / "esbuild", HARNESS / "adapters" / f"{peer}.js", "--bundle", "--format=esm"]
    environment = {**os.environ, "NODE_PATH": os.pathsep.join(packages)}
    subprocess.run([*command, f"--outfile={built}", "--log-level=error"], env=environment, check=True)
    return built


def row(corpus: str, size: str, who: str, frames: list[float]) -> str:
    ranked = sorted(frames)
    times = " | ".join(f"{ranked[int(len(ranked) * share)]:.1f}" for share in (0.5, 0.99))
    worst = f"{ranked[-1]:.0f} | {sum(frame > 50 for frame in frames)}"
    return f"| {corpus} | {size} | {who} | {len(frames)} | {times} | {worst} | {sum(frames) / 1000:.1f} |"


if __name__ == "__main__":
    main()
