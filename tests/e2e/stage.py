"""A notebook on a page, a model that obeys, and what the page said meanwhile. What happens on it is in `life`."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

from tests.e2e.answer import ANSWER, finished, squeezed
from tests.e2e.lab import Lab, Server
from tests.e2e.model import Answer, Model

CELLS = {
    "%%stream": "%%stream answer -m {model} --base-url {url}\nGo on.",
    "await": "answer = await streamcell.astream('Go on.', model='{model}', base_url='{url}')",
    "stream()": "answer = streamcell.stream('Go on.', model='{model}', base_url='{url}')",
    "--bg": "%%stream answer --bg -m {model} --base-url {url}\nGo on.",
}
"""Kinds of cells that stream; all but the last one run until the answer has ended."""

LOAD = "%load_ext streamcell\nimport os, streamcell\nprint('process', os.getpid())"
NEXT = "print('it was', answer.status, len(answer.text.split()))"
ENOUGH = 200
"""So many characters on the page, and it streams."""

NOISE = (
    # Notebook 7.6 says this whenever it is loaded, with an empty notebook too.
    r"Cannot read properties of undefined \(reading 'schema'\).*/static/notebook/notebook_core",
    # Chromium, when a page with unsaved changes is left that nobody had clicked on.
    r"Blocked attempt to show a 'beforeunload' confirmation panel",
    # JupyterLab, of what it had asked a kernel itself when that died.
    r"Canceled future for (kernel_info|debug)_request message before replies were done",
)
"""Patterns of what hosts write into the console as errors of their own; each was seen without streamcell."""

WATCH = """() => {
    window.__pressed = 0;
    const note = (event) => {
        if (event.type === 'keydown' || event.target.closest('.sc-stop')) window.__pressed ||= Date.now();
    };
    for (const type of ['click', 'keydown']) window.addEventListener(type, note, true);
}"""

COPIES = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .flatMap((cell) => cell.outputs?.toJSON() ?? [])
    .map(({ data }) => [data?.['text/plain'] ?? ''].flat().join(''))"""
"""The plain text of all outputs, as they would be saved."""

KIND = re.compile(rb'"kind": ?"(\w+)"')


class Stage:
    """One page, and the notebook that is open in it."""

    def __init__(self, page, server: Server, model: Model, notebook: str) -> None:
        self.page, self.server, self.model, self.notebook = page, server, model, notebook
        self.lab = Lab(page, server)
        self.problems: list[str] = []
        self.heard: Counter[str] = Counter()
        """Comm messages that came over the page's sockets since the last start, by kind."""
        self.bytes: Counter[str] = Counter()
        """Their sizes."""
        page.on("pageerror", lambda error: self._note(f"uncaught: {error.message} {_place(error.stack)}"))
        page.on("console", lambda said: said.type == "error" and self._note(f"{said.text} ({said.location['url']})"))
        page.on("websocket", lambda socket: socket.on("framereceived", self._hear))

    def _note(self, problem: str) -> None:
        if not any(re.search(pattern, problem) for pattern in NOISE):
            self.problems.append(problem)

    def _hear(self, payload: str | bytes) -> None:
        data = payload.encode() if isinstance(payload, str) else payload
        if b"comm_msg" in data and (kind := KIND.search(data)):
            self.heard[kind[1].decode()] += 1
            self.bytes[kind[1].decode()] += len(data)

    # ---------------------------------------------------------------- the cells
    def open(self) -> None:
        self.lab.open(self.notebook)

    def start(self, kind: str, wish: str = "100-a-second", enough: int = ENOUGH) -> None:
        """Run a cell of that kind, until its text is seen growing."""
        self.set_cells(kind, wish)
        self.lab.run(0)
        self.lab.wait_idle()
        self.lab.run(1)
        self.wait_text(enough)

    def set_cells(self, kind: str, wish: str) -> None:
        for counted in (self.problems, self.heard, self.bytes):
            counted.clear()
        asked = len(self.model.answers)
        self.lab.set_cells(LOAD, CELLS[kind].format(model=wish, url=self.model.base_url), NEXT)
        self._asked = asked

    def wait_text(self, enough: int = ENOUGH) -> None:
        self.page.wait_for_function(f"(n) => ({ANSWER})(-1)?.text.length >= n", arg=enough)

    def answer(self) -> Answer:
        """The answer that this cell asked for, as the server sees it."""
        assert len(self.model.answers) == self._asked + 1, "the cell sent one request"
        return self.model.answers[-1]

    def shown(self, index: int = -1) -> dict:
        """What the page shows of it: status, text, items."""
        return self.page.evaluate(ANSWER, index)

    def wait_shown(self, status: str, seconds: float = 60) -> dict:
        self.page.wait_for_function(
            f"(status) => ({ANSWER})(-1)?.status === status", arg=status, timeout=seconds * 1000
        )
        return self.shown()

    def finish(self) -> dict:
        """Let the answer end; what the page shows then, which is all that the server wrote and nothing else."""
        text = self.model.finish().text
        shown = finished(self.lab)
        assert shown["status"] == "completed"
        assert_same(shown["text"], text)
        return shown

    def wait_kept(self) -> None:
        """Until the notebook itself, and with it the file, holds all of the answer that has ended."""
        text = squeezed(self.answer().text)
        kept = waited(30, lambda: any(text in squeezed(copy) for copy in self.page.evaluate(COPIES)), self.page)
        assert kept, [copy[-200:] for copy in self.page.evaluate(COPIES)]

    def run_next(self) -> str:
        """Run the cell below, and return what it printed."""
        self.lab.wait_idle()
        self.lab.run(2)
        self.lab.wait_idle()
        return self.printed()

    def printed(self) -> str:
        self.page.wait_for_function("() => document.querySelector('.jp-Notebook').innerText.includes('it was ')")
        return self.page.evaluate("() => document.querySelector('.jp-Notebook').innerText.match(/it was .*/)[0]")

    def kernel_process(self) -> int:
        return int(re.search(r"process (\d+)\n", self.page.locator(".jp-Notebook").inner_text())[1])

    def assert_quiet(self) -> None:
        """No traceback in the notebook, and nothing in the console."""
        assert "Traceback" not in self.page.locator(".jp-Notebook").inner_text()
        assert not self.problems, self.problems

    # ---------------------------------------------------------------- what its reader does
    def press(self, key: str = "") -> None:
        """Press Stop, or that key within the view; `pressed_at` then tells when the page saw it."""
        self.page.evaluate(WATCH)
        stop = self.page.locator(".jp-Notebook .sc-stop >> visible=true").first
        if key:
            self.page.locator(".jp-Notebook [data-sc-root]").last.focus()
            self.page.keyboard.press(key)
        else:
            stop.click()
        assert waited(2, self.pressed_at, self.page), "the page saw no press"

    def pressed_at(self) -> float:
        """Unix time of the press, by the page's clock; 0 for none."""
        return self.page.evaluate("() => window.__pressed") / 1000

    def toolbar(self, item: str) -> None:
        self.page.locator(f"[data-jp-item-name='{item}'] >> visible=true").first.click()

    def freeze(self, seconds: float) -> None:
        """The page does nothing else for so long, as when its tab computes, sleeps or is debugged."""
        self.page.evaluate(
            "(ms) => { const end = performance.now() + ms; while (performance.now() < end); }", seconds * 1000
        )

    def wait_left(self) -> float:
        """Unix time at which the server saw the connection closed."""
        answer = self.answer()
        head = self.page.locator(".jp-Notebook .sc-head").last
        assert answer.over.wait(30), f"the connection stayed open; the view says {head.inner_text()!r}"
        assert answer.left_at is not None, "the answer came to its end"
        return answer.left_at


def _place(stack: str | None) -> str:
    """The first place that a stack names."""
    return next(iter(re.findall(r"(?:https?|blob):\S+", stack or "")), "(nowhere)")


def assert_same(shown: str, sent: str) -> None:
    """The same but for white space; says where they part."""
    a, b = squeezed(shown), squeezed(sent)
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    assert a == b, f"{len(a)} of {len(b)} characters; from {at} on: {a[at : at + 40]!r}, not {b[at : at + 40]!r}"


def new_notebook(folder: Path, name: str) -> str:
    """An empty notebook of that name."""
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, folder / name)
    return name


def waited(seconds: float, holds, page) -> bool:
    """Whether ``holds()`` came true in that time; the page goes on meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        page.wait_for_timeout(50)
    return False
