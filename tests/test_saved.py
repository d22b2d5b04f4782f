"""What a notebook's file holds after each way in which an answer can end, in a real kernel without a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from streamcell import api
from tests.kernels import Kernel, kernel, sized
from tests.served import served

OFTEN = """
%load_ext streamcell
import asyncio, streamcell, streamcell.api, streamcell.copies
streamcell.copies.COPY_SECONDS = 0.05
"""
CELLS = {
    "%%stream": "%%stream --base-url {url} -m demo/tour\nHello",
    "await": "_stream = await streamcell.astream('Hello', base_url='{url}', model='demo/tour')",
    "stream()": "_stream = streamcell.stream('Hello', base_url='{url}', model='demo/tour')",
}
FRESH = "streamcell.api._Interrupts.last, streamcell.api.TWICE_SECONDS = float('-inf'), {}"
"""Forgets the interrupts of other tests, and says how close two must be to count as two."""
TELL = "print(_stream.status, len(_stream.text) > 0, _stream.error)"


@pytest.fixture(scope="module")
def slow() -> Iterator[Any]:
    """A server whose answers take long enough to be interrupted."""
    with served(speed=0.5) as server:
        yield server


@pytest.fixture(scope="module")
def running() -> Iterator[Kernel]:
    with kernel(STREAMCELL_DEMO_SPEED="1") as made:
        ids = made.run_all(OFTEN)
        assert made.replies(ids) == ["ok"], made.outputs
        yield made


def wait_for_text(running: Kernel, name: str) -> None:
    """Until some of the answer stands in the file."""
    running.listen(lambda: "sc-prose" in running.copy(name)["text/html"])


@pytest.mark.parametrize("kind", CELLS)
def test_an_interrupt_ends_quietly_keeps_the_text_and_the_next_cell_of_run_all_runs(
    kind: str, running: Kernel, slow: Any
) -> None:
    cut = slow.streams_cut
    _, name, after = ids = running.run_all(FRESH.format(1), CELLS[kind].format(url=slow.url), TELL)
    wait_for_text(running, name)
    running.interrupt()
    assert running.replies(ids) == ["ok", "ok", "ok"]
    assert running.printed(after) == "cancelled True None\n"
    assert [o.output_type for o in running.outputs[name]] == ["display_data", "display_data"]
    assert running.views(name) == 1
    copy = running.copy(name)
    assert copy["text/plain"].startswith("[Cancelled · demo/tour · demo: canned answers, no model · connection closed")
    assert "Stopped. What had arrived by then is kept." in copy["text/html"]
    assert (slow.streams_open, slow.streams_cut) == (0, cut + 1)


@pytest.mark.parametrize("kind", CELLS)
def test_a_second_interrupt_stops_run_all_with_one_line(kind: str, running: Kernel, slow: Any) -> None:
    cell = CELLS[kind].format(url=slow.url)
    _, first, second, _ = ids = running.run_all(FRESH.format(60), cell, cell, TELL)
    for name in (first, second):
        wait_for_text(running, name)
        running.interrupt()
    assert running.replies(ids) == ["ok", "ok", "error", "aborted"]
    *_, error = running.outputs[second]
    assert (error.output_type, error.traceback) == ("error", [api.TWICE])
    assert running.copy(second)["text/plain"].startswith("[Cancelled")


def test_several_streams_that_a_cell_gathers_end_with_one_line_when_it_is_interrupted(
    running: Kernel, slow: Any
) -> None:
    cell = CELLS["await"].format(url=slow.url).replace("_stream = await ", "")
    ids = running.run_all(f"pair = [{cell} for _ in range(2)]", "await asyncio.gather(*pair)", "print(1)")
    name = ids[1]
    wait_for_text(running, name)
    running.interrupt()
    assert running.replies(ids) == ["ok", "error", "aborted"]
    error = next(o for o in running.outputs[name] if o.output_type == "error")
    assert error.traceback == [api.OTHERS]
    running.listen(lambda: "[Cancelled" in running.copy(name)["text/plain"])


def test_a_durable_answer_that_is_interrupted_is_cancelled_at_the_server(running: Kernel, slow: Any) -> None:
    cell = CELLS["%%stream"].replace("%%stream", "%%stream --durable").format(url=slow.url)
    _, name, after = ids = running.run_all(FRESH.format(1), cell, TELL)
    wait_for_text(running, name)
    running.interrupt()
    assert running.replies(ids) == ["ok", "ok", "ok"]
    assert running.printed(after) == "cancelled True None\n"
    assert " · cancelled at the server · " in running.copy(name)["text/plain"]


def test_a_task_of_ones_own_that_is_cancelled_stays_cancelled_and_its_copy_tells(running: Kernel, slow: Any) -> None:
    cell = f"""
task = asyncio.create_task(streamcell.astream("Hello", base_url={slow.url!r}, model="demo/tour"))
await asyncio.sleep(1)
task.cancel()
try:
    await task
except asyncio.CancelledError:
    print("passed on")
"""
    name, *_ = ids = running.run_all(cell)
    assert running.replies(ids) == ["ok"]
    assert running.printed(name) == "passed on\n"
    assert running.copy(name)["text/plain"].startswith("[Cancelled")


def test_a_source_that_raises_leaves_its_text_and_why(running: Kernel) -> None:
    cell = """
def source():
    yield {"type": "response.output_text.delta", "delta": "Half an answer"}
    raise OSError("the disk is gone")
_stream = streamcell.show(source())
"""
    name, *_ = ids = running.run_all(cell)
    assert running.replies(ids) == ["ok"]
    told = running.copy(name)["text/plain"]
    assert "Half an answer" in told
    assert "The source of events raised OSError: the disk is gone" in told
    assert running.views(name) == 1


def test_a_file_saved_at_twenty_points_holds_what_was_shown_and_that_it_is_not_all(running: Kernel, slow: Any) -> None:
    name, after = ids = running.run_all(
        CELLS["%%stream"].format(url=slow.url).replace("tour", "hello"), "print(_stream.text)"
    )
    saved = []
    while len(saved) < 20 and not (saved and saved[-1]["text/plain"].startswith("[Completed")):
        newest = saved[-1] if saved else None
        running.listen(lambda known=newest: running.copy(name) != known)
        saved.append(running.copy(name))
    assert running.replies(ids) == ["ok", "ok"]
    whole = running.printed(after)
    open_ones = [s for s in saved if not s["text/plain"].startswith("[Completed")]
    assert len(open_ones) >= 10
    for copy in filter(lambda c: c["text/plain"], open_ones):
        head, *body = copy["text/plain"].split("\n\n")
        assert head.startswith("[Interrupted")
        assert re.search("This copy was saved (while the answer was still arriving|before the answer began)", str(body))
        assert "<strong>Interrupted</strong>" in copy["text/html"]
        arrived = "\n\n".join(part for part in body if not part.startswith(("[first text", "Interrupted:")))
        assert whole.startswith(arrived.rstrip("\n"))
    assert whole.strip() in running.copy(name)["text/plain"]
    assert running.views(name) == 1


ARRIVED = """
import time
while len(_stream.text) < 20:
    time.sleep(0.01)
print(_stream.text.rpartition(" ")[0])
"""


def test_a_kernel_that_is_shut_down_in_mid_stream_leaves_what_had_come(slow: Any) -> None:
    with kernel() as made:
        cell = f"%stream --bg --base-url {slow.url} -m demo/tour Hello"
        _, name, tell = ids = made.run_all("%load_ext streamcell", cell, ARRIVED)
        assert made.replies(ids) == ["ok"] * 3
        made.manager.shutdown_kernel(now=False)
        made.drain()
        after = made.copy(name)
    assert len(made.printed(tell)) > 10
    assert made.printed(tell).strip() in after["text/plain"]
    assert after["text/plain"].startswith("[Interrupted")
    assert "The connection ended before the answer was complete." in after["text/html"]


@pytest.fixture(scope="module")
def book() -> Any:
    """A notebook with one finished answer, run without a page; widget state is stored, as nbclient always does."""
    cells = ["%load_ext streamcell", "%stream --base-url demo Give me a tour of markdown"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STREAMCELL_DEMO_SPEED", "0")
        NotebookClient(book, timeout=60, store_widget_state=True).execute()
    return nbformat.reads(nbformat.writes(book), as_version=4)


def test_a_finished_answer_adds_no_more_than_4_kb_to_the_file_beside_its_copy(book: Any) -> None:
    _, copy = book.cells[1].outputs
    html = copy.data["text/html"]
    answer = html[html.index('<div class="sc-answer">') : html.rindex("</div>")]
    beside = sized(book.cells[1].outputs) - sized(answer) - sized(copy.data["text/plain"])
    state = sized(book.metadata.widgets)
    assert beside + state <= 4096, (beside, state)


def test_the_widget_state_in_the_file_is_whole_so_that_github_takes_it(book: Any) -> None:
    nbformat.validate(book)
    (stored,) = book.metadata.widgets.values()
    assert (stored.version_major, stored.version_minor) == (2, 0)
    reference = book.cells[1].outputs[0].data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert reference in stored.state
    for model in stored.state.values():
        assert {"model_name", "model_module", "model_module_version", "state"} <= set(model)
