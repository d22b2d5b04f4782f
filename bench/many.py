"""Many answers, and a long one, measured in real kernels and a real JupyterLab. `bench/README.md` has the figures.

    python bench/many.py saved  [--n 500]       run a notebook of so many answers with nbclient: file and kernel memory
    python bench/many.py open   [--n 500]       the same in JupyterLab: reload the page, scroll, open without a kernel
    python bench/many.py churn  [--n 200]       run one cell so often: what stays in kernel and page
    python bench/many.py long   [--kb 1024]     one long answer: CPU of kernel and page, longest tasks

``--as copy`` and ``--as html`` do `open` and `churn` without live views, as floors: what Jupyter itself costs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
from tests.e2e.lab import CHROMIUM_ARGS, Lab, Server  # noqa: E402

import browser as browsers  # noqa: E402 - needs the path above

PROMPT = "Why is the night sky dark?"
KINDS = {
    "view": ("%load_ext streamcell", f"%stream {PROMPT}"),
    "copy": (f"import streamcell\nanswer = streamcell.stream({PROMPT!r}, display=False)", "answer"),
    "html": ("from IPython.display import HTML", "HTML('<p>nothing</p>')"),
}
"""What a cell shows: (first cell, each further cell)."""
QUICK = {"STREAMCELL_DEMO_SPEED": "0", "STREAMCELL_JOURNAL": "0", "OPENAI_API_KEY": ""}
"""The demo without its pauses."""
WARM = 110
"""So many answers come first: the demo keeps a hundred."""

PROBE = """
import collections, gc, json, os, sys, time, tracemalloc
def probe():
    time.sleep(12)  # the last reminders of pumps that no page acknowledged
    gc.collect()
    kinds = [f"{type(o).__module__}.{type(o).__name__}" for o in gc.get_objects()]
    ours = [kind for kind in kinds if kind.startswith("streamcell.") and not kind.startswith("streamcell.demo")]
    comms = sys.modules.get("ipywidgets")
    print(json.dumps({
        "traced": tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0,
        "rss": int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
        "models": len(comms.Widget.get_manager_state()["state"]) if comms else 0,
        "ours": collections.Counter(ours),
    }))
"""


def book(*sources: str) -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


# ---------------------------------------------------------------- without a page
def saved(n: int) -> None:
    """`nbclient` stores the state of all widgets, always."""
    from nbclient import NotebookClient

    first, each = KINDS["view"]
    for traced in (True, False):
        start = PROBE + ("tracemalloc.start()\n" if traced else "") + first
        parts = (start, *[each] * WARM, "probe()", *[each] * n, "probe()")
        os.environ.update(QUICK)
        done = NotebookClient(book(*parts), timeout=600, store_widget_state=True).execute()
        before, after = (json.loads(done.cells[i].outputs[0].text) for i in (WARM + 1, WARM + n + 2))
        if traced:
            text = len(done.cells[-2].outputs[1].data["text/plain"].encode())
            slope = (after["traced"] - before["traced"]) / n
            print(f"kernel memory, traced: {slope:,.0f} B an answer, its text of {text:,} B included")
            print("objects of ours:", {k: (v - before["ours"].get(k, 0)) / n for k, v in after["ours"].items()})
        else:
            print(f"kernel memory, RSS: {(after['rss'] - before['rss']) / n:,.0f} B an answer")
    weigh(done, n + WARM)


def weigh(done: nbformat.NotebookNode, n: int) -> None:
    """What the file holds beyond the answers' own HTML and text and the cells' sources."""
    size = len(nbformat.writes(done).encode())
    for cell in done.cells:
        for output in cell.outputs:
            data = output.get("data", {})
            if "sc-static" in str(data.get("text/html")):
                style, end, _ = data["text/html"].partition("</style>")
                output.data = {"text/html": style + end, "text/plain": ""}
    left = len(nbformat.writes(done).encode())
    state = done.metadata.pop("widgets")
    without = len(nbformat.writes(done).encode())
    print(f"file: {size:,} B; beyond the copies {left:,} B = {left / n:,.0f} B an answer;")
    print(f"      of that widget state {(left - without) / n:,.0f} B, cell, two outputs and style {without / n:,.0f} B")
    print(f"      models saved: {Counter(m['model_name'] for m in state[STATE]['state'].values())}")


STATE = "application/vnd.jupyter.widget-state+json"


# ---------------------------------------------------------------- in JupyterLab
SETTLE_MS = 8000
"""So long JupyterLab itself goes on building after its kernel is idle."""
WATCH = """(() => {
    window.__long = [];
    new PerformanceObserver((list) => { for (const e of list.getEntries()) window.__long.push(e.duration); })
        .observe({ type: 'longtask', buffered: true });
})()"""
CELLS = "[...window.jupyterapp.shell.currentWidget.content.model.cells]"
IDLE = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
SEEN = """() => ({
    views: document.querySelectorAll('.jp-Notebook [data-sc-status=completed]').length,
    copies: document.querySelectorAll('.jp-Notebook .sc-static').length,
})"""

SHOWN = {
    "view": (".sc-static", "[data-sc-status=completed]"),
    "copy": (".sc-static",),
    "html": (".jp-OutputArea-output",),
}
"""What is seen of an answer, in its order."""
IN_SIGHT = """(shown) => {
    const seen = (box) => box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].slice(1);
    const near = cells.filter((cell) => seen(cell.getBoundingClientRect()));
    return near.length > 0 && near.every((cell) => cell.querySelector(shown));
}"""
"""Whether all cells on the screen but the first show their answer."""
GIVEN_UP = "() => document.querySelectorAll('.jp-OutputArea-output.jupyter-widgets').length"


OURS = re.compile(rb'"(?:content|message)":\s*\{"kind":\s*"(\w+)"')
"""What is said over the comm, or on the control channel."""
TYPE = re.compile(rb'"msg_type":\s*"(\w+)"')


class Wire:
    """Counts what crosses the page's socket."""

    def __init__(self, page) -> None:
        self.count: Counter[str] = Counter()
        self.size: Counter[str] = Counter()
        page.on("websocket", lambda socket: (socket.on("framereceived", self.heard), socket.on("framesent", self.said)))

    def heard(self, data) -> None:
        self._note("<", data)

    def said(self, data) -> None:
        self._note(">", data)

    def _note(self, way: str, data) -> None:
        data = data if isinstance(data, bytes) else data.encode()
        kind = OURS.search(data) or TYPE.search(data)
        name = way + (kind[1].decode() if kind else "?")
        self.count[name] += 1
        self.size[name] += len(data)

    def told(self, *names: str) -> str:
        return ", ".join(f"{n} {self.count[n]} ({self.size[n]:,} B)" for n in names)


class Bench(Lab):
    """JupyterLab on one notebook, with counters."""

    def __init__(self, page, server: Server) -> None:
        super().__init__(page, server)
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)[:200]))
        page.add_init_script(WATCH)
        self.wire = Wire(page)
        self.tools = page.context.new_cdp_session(page)
        self.tools.send("Performance.enable")

    def metrics(self, *, collect: bool = True) -> dict[str, float]:
        for _ in range(3 if collect else 0):
            self.tools.send("HeapProfiler.collectGarbage")
        return {m["name"]: m["value"] for m in self.tools.send("Performance.getMetrics")["metrics"]}

    def done(self, index: int) -> None:
        """Run a cell to its end."""
        count = self.page.evaluate(f"(i) => {CELLS}[i].executionCount", index)
        self.run(index)
        ran = f"const cell = {CELLS}[i]; return cell.executionState !== 'running' && cell.executionCount"
        self.page.wait_for_function(
            f"([i, count]) => {{ {ran} && cell.executionCount !== count && {IDLE} }}",
            arg=[index, count],
            timeout=600_000,
            polling=20,
        )

    def says(self, index: int) -> dict:
        """What `probe` prints in that cell."""
        self.done(index)
        text = f"{CELLS}[{index}].outputs.toJSON().map((o) => [o.text].flat().join('')).join('')"
        self.page.wait_for_function(f"() => {text}.includes('rss')")
        return json.loads(self.page.evaluate(f"() => {text}"))

    def tasks(self, what: str, since: float) -> None:
        long = sorted(self.page.evaluate("() => window.__long.splice(0)"))
        share = f"{len(long)} long tasks, {sum(long):,.0f} ms in all, longest {[round(d) for d in long[-5:]]}"
        print(f"{what}: {time.monotonic() - since:.1f} s; {share}")


@contextmanager
def lab(*sources: str):
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder), {**QUICK, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])})
        opened = playwright.chromium.launch(executable_path=browsers.find(), args=CHROMIUM_ARGS)
        try:
            nbformat.write(book(*sources), Path(folder) / "many.ipynb")
            bench = Bench(opened.new_context(viewport={"width": 1280, "height": 1000}).new_page(), server)
            bench.open("many.ipynb")
            yield bench
            print("errors in the page:", bench.problems or "none")
        finally:
            opened.close()
            server.stop()


def open_many(n: int, kind: str) -> None:
    first, each = KINDS[kind]
    with lab(first, *[each] * n) as bench:
        since = time.monotonic()
        bench.run_all()
        # JupyterLab leaves a few cells of many at [*], though their reply and the idle status have arrived.
        open_cells = f"{CELLS}.filter((cell) => !cell.executionCount).length"
        bench.page.wait_for_function(f"() => {IDLE} && {open_cells} <= {n // 10}", timeout=900_000, polling=200)
        settle(bench)
        bench.tasks(f"{n} answers run, {bench.page.evaluate(open_cells)} cells still at [*]", since)
        bench.save()
        for _ in range(2):
            bench.wire.count.clear(), bench.wire.size.clear()
            since = time.monotonic()
            bench.page.reload(wait_until="commit")
            bench.wait_ready(kernel=False)
            print(f"reload: notebook there after {time.monotonic() - since:.1f} s")
            for shown in SHOWN[kind]:
                print(f"  on the screen, {shown}: {on_screen(bench, shown, since)}")
            settle(bench)
            bench.tasks(f"  all painted {bench.page.evaluate(SEEN)}", since)
            print("  wire:", bench.wire.told("<module", "<snapshot", ">resync", ">ack", ">module_request", "<comm_msg"))
        frames = scroll(bench)
        at = statistics.quantiles(frames, n=20)
        print(f"scrolling, ms a frame: median {at[9]:.0f}, p95 {at[18]:.0f}, longest {max(frames):.0f}")
        bench.tasks("  scrolled", since)
        bench.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
        bench.page.goto(f"{bench.server.url}/lab?reset")
        bench.page.wait_for_function("() => window.jupyterapp?.restored")
        bench.page.evaluate("() => window.jupyterapp.restored")
        since = time.monotonic()
        none = {"shouldStart": False, "canStart": False}
        bench.command("docmanager:open", {"path": "many.ipynb", "kernelPreference": none})
        bench.wait_ready(kernel=False)
        settle(bench)
        bench.tasks(f"without a kernel {bench.page.evaluate(SEEN)}", since)


def on_screen(bench: Bench, shown: str, since: float) -> str:
    """When it was there. A page that is busy for 2 s gives up on a widget for good (`get_model` of ipywidgets)."""
    from playwright.sync_api import TimeoutError as TooLong

    try:
        bench.page.wait_for_function(IN_SIGHT, arg=shown, timeout=60_000, polling=50)
    except TooLong:
        return f"not after a minute; JupyterLab gave up on {bench.page.evaluate(GIVEN_UP)} widgets"
    return f"{time.monotonic() - since:.1f} s"


def settle(bench: Bench) -> None:
    """Wait until nothing new is seen for two seconds; JupyterLab makes the cells out of sight when it has time."""
    seen, still = None, 0
    while still < 8:
        bench.page.wait_for_timeout(250)
        now = bench.page.evaluate(SEEN)
        seen, still = now, still + 1 if now == seen else 0


def scroll(bench: Bench) -> list[float]:
    return bench.page.evaluate(
        """async () => {
            const pane = document.querySelector('.jp-WindowedPanel-outer') ?? document.querySelector('.jp-Notebook');
            const frames = [];
            let last = performance.now();
            for (let i = 0; i < 150; i++) {
                pane.scrollTop += 300;
                const now = await new Promise(requestAnimationFrame);
                frames.push(performance.now() - last);
                last = performance.now();
            }
            return frames;
        }"""
    )


def churn(n: int, kind: str) -> None:
    first, each = KINDS[kind]
    with lab(PROBE + first, each, "probe()") as bench:
        bench.done(0)
        for _ in range(WARM if kind == "view" else 20):
            bench.done(1)
        kernel, page = bench.says(2), bench.metrics()
        since = time.monotonic()
        for i in range(n):
            bench.done(1)
            if i in (0, n // 2):
                print(f"  after {i + 1}:", picked(bench.metrics()))
        print(f"{n} runs: {time.monotonic() - since:.1f} s")
        later, left = bench.says(2), bench.metrics()
        slope = (later["rss"] - kernel["rss"]) / n
        print(f"kernel: RSS {slope:,.0f} B a run; models {kernel['models']}, {later['models']}")
        print("  objects of ours:", kernel["ours"] == later["ours"] or (kernel["ours"], later["ours"]))
        print("page before:", picked(page))
        print("page after: ", picked(left))
        print(f"  heap {(left['JSHeapUsedSize'] - page['JSHeapUsedSize']) / n:,.0f} B a run")


def picked(metrics: dict[str, float]) -> dict[str, int]:
    return {name: int(metrics[name]) for name in ("Nodes", "JSEventListeners", "Documents", "JSHeapUsedSize")}


LONG = """
import streamcell, time
text = open({corpus!r}, encoding="utf-8").read() if {corpus!r} else {sample!r}
text = (text * ({size} // len(text) + 1))[:{size}]
def events(step=64):
    for at in range(0, len(text), step):
        yield {{"type": "response.output_text.delta", "delta": text[at : at + step]}}
        if at // step % 400 == 0:
            time.sleep(0.02)
    yield {{"type": "response.completed", "response": {{"status": "completed"}}}}
"""
SAMPLE = (
    "## A heading\n\n"
    + 6
    * """A paragraph with *emphasis*, `code` and [a link](https://example.com/), and then some
words more, as many as a paragraph has that explains something. It goes on for a while, because most text of an
answer is prose, with **strong words** here and there.

- one thing
- another one, with `code`

```python
def f(x):
    return x + 1  # a comment
```

| a | b |
| --- | --- |
| 1 | 2 |

"""
)


def long(kb: int, corpus: str) -> None:
    source = LONG.format(corpus=corpus, sample=SAMPLE, size=kb * 1024)
    run = "began = time.process_time()\nanswer = streamcell.show(events())"
    tell = "print(round(time.process_time() - began, 2), answer.status, answer.text == text, dict(answer.warnings))"
    with lab("%load_ext streamcell\nimport time\n" + source, run, tell) as bench:
        bench.done(0)
        bench.page.wait_for_timeout(SETTLE_MS)
        bench.page.evaluate("() => window.__long.splice(0)")
        before, since = bench.metrics(collect=False), time.monotonic()
        bench.done(1)
        bench.page.wait_for_function("() => document.querySelector('[data-sc-status=completed]')", timeout=300_000)
        settle(bench)
        after = bench.metrics(collect=False)
        spent = {k: round(after[k] - before[k], 2) for k in ("TaskDuration", "ScriptDuration", "LayoutDuration")}
        print(f"page, seconds: {spent}")
        bench.tasks(f"{kb} KB", since)
        shown = "() => document.querySelector('[data-sc-root]').textContent.length"
        print("characters in the view:", bench.page.evaluate(shown), picked(bench.metrics()))
        bench.done(2)
        bench.page.wait_for_timeout(500)
        print("kernel, seconds:", bench.page.evaluate(f"() => {CELLS}[2].outputs.toJSON()[0].text"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["saved", "open", "churn", "long"])
    parser.add_argument("--n", type=int, default=0)
    parser.add_argument("--as", dest="kind", choices=KINDS, default="view")
    parser.add_argument("--kb", type=int, default=1024)
    parser.add_argument("--corpus", default="", help="file with the text of the long answer, repeated as need be")
    given = parser.parse_args()
    if given.what == "saved":
        saved(given.n or 500)
    elif given.what == "open":
        open_many(given.n or 500, given.kind)
    elif given.what == "churn":
        churn(given.n or 200, given.kind)
    else:
        long(given.kb, given.corpus)


if __name__ == "__main__":
    main()
