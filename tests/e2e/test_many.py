"""Many answers in a real JupyterLab: a cell that runs again and again, a page that shows many of them anew."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from tests.e2e.lab import Lab

pytestmark = pytest.mark.e2e

START = """%load_ext streamcell
%env STREAMCELL_DEMO_SPEED=0
import collections, gc, ipywidgets, json
def probe():
    gc.collect()
    kinds = [f"{type(o).__module__}.{type(o).__name__}" for o in gc.get_objects()]
    ours = collections.Counter(k for k in kinds if k.startswith("streamcell.") and "demo" not in k)
    print(json.dumps({"models": len(ipywidgets.Widget.get_manager_state()["state"]), "ours": ours}))"""
CELLS = "[...window.jupyterapp.shell.currentWidget.content.model.cells]"
AGAIN = 12
COMMS = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel._comms.size"
"""How many widgets the page holds."""


def run(lab: Lab, index: int) -> None:
    """Run a cell to its end."""
    before = lab.page.evaluate(f"(i) => {CELLS}[i].executionCount", index)
    lab.run(index)
    lab.page.wait_for_function(
        f"([i, before]) => {{ const cell = {CELLS}[i];"
        " return cell.executionCount && cell.executionCount !== before && cell.executionState !== 'running'; }",
        arg=[index, before],
    )


def said(lab: Lab, index: int) -> dict:
    run(lab, index)
    text = f"{CELLS}[{index}].outputs.toJSON().map((o) => [o.text].flat().join('')).join('')"
    lab.page.wait_for_function(f"() => {text}.includes('ours')")
    return json.loads(lab.page.evaluate(f"() => {text}"))


def nodes(lab: Lab) -> int:
    """DOM nodes that are alive, those included that are in no document."""
    tools = lab.page.context.new_cdp_session(lab.page)
    tools.send("Performance.enable")
    for _ in range(3):
        tools.send("HeapProfiler.collectGarbage")
    metrics = {m["name"]: m["value"] for m in tools.send("Performance.getMetrics")["metrics"]}
    tools.detach()
    return metrics["Nodes"]


def test_a_cell_that_runs_again_and_again_leaves_nothing_of_its_former_views(lab: Lab, notebook: str) -> None:
    lab.open(notebook)
    lab.set_cells(START, "%stream Why is the night sky dark?", "probe()")
    run(lab, 0)
    for _ in range(3):
        run(lab, 1)
    kernel = said(lab, 2)
    run(lab, 1)  # the page's own cells have grown to what they need by now
    page = nodes(lab)
    for _ in range(AGAIN):
        run(lab, 1)
    later = said(lab, 2)
    assert later["models"] == kernel["models"] == 1
    # A stream's last reminders may still wait for their time; what grows with each run would be there each time.
    assert [k for k, count in (Counter(later["ours"]) - Counter(kernel["ours"])).items() if count >= AGAIN] == []
    assert lab.page.evaluate(f"() => {COMMS}") == 1
    one_answer = lab.page.evaluate("() => document.querySelectorAll('.jp-Notebook [data-sc-root] *').length")
    assert nodes(lab) - page < 5 * one_answer
    lab.page.wait_for_selector(".jp-Notebook [data-sc-status=completed]")
    assert lab.page.locator(".jp-Notebook [data-sc-root]").count() == 1
    assert lab.page.problems == []


def test_a_view_that_was_closed_gives_way_to_its_static_copy(lab: Lab, notebook: str) -> None:
    lab.open(notebook)
    lab.set_cells(START, "%stream Why is the night sky dark?", "ipywidgets.Widget.close_all()")
    run(lab, 0)
    run(lab, 1)
    lab.page.wait_for_selector(".jp-Notebook [data-sc-status=completed]")
    assert not lab.page.locator(".jp-Notebook .sc-static").is_visible()
    run(lab, 2)
    lab.page.wait_for_selector(".jp-Notebook .sc-static", state="visible")
    assert lab.page.locator(".jp-Notebook [data-sc-root]").count() == 0
    assert lab.page.problems == []


def test_many_answers_are_there_again_after_a_reload_and_the_code_comes_once(lab: Lab, notebook: str) -> None:
    many = 8
    sent: Counter[str] = Counter()

    def note(data: bytes | str) -> None:
        data = data if isinstance(data, bytes) else data.encode()
        if kind := re.search(rb'"content":\s*\{"kind":\s*"(\w+)"(?:.*?"part":\s*"(\w+)")?', data):
            sent[b" ".join(filter(None, kind.groups())).decode()] += 1

    lab.open(notebook)
    lab.set_cells(START, *["%stream Why is the night sky dark?"] * many)
    for index in range(many + 1):
        run(lab, index)
    lab.save()
    lab.page.on("websocket", lambda socket: socket.on("framereceived", note))
    lab.page.reload()
    lab.wait_ready(kernel=False)
    every = "() => document.querySelectorAll('.jp-Notebook [data-sc-status=completed]').length"
    lab.page.wait_for_function(f"{every} === {many}", timeout=60_000)
    texts = lab.page.locator(".jp-Notebook [data-sc-root] .sc-body").all_text_contents()
    assert len(texts) == many
    assert all("the universe is young" in text for text in texts)
    assert sent["module view"] == 1
    assert sent["snapshot"] >= many
    assert lab.page.problems == []
