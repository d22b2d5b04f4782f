"""Runs streamcell in a real marimo, in a real Chromium: ``make elsewhere``, or ``python scripts/marimo_check.py``.

Makes an environment of its own in ``.elsewhere``, opens a notebook in ``marimo run`` on loopback, and checks that
answers stream there with their style, that Stop stops, and that the same notebook prints when it runs as a script.
Prints one line for each check and ends with 1 if one failed. Pictures are kept beside the environment.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import browser as browsers

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".elsewhere"

NOTEBOOK = """# /// script
# [tool.marimo.display]
# theme = "{theme}"
# ///
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import streamcell
    from streamcell.widget import StreamView

    return StreamView, mo, streamcell


@app.cell
def _(streamcell):
    tour = streamcell.stream("Give me a tour of markdown", wait=False)
    return (tour,)


@app.cell
def _(streamcell):
    streamcell.stream("Why is the night sky dark?")
    return


@app.cell
def _(StreamView, mo, streamcell):
    longer = streamcell.stream("Please give me a long answer", display=False, wait=False)
    mo.ui.anywidget(StreamView(longer))
    return (longer,)


if __name__ == "__main__":
    app.run()
"""

VIEWS = """() => {
    const pixel = document.createElement('canvas').getContext('2d');
    const rgb = (color) => {
        pixel.fillStyle = color;
        pixel.fillRect(0, 0, 1, 1);
        return [...pixel.getImageData(0, 0, 1, 1).data].join();
    };
    const found = [];
    const walk = (root) => {
        for (const element of root.querySelectorAll('*')) {
            if (element.dataset && 'scRoot' in element.dataset) found.push(element);
            if (element.shadowRoot) walk(element.shadowRoot);
        }
    };
    walk(document);
    return found.map((root) => ({
        status: root.dataset.scStatus,
        text: root.innerText,
        head: getComputedStyle(root.querySelector('.sc-head')).display,
        color: rgb(getComputedStyle(root).color),
        page: rgb(getComputedStyle(document.body).color),
        inShadow: root.getRootNode() instanceof ShadowRoot,
    }));
}"""
SHOWN = 3
"""Views in the notebook."""


class Checks:
    """What was found, one line each."""

    def __init__(self) -> None:
        self.failed = 0

    def say(self, what: str, is_so: bool, detail: object = "") -> None:
        self.failed += not is_so
        print(f"{'ok    ' if is_so else 'FAILED'} {what}{f': {detail}' if detail != '' else ''}", flush=True)


def environment() -> Path:
    """The Python of an environment with marimo and this checkout; made if it is not there."""
    folder = FOLDER / "marimo"
    python, stamp = folder / "bin" / "python", folder / "made.txt"
    if not stamp.exists():
        print(f"making {folder.relative_to(ROOT)} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "marimo>=0.23", "-e", str(ROOT)], check=True)
        stamp.write_text("marimo\n")
    return python


def environ() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "STREAMCELL_"))}
    return {**kept, "STREAMCELL_JOURNAL": "0", "PYTHONPATH": str(ROOT / "src")}


@contextmanager
def served(python: Path, notebook: Path, mode: str) -> Iterator[str]:
    """The address of the notebook in ``marimo run`` or ``marimo edit``."""
    with closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    program = [str(python), "-m", "marimo", "-q", mode, str(notebook), "--headless", "--no-token", "--port", str(port)]
    process = subprocess.Popen(program, env=environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(url), seconds=60, what="marimo's answer")
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except OSError:
        return False
    return True


def wait_for(is_so: Callable[[], Any], *, seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := is_so():
            return found
        time.sleep(0.1)
    raise SystemExit(f"FAILED waited {seconds} s for {what}")


def check_page(checks: Checks, chromium: Any, url: str, mode: str, theme: str) -> None:
    """Open the notebook, watch it stream, stop what is long."""
    name, page = f"{mode}, {theme}", chromium.new_page(viewport={"width": 1000, "height": 3000})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(url)

    def views() -> list[dict[str, Any]]:
        return list(page.evaluate(VIEWS))

    waited: set[int] = set()

    def shown() -> bool:
        # The second cell blocks the kernel until its answer has ended, and the third comes after it.
        found = views()
        waited.update(len(view["text"]) for view in found[1:2] if view["status"] == "in_progress")
        return len(found) == SHOWN and len(found[-1]["text"]) > 300

    def begun() -> bool:
        if mode == "edit" and not views():
            page.keyboard.press("ControlOrMeta+Shift+r")  # runs what did not run yet; an editor waits for it
            page.wait_for_timeout(2000)
        return bool(views())

    wait_for(begun, seconds=60, what="the first view")
    wait_for(shown, seconds=90, what="three views")
    if mode == "edit":  # in an app, marimo shows the outputs of the first run when it is over
        checks.say(f"{name}: a cell that waits is seen streaming", len(waited) > 8, f"{len(waited)} states")
    lengths: set[int] = set()
    began = time.monotonic()
    while time.monotonic() < began + 2:
        lengths.add(len(views()[-1]["text"]))
    checks.say(f"{name}: the text is seen growing", len(lengths) > 8, f"{len(lengths)} states in 2 s")
    found = views()
    checks.say(f"{name}: the views stand in shadow trees, with their style", _styled(found), found[0]["head"])
    checks.say(f"{name}: text has the page's colour", all(v["color"] == v["page"] for v in found), found[0]["color"])
    page.locator(".sc-stop:visible").last.click()
    began = time.monotonic()
    wait_for(lambda: views()[-1]["status"] == "cancelled", seconds=20, what="the end after Stop")
    checks.say(f"{name}: Stop ends the stream", True, f"{time.monotonic() - began:.1f} s")
    wait_for(lambda: views()[0]["status"] == "completed", seconds=60, what="the end of the tour")
    found = views()
    checks.say(f"{name}: the last expression is a live view too", "Olbers" in found[1]["text"], found[1]["status"])
    checks.say(f"{name}: the whole text is there", "That was the tour." in found[0]["text"])
    checks.say(f"{name}: no uncaught errors", not problems, "; ".join(problems)[:300])
    page.screenshot(path=FOLDER / f"marimo-{theme}.png")
    page.close()


def _styled(found: list[dict[str, Any]]) -> bool:
    return all(view["inShadow"] and view["head"] == "flex" for view in found)


def check_script(checks: Checks, python: Path, notebook: Path) -> None:
    """As a script it has no page: what is awaited is printed."""
    quick = {**environ(), "STREAMCELL_DEMO_SPEED": "0"}
    done = subprocess.run([python, notebook], env=quick, capture_output=True, text=True, timeout=120)
    checks.say("as a script it prints", "Olbers' paradox" in done.stdout and "[Completed" in done.stdout, done.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", type=Path, help="of an environment with marimo, in place of one made here")
    given = parser.parse_args().python
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    python, checks = given or environment(), Checks()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=["--no-sandbox", "--disable-gpu"])
        for mode, theme in (("run", "light"), ("edit", "dark")):
            notebook = FOLDER / f"{theme}.py"
            notebook.write_text(NOTEBOOK.replace("{theme}", theme), encoding="utf-8")
            with served(python, notebook, mode) as url:
                check_page(checks, chromium, url, mode, theme)
        chromium.close()
    check_script(checks, python, FOLDER / "light.py")
    raise SystemExit(bool(checks.failed))


if __name__ == "__main__":
    main()
