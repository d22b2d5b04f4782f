"""The life of an answer in a real JupyterLab: stopped, interrupted, reloaded, frozen, left by its kernel.

`make matrix` plays these scenarios and more of them in several hosts and with several kernels.
"""

from __future__ import annotations

import pytest

from tests.e2e import life
from tests.e2e.model import Model
from tests.e2e.stage import Stage, new_notebook

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def model():
    made = Model()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def stage(browser, server, model):
    """One page for all of them: what one leaves behind, the next has to live with."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    made = Stage(context.new_page(), server, model, new_notebook(server.folder, "life.ipynb"))
    made.open()
    yield made
    context.close()


@pytest.mark.parametrize("kind", ["%%stream", "await", "--bg"])
def test_stop_closes_the_connection_and_the_next_cell_runs(stage: Stage, kind: str) -> None:
    life.stop(stage, kind)


def test_escape_does_what_stop_does(stage: Stage) -> None:
    life.stop(stage, "%%stream", "Escape")


def test_an_interrupt_ends_quietly_and_the_next_cell_of_run_all_runs(stage: Stage) -> None:
    life.interrupt(stage, "%%stream")


def test_a_page_that_stood_still_shows_all_of_the_text(stage: Stage) -> None:
    life.freeze(stage, "%%stream", 3)


def test_a_burst_into_a_page_that_stands_still_is_shown_whole(stage: Stage) -> None:
    life.burst(stage, "%%stream", 3)


def test_a_second_tab_shows_the_same(stage: Stage) -> None:
    assert life.second_tab(stage, "--bg") == "live"


def test_a_reload_in_mid_stream_goes_on_live(stage: Stage) -> None:
    assert life.reload(stage, "%%stream") == "live"


def test_a_closed_notebook_opens_again_in_mid_stream(stage: Stage) -> None:
    assert life.reopen(stage, "--bg") == "live"


def test_a_cell_that_is_moved_in_mid_stream_keeps_all_of_it_in_the_file(stage: Stage) -> None:
    life.move(stage, "%%stream")


def test_a_kernel_that_restarts_leaves_its_text_and_no_errors(stage: Stage) -> None:
    life.restart(stage, "%%stream")
