"""Fixtures of the browser tests: one Chromium and one Jupyter server for all of them."""

from __future__ import annotations

import os
import sys

import pytest

from tests.e2e.lab import CHROMIUM_ARGS, ROOT, Lab, Server
from tests.e2e.stage import new_notebook

sys.path.insert(0, str(ROOT / "scripts"))
import browser as browsers


@pytest.fixture(scope="session")
def browser():
    path = browsers.find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium was found, and in CI the browser tests may not be skipped")
        pytest.skip("no Chromium was found: install one, or name it with CHROMIUM=/path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory):
    started = Server(tmp_path_factory.mktemp("notebooks"))
    yield started
    started.stop()


@pytest.fixture
def context(browser):
    made = browser.new_context(viewport={"width": 1280, "height": 1400})
    yield made
    made.close()


@pytest.fixture
def lab(context, server: Server):
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    return Lab(page, server)


@pytest.fixture
def notebook(server: Server, request: pytest.FixtureRequest) -> str:
    """The name of an empty notebook of its own."""
    return new_notebook(server.folder, f"{request.node.name.replace('[', '-').replace(']', '')[:60]}.ipynb")
