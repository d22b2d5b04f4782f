"""The main path in a real JupyterLab: an answer streams, survives a reload, and is in the saved file."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from streamcell.options import StreamOptions
from streamcell.session import Stream
from tests.e2e.lab import ROOT, Lab, Server

pytestmark = pytest.mark.e2e

# Everything the reader sees as the answer, our own controls left out.
ANSWER = """(index) => {
    const roots = [...document.querySelectorAll('.jp-Notebook [data-sc-root]')];
    const root = roots[index < 0 ? roots.length + index : index];
    if (!root) return null;
    const texts = [...root.querySelectorAll('.sc-markdown')].map((element) => {
        const copy = element.cloneNode(true);
        copy.querySelectorAll('[data-sc-ui]').forEach((e) => e.remove());
        return { text: copy.textContent, code: [...copy.querySelectorAll('pre')].map((e) => e.textContent) };
    });
    return {
        status: root.dataset.scStatus,
        text: texts.map((t) => t.text).join(''),
        code: texts.flatMap((t) => t.code),
        items: [...root.querySelectorAll('[data-sc-item]')].map((e) => e.dataset.scItem),
    };
}"""


def squeezed(text: str) -> str:
    """Without white space, and without the marks of a task list, which may be shown as boxes."""
    return re.sub(r"\s+|\[[ xX]\]|[☐☑]", "", text)


def rendered(markdown: str) -> tuple[str, list[str]]:
    """(all text, the text of each code block) of a batch rendering by another implementation."""
    html = MarkdownIt("js-default").render(markdown)
    text = re.sub(r"<[^>]+>", "", html)
    blocks = [t.content for t in MarkdownIt("js-default").parse(markdown) if t.type in ("fence", "code_block")]
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return squeezed(text), blocks


def assert_shows(answer: dict, markdown: str) -> None:
    text, code = rendered(markdown)
    assert squeezed(answer["text"]) == text
    assert [c.rstrip("\n") for c in answer["code"]] == [c.rstrip("\n") for c in code]


def tape(prompt: str, **options) -> Stream:
    """What the demo answers, read at once and without a page."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STREAMCELL_DEMO_SPEED", "0")
        return Stream.request(StreamOptions(prompt=prompt, base_url="demo", **options)).start().wait(60)


def follow(lab: Lab, index: int = -1, until: int = 0, seconds: float = 60) -> list[str]:
    """The answer's text as it was seen while it streamed; ends with the stream, or after ``until`` characters."""
    texts: list[str] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = lab.page.evaluate(ANSWER, index)
        if answer and answer["status"] not in ("queued", "in_progress"):
            return texts
        if answer and answer["text"] not in texts[-1:]:
            texts.append(answer["text"])
            if until and len(texts[-1]) >= until:
                return texts
        lab.page.wait_for_timeout(50)
    raise AssertionError(f"the answer did not end in {seconds} s; its last text was {texts[-1:]}")


EDGE = 200
"""Letters at the end of an unfinished text that may still turn out to be markup, such as the address of a link."""


def assert_grew(texts: list[str], final: str) -> None:
    """What was seen while it streamed is the final text so far, but for the open edge; and it was seen growing."""
    letters = re.compile(r"\W+")
    whole = letters.sub("", final)
    assert len(texts) > 20, f"the answer was seen in only {len(texts)} states"
    for text in texts:
        seen = letters.sub("", text)[:-EDGE]
        assert whole.startswith(seen), f"{seen[-60:]!r} is not in the final text there"


def finished(lab: Lab, index: int = -1) -> dict:
    lab.page.wait_for_function(
        f"(i) => !['queued', 'in_progress'].includes(({ANSWER})(i)?.status ?? 'queued')", arg=index
    )
    return lab.page.evaluate(ANSWER, index)


def cells_of(path: Path) -> list[str]:
    return ["".join(c["source"]) for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]


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
    assert roots.count() == 5
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
    expected, _ = rendered(tape("Give me a tour of markdown").text)
    static = lab.page.evaluate("() => document.querySelector('.sc-static').textContent")
    assert expected in squeezed(static)


@pytest.mark.parametrize("options", ["", "--bg"], ids=["awaited", "background"])
def test_a_reload_in_mid_stream_shows_the_text_so_far_and_goes_on(
    lab: Lab, server: Server, notebook: str, options: str
) -> None:
    prompt = "Write a long answer"
    lab.open(notebook)
    lab.set_cells("%load_ext streamcell", f"%%stream long {options}\n{prompt}")
    lab.run(0)
    lab.wait_idle()
    lab.run(1)
    follow(lab, until=1500)
    lab.save()
    before = len(lab.page.evaluate(ANSWER, -1)["text"])
    lab.page.reload()
    lab.wait_ready(kernel=False)
    lab.page.wait_for_function(f"() => ({ANSWER})(-1)?.text.length", timeout=30_000)
    after = lab.page.evaluate(ANSWER, -1)
    assert after["status"] == "in_progress", "the reload must be seen in mid-stream"
    assert len(after["text"]) >= before
    seen = follow(lab, until=len(after["text"]) + 2000)
    lab.page.wait_for_function(f"() => ({ANSWER})(-1)?.status === 'completed'", timeout=300_000)
    answer = lab.page.evaluate(ANSWER, -1)
    assert_grew(seen, answer["text"])
    assert_shows(answer, tape(prompt).text)


def test_an_interrupt_ends_quietly_and_keeps_the_text(lab: Lab, notebook: str) -> None:
    lab.open(notebook)
    lab.set_cells("%load_ext streamcell", "%%stream cut\nWrite a long answer", "print(cut.status, len(cut.text) > 300)")
    lab.run(0)
    lab.wait_idle()
    lab.run(1)
    follow(lab, until=400)
    lab.command("notebook:interrupt-kernel")
    answer = finished(lab)
    assert answer["status"] == "cancelled"
    assert len(answer["text"]) >= 400
    lab.wait_idle()
    lab.run(2)
    lab.wait_idle()
    text = lab.page.locator(".jp-Notebook").inner_text()
    assert "cancelled True" in text
    assert "Traceback" not in text


@pytest.mark.parametrize("options", ["", "--bg"], ids=["awaited", "background"])
def test_stop_in_the_view_ends_the_stream(lab: Lab, notebook: str, options: str) -> None:
    lab.open(notebook)
    lab.set_cells("%load_ext streamcell", f"%%stream cut {options}\nWrite a long answer")
    lab.run(0)
    lab.wait_idle()
    lab.run(1)
    follow(lab, until=400)
    lab.page.locator(".jp-Notebook .sc-stop >> visible=true").first.click()
    assert finished(lab)["status"] == "cancelled"
    lab.wait_idle()


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
    assert "failed 1" in lab.page.locator(".jp-Notebook").inner_text()
    assert lab.page.locator(".jp-Notebook [data-sc-root]").count() == 1
    assert lab.page.problems == []


def test_a_second_view_shows_the_same(lab: Lab, notebook: str) -> None:
    lab.open(notebook)
    lab.set_cells("%load_ext streamcell", "%%stream one --bg\nGive me a tour of markdown")
    lab.run(0)
    lab.wait_idle()
    lab.run(1)
    follow(lab, until=200)
    second = lab.page.context.new_page()
    second.problems = []
    lab.save()
    other = Lab(second, lab.server)
    second.goto(f"{lab.server.url}/lab/tree/{notebook}?reset")
    other.wait_ready(kernel=False)
    first, late = finished(lab), finished(other)
    assert first["text"] == late["text"]
    assert_shows(late, tape("Give me a tour of markdown").text)
