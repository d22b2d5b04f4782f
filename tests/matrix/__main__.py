"""Plays the life of an answer in every host, and prints one table: ``python -m tests.matrix``, or `make matrix`.

A scenario that fails says so in its cell, and the exit code is 1. Nothing is left out silently.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e import life
from tests.e2e.conftest import browsers
from tests.e2e.lab import CHROMIUM_ARGS, Server
from tests.e2e.model import Model
from tests.e2e.stage import Stage, new_notebook
from tests.matrix.hosts import HOSTS, Host

STOP_SECONDS = 0.7
"""From the press to the closed connection as its server sees it, in the median."""

Scenario = Callable[[Stage], str]


def timed(kind: str, key: str, times: int, stage: Stage) -> str:
    """Several stops: the median, and from the least to the most."""
    seconds = sorted(life.stop(stage, kind, key) for _ in range(times))
    told = f"{statistics.median(seconds):.2f} s ({seconds[0]:.2f} to {seconds[-1]:.2f})" if times > 1 else ""
    assert statistics.median(seconds) <= STOP_SECONDS, told
    return told or f"{seconds[0]:.2f} s"


def scenarios(repeats: int, freeze: float) -> dict[str, Scenario]:
    """The rows of the table."""

    def play(what: Callable[..., str], *arguments: object) -> Scenario:
        return lambda stage: what(stage, *arguments)

    def stops(kind: str, key: str = "", times: int = repeats) -> Scenario:
        return partial(timed, kind, key, times)

    return {
        "Stop in `%%stream`": stops("%%stream"),
        "Stop in `await astream()`": stops("await"),
        "Stop with `--bg`": stops("--bg"),
        "Stop in `stream()`": stops("stream()"),
        "Esc in `%%stream`": stops("%%stream", "Escape", 1),
        "Esc with `--bg`": stops("--bg", "Escape", 1),
        "■ in `%%stream`": play(life.interrupt, "%%stream"),
        "■ in `await astream()`": play(life.interrupt, "await"),
        "■ in `stream()`": play(life.interrupt, "stream()"),
        "reload in `%%stream`": play(life.reload, "%%stream"),
        "reload with `--bg`": play(life.reload, "--bg"),
        "closed and opened in `%%stream`": play(life.reopen, "%%stream"),
        "closed and opened with `--bg`": play(life.reopen, "--bg"),
        "second tab in `%%stream`": play(life.second_tab, "%%stream"),
        "second tab with `--bg`": play(life.second_tab, "--bg"),
        "cell moved in `%%stream`": play(life.move, "%%stream"),
        "second view in `%%stream`": play(life.second_view, "%%stream"),
        "second view with `--bg`": play(life.second_view, "--bg"),
        "page frozen for 3 s": play(life.freeze, "%%stream", 3),
        f"page frozen for {freeze:g} s": play(life.freeze, "%%stream", freeze),
        f"page frozen for {freeze:g} s, `--bg`": play(life.freeze, "--bg", freeze),
        "20,000 deltas at once, page frozen for 3 s": play(life.burst, "%%stream"),
        "the same with `--bg`": play(life.burst, "--bg"),
        "messages lost and out of order": play(life.faults, "%%stream"),
        "the same with `--bg` ": play(life.faults, "--bg"),
        "kernel restarted": play(life.restart, "%%stream"),
        "kernel killed": play(life.kill, "%%stream"),
    }


def play_in(host: Host, chromium, model: Model, rows: dict[str, Scenario], verbose: bool) -> dict[str, str]:
    """What to write into this host's column, by row."""
    folder = Path(tempfile.mkdtemp(prefix="matrix-"))
    server = Server(folder, python=str(host.python()), app=host.app)
    told: dict[str, str] = {}
    stage = None
    try:
        for number, (name, scenario) in enumerate(rows.items()):
            began = time.monotonic()
            try:
                stage = stage or _stage(chromium, server, model, f"{number}.ipynb")
                told[name] = scenario(stage)
            except Exception as error:
                told[name] = f"**FAILED**: {_line(error)}"
                if verbose:
                    traceback.print_exc()
                stage = _left(stage, model)
            if stage and stage.page.is_closed():
                stage = _left(stage, model)
            seconds = time.monotonic() - began
            print(f"{host.name} | {name} | {told[name]} | {seconds:.0f} s", file=sys.stderr, flush=True)
    finally:
        _left(stage, model)
        server.stop()
    return told


def _stage(chromium, server: Server, model: Model, notebook: str) -> Stage:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    stage = Stage(context.new_page(), server, model, new_notebook(server.folder, notebook))
    stage.open()
    return stage


def _left(stage: Stage | None, model: Model) -> None:
    """What failed is left behind, its answer ended; the next scenario begins on a new page."""
    model.finishing.set()
    if stage:
        stage.page.context.close()


def _line(error: Exception) -> str:
    """The error in a cell of a table."""
    text = str(error).strip() or type(error).__name__
    return re.sub(r"\s+", " ", text.replace("|", "/"))[:160]


def table(rows: dict[str, Scenario], columns: dict[Host, dict[str, str]]) -> str:
    lines = [["", *(host.name for host in columns)], ["---"] * (len(columns) + 1)]
    lines += [[row.strip(), *(told[row] for told in columns.values())] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--hosts", default="", help="only hosts whose names match this regular expression")
    parser.add_argument("--only", default="", help="only scenarios that match this regular expression")
    parser.add_argument("--repeats", type=int, default=5, help="stops to take the median of")
    parser.add_argument("--freeze", type=float, default=60, help="seconds of the long freeze")
    parser.add_argument("--verbose", action="store_true", help="print the traceback of what fails")
    given = parser.parse_args()
    rows = {n: s for n, s in scenarios(given.repeats, given.freeze).items() if re.search(given.only, n)}
    columns: dict[Host, dict[str, str]] = {}
    model = Model()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=CHROMIUM_ARGS)
        for host in (h for h in HOSTS if re.search(given.hosts, h.name)):
            columns[host] = play_in(host, chromium, model, rows, given.verbose)
        print(f"\n{time.strftime('%Y-%m-%d')}, Chromium {chromium.version}")
        chromium.close()
    model.stop()
    for host in columns:
        print(f"- {host.name}: {', '.join(f'{n} {v}' for n, v in host.versions().items())}")
    print(f"\n{table(rows, columns)}")
    failed = sum("FAILED" in cell for told in columns.values() for cell in told.values())
    print(f"\n{failed} of {len(rows) * len(columns)} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
