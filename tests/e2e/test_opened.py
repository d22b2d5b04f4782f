"""A saved notebook, opened by somebody else: the static copy is there, readable, and nothing beside it complains.

With ``STREAMCELL_PICTURES=/folder`` each way of opening is also kept as a picture, for people to look at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.sign import NotebookNotary

from streamcell.display import TRICK
from tests import specimen
from tests.e2e.lab import APPS, Lab, Server

pytestmark = pytest.mark.e2e

SIZES = {"wide": 1100, "narrow": 420}
TALL = 6500
"""Pixels; JupyterLab does not lay out what is out of sight."""

COPY = '<div class="sc-static" data-sc-text="1">saved</div>'
COMPLAINTS = re.compile(
    r"error displaying|model not found|loading widget|StreamView|Javascript error|CSS|display:", re.I
)
SAID = (*specimen.SAID, "It was a dark and")


@pytest.fixture(scope="module")
def saved() -> dict[str, nbformat.NotebookNode]:
    return {"plain": specimen.executed(), "state": specimen.executed(widget_state=True)}


@pytest.fixture(scope="module", params=APPS)
def jupyter(request: pytest.FixtureRequest, saved: dict, tmp_path_factory: pytest.TempPathFactory):
    """A server with the notebook in it four times: with the state of its widgets and without, trusted and not."""
    folder = tmp_path_factory.mktemp("opened")
    (folder / ".data").mkdir()
    notary = NotebookNotary(data_dir=str(folder / ".data"))
    for state, book in saved.items():
        for trust in ("trusted", "untrusted"):
            book.metadata["opened"] = trust  # what is signed is the content
            nbformat.write(book, folder / f"{state}-{trust}.ipynb")
            if trust == "trusted":
                notary.sign(nbformat.read(folder / f"{state}-{trust}.ipynb", as_version=4))
    notary.store.close()
    server = Server(folder, {"JUPYTER_DATA_DIR": str(folder / ".data")}, app=request.param)
    yield server
    server.stop()


def picture(page, *name: str) -> None:
    if folder := os.environ.get("STREAMCELL_PICTURES"):
        page.screenshot(path=Path(folder) / f"{'-'.join(name)}.png", full_page=True)


def assert_pictured(page) -> None:
    """The one picture of the answers is shown, not only named."""
    page.wait_for_function("() => [...document.querySelectorAll('.sc-static img')].every((i) => i.complete)")
    assert page.evaluate("() => [...document.querySelectorAll('.sc-static img')].map((i) => i.naturalWidth)") == [48]


def assert_readable(seen: str) -> None:
    for words in SAID:
        assert seen.count(words) == 1, f"{words!r} is seen {seen.count(words)} times"
    assert not COMPLAINTS.search(seen), COMPLAINTS.search(seen)


@pytest.mark.parametrize(("state", "trust"), [("plain", "trusted"), ("plain", "untrusted"), ("state", "trusted")])
def test_a_saved_notebook_shows_each_answer_once_and_no_error(browser, jupyter: Server, state: str, trust: str) -> None:
    page = browser.new_page(viewport={"width": SIZES["wide"], "height": TALL})
    lab = Lab(page, jupyter)
    lab.open(f"{state}-{trust}.ipynb")
    # JupyterLab lays cells out one by one, and a view without its model says so some time after its cell is there.
    page.wait_for_function(
        """(answers) => document.querySelectorAll('.sc-static').length >= answers
            && !document.querySelector('.jp-Notebook').innerText.includes('Loading widget')""",
        arg=specimen.ANSWERS,
    )
    heights = page.evaluate("() => [...document.querySelectorAll('.sc-static')].map(e => e.offsetHeight)")
    assert len(heights) == specimen.ANSWERS
    assert min(heights) > 40
    assert_readable(page.locator(".jp-Notebook").inner_text())
    assert_pictured(page)
    picture(page, jupyter.app, state, trust)
    if state == "plain":
        page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", "JupyterLab Dark"
        )
        page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
        assert_readable(page.locator(".jp-Notebook").inner_text())
        picture(page, jupyter.app, state, trust, "dark")
    page.close()


@pytest.mark.parametrize("is_live", [True, False])
def test_where_outputs_lie_as_in_vs_code_the_copy_gives_way_to_a_live_view(browser, is_live: bool) -> None:
    view = "<div data-sc-root>live</div>" if is_live else ""
    outputs = [
        f'<div class="output_container"><div class="output">{html}</div></div>' for html in (view, f"{TRICK}{COPY}")
    ]
    page = browser.new_page()
    page.set_content(f'<div class="cell_container">{"".join(outputs)}</div>')
    assert page.locator("body").inner_text().strip() == ("live" if is_live else "saved")
    page.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("template", "theme"), [("lab", "light"), ("lab", "dark"), ("classic", "light"), ("basic", "light")]
)
def test_an_exported_page_shows_each_answer_once_without_network_and_script(
    browser, saved: dict, tmp_path: Path, template: str, theme: str, size: str
) -> None:
    html, _ = HTMLExporter(template_name=template, theme=theme).from_notebook_node(saved["plain"])
    (tmp_path / "book.html").write_text(html, encoding="utf-8")
    context = browser.new_context(
        viewport={"width": SIZES[size], "height": 900}, java_script_enabled=False, offline=True
    )
    page = context.new_page()
    page.goto((tmp_path / "book.html").as_uri())
    assert_readable(page.locator("body").inner_text())
    wide = page.locator(".sc-static").first
    assert wide.bounding_box()["width"] <= SIZES[size]
    picture(page, "nbconvert", template, theme, size)
    context.close()


def test_on_paper_nothing_is_folded(browser, saved: dict, tmp_path: Path) -> None:
    html, _ = HTMLExporter(template_name="lab").from_notebook_node(saved["plain"])
    (tmp_path / "book.html").write_text(html, encoding="utf-8")
    context = browser.new_context(viewport={"width": 700, "height": 900}, offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "book.html").as_uri())
    thought = page.get_by_text("every line of sight would end on a star")
    assert thought.bounding_box() is None or not thought.is_visible()
    page.emulate_media(media="print")
    assert thought.is_visible()
    assert thought.bounding_box()["height"] > 0
    assert_readable(page.locator("body").inner_text())
    inside = "e => getComputedStyle(e.closest('.jp-OutputArea-child')).breakInside"
    assert set(page.locator(".sc-static").evaluate_all(f"all => all.map({inside})")) == {"auto"}
    picture(page, "nbconvert", "print")
    context.close()


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
def test_no_line_of_an_answer_is_wider_than_the_page(browser, tmp_path: Path, template: str) -> None:
    said = f"{'endless' * 60}\n\n```\n{'x = 1; ' * 60}\n```\n\nمرحبا"
    events = [{"type": "response.output_text.delta", "delta": said}]
    html, _ = HTMLExporter(template_name=template).from_notebook_node(specimen.shown(events))
    (tmp_path / "book.html").write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": SIZES["narrow"], "height": 900})
    page.route(re.compile("^https?:"), lambda route: route.abort())
    page.goto((tmp_path / "book.html").as_uri())
    box = page.locator(".sc-static")
    assert box.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    assert box.bounding_box()["width"] <= SIZES["narrow"]
    ends = "e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().right }"
    arabic = box.get_by_text("مرحبا")
    assert abs(arabic.evaluate(ends) - arabic.evaluate("e => e.getBoundingClientRect().right")) < 2
    page.close()
