"""Many answers in one kernel: what each of them keeps, and that nothing of a closed one stays."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
import tracemalloc
import weakref
from collections import Counter
from pathlib import Path

import pytest
from ipywidgets import Layout, Widget

import streamcell
from streamcell.audience import AUDIENCE
from streamcell.cells import Cells
from streamcell.drained import Ended
from streamcell.magics import StreamMagics, _parser
from streamcell.options import StreamOptions
from streamcell.session import RUNNING, Stream
from streamcell.widget import StreamView


@pytest.fixture(autouse=True)
def no_widgets_left():
    yield
    Widget.close_all()


def test_all_views_are_of_one_class_and_bring_no_second_model() -> None:
    before = set(Widget.get_manager_state()["state"])
    views = [StreamView(Stream()) for _ in range(3)]
    assert {type(view) for view in views} == {StreamView}
    assert len(set(Widget.get_manager_state()["state"]) - before) == 3
    assert not any(isinstance(view.layout, Layout) for view in views)


def test_what_a_view_saves_has_all_that_anywidget_needs_and_is_small() -> None:
    state = StreamView(Stream())._get_embed_state()
    assert state["model_name"] == "AnyModel"
    assert state["state"]["_anywidget_id"] == "streamcell.widget.StreamView"
    assert "initialize" in state["state"]["_esm"]
    assert len(json.dumps(state, indent=1)) < 2500


def until(condition, seconds: float = 10) -> bool:
    """Waits for what the background loop does next."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def asked(prompt: str = "Hello") -> Stream:
    return Stream.request(StreamOptions(prompt=prompt, base_url="demo"))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMCELL_DEMO_SPEED", "0")


@pytest.mark.usefixtures("at_once")
def test_a_view_outlives_its_finished_stream_and_still_answers_a_reload() -> None:
    stream = asked()
    view = StreamView(stream)
    sent = []
    view.send = lambda message, buffers=None: sent.append(message)
    text = stream.start().wait(10).text
    gone = weakref.ref(stream)
    assert until(lambda: view.ended)
    gc.disable()  # it goes with its last user, and not when the collector comes by
    try:
        del stream
        assert until(lambda: gone() is None)
    finally:
        gc.enable()
    sent.clear()
    view._handle_custom_msg({"kind": "resync", "epoch": "", "have": 0, "why": "start"}, [])
    view._handle_custom_msg({"kind": "cancel"}, [])
    view._handle_custom_msg({"kind": "retry"}, [])
    assert until(lambda: sent)
    assert sent[0]["kind"] == "snapshot"
    assert sent[0]["response"]["output"][0]["content"][0]["text"] == text
    assert "ended" in repr(view)


@pytest.mark.usefixtures("at_once")
def test_without_a_page_a_finished_stream_goes_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AUDIENCE, "gone", True)  # nobody was there the last time
    stream = asked()
    view = StreamView(stream)
    text = stream.start().wait(10).text
    gone = weakref.ref(stream)
    del stream
    gc.collect()
    assert until(lambda: gone() is None)
    assert view._pump._source.snapshot()["output"][0]["content"][0]["text"] == text


def test_a_failed_stream_stays_for_its_retry_button() -> None:
    stream = asked("Show me an error in the middle of an answer")
    view = StreamView(stream)
    failed = weakref.ref(stream)
    stream.start().wait(30)
    del stream
    assert until(lambda: view.ended)
    gc.collect()
    assert failed().can_retry


KEPT_BYTES = 10_000
"""So much a finished answer may keep. With its text and timers it is 7,900; without packing it was 20,000, and 17,000
where what waits for a page was not packed."""


def traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("gone", [False, True])
def test_a_finished_answer_keeps_a_few_kilobytes(monkeypatch: pytest.MonkeyPatch, gone: bool) -> None:
    monkeypatch.setattr("streamcell.demo.core._KEPT", 0)  # it remembers its latest answers, as a service does
    monkeypatch.setattr(AUDIENCE, "hears", lambda now: gone)  # then all that came waits for a page
    monkeypatch.setattr(AUDIENCE, "gone", gone)

    def once() -> StreamView:
        stream = asked("Why is the night sky dark?")
        view = StreamView(stream)
        stream.start().wait(10)
        assert until(lambda: isinstance(view._pump._source, Ended))
        return view

    views = [once() for _ in range(5)]
    tracemalloc.start()
    try:
        before = traced()
        views += [once() for _ in range(20)]
        assert (traced() - before) / 20 < KEPT_BYTES
    finally:
        tracemalloc.stop()


def test_what_is_kept_of_an_answer_is_all_of_it() -> None:
    snapshot = {"output": [{"text": "h\u00e9 \U0001f600 \udcff", "n": [1, 2.5, None, True]}], "streamcell": {}}
    ops = [("append", ["output", 0, "text"], "x")]
    kept = Ended(snapshot, ops)
    assert kept.snapshot() == kept.snapshot() == snapshot
    assert (kept.drain(None), kept.drain(None)) == (ops, [])


def test_using_the_magic_does_not_lengthen_its_help() -> None:
    before = StreamMagics.stream.__doc__
    assert _parser() is _parser()
    assert StreamMagics.stream.__doc__ == before
    assert before.count("STREAMCELL_MODEL") == 1


def alive() -> Counter[str]:
    """All objects of our classes. The demo, like any service, remembers some of its answers."""
    gc.collect()
    kinds = [f"{type(thing).__module__}.{type(thing).__name__}" for thing in gc.get_objects()]
    return Counter(kind for kind in kinds if kind.startswith("streamcell.") and not kind.startswith("streamcell.demo"))


@pytest.mark.usefixtures("at_once")
def test_two_hundred_times_made_streamed_and_closed_leaves_nothing() -> None:
    def once() -> None:
        stream = asked()
        view = StreamView(stream)
        stream.start().wait(10)
        view.close()

    once()
    assert until(lambda: not RUNNING)
    before = alive()
    for _ in range(200):
        once()
    until(lambda: not RUNNING and alive() <= before)
    assert alive() - before == Counter()
    assert Widget.get_manager_state()["state"] == {}


class Shell:
    """As much of IPython as `Cells` needs, with a front end that names its cells."""

    def __init__(self) -> None:
        self.events = self.kernel = self
        self.hooks: list = []
        self.metadata: object = {}

    def register(self, event: str, hook) -> None:
        assert event in ("pre_run_cell", "post_run_cell")
        if event == "pre_run_cell" and hook not in self.hooks:
            self.hooks.append(hook)

    def get_parent(self, channel: str) -> object:
        return {"metadata": self.metadata}

    def run(self, metadata: object) -> None:
        self.metadata = metadata
        for hook in self.hooks:
            hook(None)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell()
    monkeypatch.setattr("IPython.get_ipython", lambda: made)
    return made


def shown(cells: Cells, *, ended: bool = True) -> StreamView:
    stream = asked()
    view = StreamView(stream)
    if ended:
        stream.start().wait(10)
        assert until(lambda: view.ended)
    cells.shows(view)
    return view


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("ended", [True, False])
def test_a_cell_that_runs_again_closes_the_views_of_its_last_run_only(shell: Shell, ended: bool) -> None:
    cells = Cells()
    shell.run({"cellId": "one"})
    first, second = shown(cells, ended=ended), shown(cells, ended=ended)
    shell.run({"cellId": "two"})
    other = shown(cells)
    assert all(view.comm for view in (first, second, other))
    shell.run({"cellId": "one"})
    third = shown(cells)
    assert [view.comm is None for view in (first, second, other, third)] == [True, True, False, False]
    shell.run({"cellId": "one"})
    assert third.comm is None
    assert other.comm


@pytest.mark.usefixtures("at_once")
def test_a_deleted_cell_closes_its_views_unless_they_still_stream(shell: Shell) -> None:
    cells = Cells()
    shell.run({"cellId": "one"})
    ended, running = shown(cells), shown(cells, ended=False)
    shell.run({"cellId": "two", "deletedCells": ["one", "never seen"]})
    assert ended.comm is None
    assert running.comm


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("metadata", [None, {}, {"cellId": ""}, {"cellId": None, "deletedCells": None}])
def test_a_front_end_that_names_no_cells_keeps_all_views(shell: Shell, metadata: object) -> None:
    cells = Cells()
    shell.run(metadata)
    view = shown(cells)
    shell.run(metadata)
    assert view.comm


def test_stop_all_ends_what_runs_and_keeps_its_text() -> None:
    ended = streamcell.stream("Hello", base_url="demo", display=False)
    running = [streamcell.stream("Write a long answer", base_url="demo", display=False, wait=False) for _ in range(3)]
    assert until(lambda: all(stream.text for stream in running))
    assert sorted(map(id, streamcell.stop_all())) == sorted(map(id, running))
    assert [stream.status for stream in running] == ["cancelled"] * 3
    assert all(stream.text for stream in running)
    assert ended.status == "completed"
    assert streamcell.stop_all() == []


def test_a_process_that_ends_in_mid_stream_leaves_no_thread_says_nothing_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STREAMCELL_JOURNAL_DIR", str(tmp_path))
    code = """if True:
        import atexit, threading, time
        atexit.register(lambda: print([t.name for t in threading.enumerate()]))  # the last to be called
        import streamcell
        running = [streamcell.stream("Write a long answer", base_url="demo", display=False, wait=False) for _ in "abc"]
        while not all(stream.text for stream in running):
            time.sleep(0.01)
        print([stream.status for stream in running])"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [str(["in_progress"] * 3), "['MainThread']"]
    assert done.stderr == ""
    assert [(lost.status, bool(lost.text)) for lost in streamcell.recover()] == [("interrupted", True)] * 3
