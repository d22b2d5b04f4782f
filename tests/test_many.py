"""Many answers in one kernel: what each of them keeps, and that nothing of a closed one stays."""

from __future__ import annotations

import json

import pytest
from ipywidgets import Layout, Widget

from streamcell.session import Stream
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
