"""Code gets its colours, formulas their shape, from code that the kernel sends when it is needed."""

from __future__ import annotations

import pytest

from tests.e2e.lab import Lab

pytestmark = pytest.mark.e2e


def test_code_is_coloured_and_formulas_are_drawn_with_nothing_from_elsewhere(lab: Lab, notebook: str) -> None:
    asked: list[str] = []
    lab.page.on("request", lambda request: asked.append(request.url))
    lab.open(notebook)
    lab.set_cells("%load_ext streamcell", "%%stream tour\nGive me a tour of markdown")
    lab.run(0)
    lab.run(1)
    lab.page.wait_for_selector("[data-sc-root] pre .sc-t-keyword", timeout=30_000)
    assert lab.page.locator("[data-sc-root]").get_attribute("data-sc-status") == "in_progress"
    lab.page.wait_for_selector("[data-sc-root][data-sc-status=completed]", timeout=60_000)
    lab.page.wait_for_function("() => document.querySelectorAll('[data-sc-root] .sc-formula .katex').length === 2")
    assert lab.page.evaluate("() => document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))")
    assert [url for url in asked if not url.startswith((lab.server.url, "blob:", "data:"))] == []
    assert lab.page.problems == []
