"""Formulas of a saved answer, opened without a kernel: JupyterLab typesets them, and nothing else of the answer."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from streamcell.display import COPY_CLASS
from streamcell.fallback.render import markdown
from tests.e2e.lab import Lab

pytestmark = pytest.mark.e2e

ANSWER = r"""Tea is $5, with cake $10. A formula $E = mc^2$, and \(\alpha\) in brackets.

$$
\int_0^1 x\,dx = \frac12
$$

Not for hosts: $\def\beta{Z}\beta$ $\href{/api/contents}{here}$ $\href{javascript:alert(1)}{there}$
"""
TYPESET = "() => [...document.querySelectorAll('.sc-static .sc-maths')].map(el => !!el.querySelector('mjx-container'))"


def test_formulas_are_typeset_and_prices_and_dangerous_tex_are_text(lab: Lab) -> None:
    html = f'<div class="{COPY_CLASS}">{markdown(ANSWER)}</div>'
    saved = new_code_cell("1", outputs=[new_output("display_data", {"text/html": html})])
    book = new_notebook(cells=[saved, new_markdown_cell(r"The reader's own $\beta$")])
    nbformat.write(book, lab.server.folder / "typeset.ipynb")
    lab.open("typeset.ipynb", kernel=False)
    lab.page.wait_for_function(f"() => ({TYPESET})().filter(Boolean).length === 3", timeout=60_000)
    assert lab.page.evaluate(TYPESET) == [True, True, True, False, False, False]
    shown = lab.page.locator(".sc-static").inner_text()
    assert "Tea is $5, with cake $10." in shown
    assert r"$\def\beta{Z}\beta$" in shown
    assert lab.page.locator(".sc-static a").count() == 0
    lab.page.wait_for_selector(".jp-MarkdownOutput mjx-container")
    assert "𝛽" in lab.page.locator(".jp-MarkdownOutput").inner_text()
