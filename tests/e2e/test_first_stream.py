"""The main path in a real JupyterLab: answers stream, are exact, and are in the saved file."""

from __future__ import annotations

import json
import shutil

import pytest
from playwright.sync_api import expect

from tests.e2e.answer import ANSWER, assert_grew, assert_shows, finished, follow, rendered, squeezed, tape
from tests.e2e.lab import ROOT, Lab, Server

pytestmark = pytest.mark.e2e


def test_the_first_notebook_shows_every_answer_exactly(lab: Lab, server: Server) -> None:
    source = ROOT / "notebooks" / "01-first-stream.ipynb"
    shutil.copy(source, server.folder / "first.ipynb")
    lab.open("first.ipynb")
    lab.run(1)
    lab.wait_idle()

    lab.run(3)  # %stream: a tour of markdown
    seen = follow(lab)
    answer = finished(lab)
    assert_grew(seen, answer["text"])
    assert answer["status"] == "completed"
    assert_shows(answer, tape("Give me a tour of markdown").text)
    lab.wait_idle()

    lab.run_all()
    lab.wait_idle(120)
    roots = lab.page.locator(".jp-Notebook [data-sc-root]")
    expect(roots).to_have_count(5)
    finished(lab)
    tour, night, asked, told, broken = (lab.page.evaluate(ANSWER, n) for n in range(5))
    assert [a["status"] for a in (tour, night, asked, told, broken)] == ["completed"] * 4 + ["failed"]
    assert night["items"] == ["reasoning", "message"]
    assert asked["items"] == ["function_call"]
    assert "Lisbon" in roots.nth(2).inner_text()
    assert "21" in told["text"]
    assert "canned answers, no model" in roots.nth(0).inner_text()
    usage = tape("Why is the night sky dark?\nThink about it first.", instructions="Explain to a curious child.").usage
    assert str(usage["output_tokens"]) in roots.nth(1).inner_text()
    assert lab.page.problems == []

    saved_file_is_whole(lab, server)


def saved_file_is_whole(lab: Lab, server: Server) -> None:
    """The saved file shows the answers with no kernel and no widget state."""
    lab.save()
    book = json.loads((server.folder / "first.ipynb").read_text())
    assert "widgets" not in book["metadata"]
    lab.page.goto(f"{server.url}/lab?reset")
    lab.page.wait_for_function("() => window.jupyterapp?.restored")
    lab.page.evaluate("() => window.jupyterapp.restored")
    lab.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    lab.command(
        "docmanager:open", {"path": "first.ipynb", "kernelPreference": {"shouldStart": False, "canStart": False}}
    )
    lab.wait_ready(kernel=False)
    lab.page.wait_for_selector(".sc-static >> nth=0")
    lab.page.wait_for_timeout(500)
    assert lab.page.locator("[data-sc-root]").count() == 0
    text = lab.page.locator(".jp-Notebook").inner_text()
    assert "Error displaying widget" not in text
    assert "Loading widget" not in text
    before, formulas = tape("Give me a tour of markdown").text.split("## Maths")
    expected, _ = rendered(before)
    static = lab.page.evaluate("() => document.querySelector('.sc-static').textContent")
    assert expected in squeezed(static)
    lab.page.wait_for_function("() => document.querySelectorAll('.sc-static mjx-container').length === 2")  # the host's
    assert "$5 for tea, $10" in formulas
    assert "$5fortea,$10" in squeezed(static)


def test_a_failed_answer_can_be_tried_again_in_its_view(lab: Lab, notebook: str) -> None:
    prompt = "Show me an error in the middle of an answer"
    lab.open(notebook)
    lab.set_cells("%load_ext streamcell", f"%stream {prompt}", "print(_stream.status, len(_stream.tries))")
    lab.run(0)
    lab.wait_idle()
    lab.run(1)
    assert finished(lab)["status"] == "failed"
    lab.wait_idle()
    lab.page.locator(".jp-Notebook .sc-retry").click()
    lab.page.wait_for_function(f"() => ({ANSWER})(-1)?.status === 'in_progress'")
    assert finished(lab)["status"] == "failed"
    lab.run(2)
    lab.wait_idle()
    expect(lab.page.locator(".jp-Notebook")).to_contain_text("failed 1")
    expect(lab.page.locator(".jp-Notebook [data-sc-root]")).to_have_count(1)
    assert lab.page.problems == []
