"""A notebook that was run without a page, and what static renderers make of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter, MarkdownExporter

from tests import specimen
from tests.sanitized import github

SAID = (*specimen.SAID, "a grey square", "The connection ended before")


@pytest.fixture(scope="module")
def book() -> nbformat.NotebookNode:
    return specimen.executed()


def words(html: str) -> list[str]:
    return unescape(re.sub("<[^>]*>", " ", html)).split()


# ---------------------------------------------------------------- run without a page
def run(program: list[str], path: Path) -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "STREAMCELL_"))}
    environ |= {**specimen.ENVIRON, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return subprocess.run(
        [sys.executable, *program], env=environ, cwd=path.parent, capture_output=True, text=True, timeout=180
    )


def assert_whole(path: Path) -> None:
    """Every answer is in the file, as HTML and as text, and the cells are those of a notebook that ran."""
    done = nbformat.read(path, as_version=4)
    nbformat.validate(done)
    copies = specimen.copies(done)
    for words_of_it in SAID:
        assert any(words_of_it in unescape(c.data["text/html"]) for c in copies), words_of_it
        assert any(words_of_it in c.data["text/plain"] for c in copies), words_of_it
    ran = [c.execution_count for c in done.cells if c.cell_type == "code"]
    assert None not in ran
    assert ran == sorted(ran)
    assert not [o for c in done.cells for o in c.get("outputs", ()) if o.output_type in ("error", "stream")]


def test_jupyter_execute_leaves_the_whole_answers(tmp_path: Path) -> None:
    nbformat.write(specimen.unexecuted(), tmp_path / "book.ipynb")
    done = run(["-m", "jupyter", "execute", "--inplace", "book.ipynb"], tmp_path / "book.ipynb")
    assert done.returncode == 0, done.stderr
    assert_whole(tmp_path / "book.ipynb")


def test_papermill_leaves_the_whole_answers(tmp_path: Path) -> None:
    pytest.importorskip("papermill", reason="papermill is not installed here")
    nbformat.write(specimen.unexecuted(), tmp_path / "in.ipynb")
    done = run(["-m", "papermill", "--no-progress-bar", "in.ipynb", "book.ipynb"], tmp_path / "in.ipynb")
    assert done.returncode == 0, done.stderr
    assert_whole(tmp_path / "book.ipynb")


def test_nbclient_leaves_the_whole_answers_and_no_state_that_github_refuses(tmp_path: Path) -> None:
    made = specimen.executed(widget_state=True)
    nbformat.write(made, tmp_path / "book.ipynb")
    assert_whole(tmp_path / "book.ipynb")
    assert all("state" in of_type for of_type in made.metadata.get("widgets", {}).values())


def test_a_failed_answer_fails_a_cell_only_where_it_is_asked_to() -> None:
    source = "import streamcell\na = streamcell.stream('Show me an error')\nprint(a.status)"
    with pytest.MonkeyPatch.context() as patched:
        for name, value in specimen.ENVIRON.items():
            patched.setenv(name, value)
        fine = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        NotebookClient(fine, timeout=60).execute()
        fails = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source + "\na.raise_for_error()")])
        with pytest.raises(CellExecutionError, match="ProviderError"):
            NotebookClient(fails, timeout=60).execute()
    assert fine.cells[0].outputs[-1].text == "failed\n"
    assert "The service reported an error" in str(fails.cells[0].outputs)


# ---------------------------------------------------------------- static renderers
def test_nothing_a_reader_learns_is_lost_where_only_githubs_tags_are_left(book: nbformat.NotebookNode) -> None:
    for output in specimen.copies(book):
        html = output.data["text/html"]
        own = html.partition("</style>")[2]
        left = github(html)
        assert words(left) == words(own)
        assert not re.search(r"<(style|script)|\s(class|id|style|data-[\w-]+|on\w+)=", left)
        for tag in ("table", "tr", "th", "pre", "li", "details", "summary", "h2", "strong", "code", "a "):
            assert left.count(f"<{tag}") == own.count(f"<{tag}"), tag


def test_an_image_that_is_not_shown_is_named(book: nbformat.NotebookNode) -> None:
    with_image = next(o.data["text/html"] for o in specimen.copies(book) if "<img" in o.data["text/html"])
    assert re.search(r'<img alt="[^"]*a grey square[^"]*">', github(with_image))


def test_a_markdown_export_holds_the_answers_as_html_without_blank_lines_in_it(book: nbformat.NotebookNode) -> None:
    text, _ = MarkdownExporter().from_notebook_node(book)
    for said in SAID:
        assert said in unescape(text), said
    assert not re.search(r"<script|widget-view|model_id", text)
    for answer in re.findall(r'<div class="sc-answer">.*?</div>\n</div>\n', text, re.S):
        assert not re.search(r"\n[ \t]*\n", answer)  # one would end the HTML block there


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
@pytest.mark.parametrize("state", [False, True])
def test_an_html_export_complains_of_nothing(template: str, state: bool) -> None:
    # Warnings are errors here: nbconvert warns of outputs that it cannot represent.
    html, _ = HTMLExporter(template_name=template).from_notebook_node(specimen.executed(widget_state=state))
    assert html.count('class="sc-static') == specimen.ANSWERS
