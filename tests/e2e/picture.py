"""Takes the picture of the README, a cell in JupyterLab while its answer streams: ``python -m tests.e2e.picture``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import browsers
from tests.e2e.lab import CHROMIUM_ARGS, ROOT, Lab, Server

CELLS = ("%load_ext streamcell", "%%stream tour\nGive me a tour of markdown")


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [], "execution_count": None}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}
    (folder / "a.ipynb").write_text(json.dumps(book))
    server = Server(folder)
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browsers.find(), args=CHROMIUM_ARGS)
            page = chromium.new_page(viewport={"width": 1100, "height": 900}, device_scale_factor=1.5)
            lab = Lab(page, server)
            lab.open("a.ipynb")
            page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
            lab.set_cells(*CELLS)
            lab.run(0)
            lab.wait_idle()
            lab.run(1)
            seen = "() => document.querySelector('[data-sc-root] .sc-markdown')?.textContent.includes('frame')"
            page.wait_for_function(seen)
            box = page.locator(".jp-Notebook .jp-CodeCell").nth(1).bounding_box()
            clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": min(box["height"], 680)}
            page.screenshot(path=ROOT / "docs" / "stream.png", clip=clip)
            chromium.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
