"""What the widget sends to pages beside frames: the page's code, in parts, once for all who ask."""

from __future__ import annotations

from typing import Any

import pytest

from streamcell import Stream, stream, widget
from streamcell.widget import FILES, STATIC, StreamView


class Recorded(StreamView):
    """A view whose messages go to a list instead of a comm."""

    def send(self, content: Any, buffers: Any = None) -> None:
        self.__dict__.setdefault("sent", []).append((content, buffers))

    @property
    def modules(self) -> list[Any]:
        return [m for m in self.__dict__.get("sent", []) if m[0]["kind"] == "module"]


@pytest.fixture(scope="module")
def ended() -> Stream:
    return stream("Hi", base_url="demo").wait(10)


@pytest.fixture(autouse=True)
def no_page_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StreamView, "_page_has_module", False)
    monkeypatch.setattr(StreamView, "_sent_at", {})


def ask(view: StreamView, part: Any) -> None:
    view._handle_custom_msg({"kind": "module_request", "hash": "x", "part": part}, [])


def test_the_first_widget_brings_the_view_and_its_colours_unasked(ended: Stream) -> None:
    view = Recorded(ended)
    assert [content for content, _ in view.modules] == [
        {"kind": "module", "hash": view._module, "part": part} for part in ("view", "highlight")
    ]
    assert [buffers for _, buffers in view.modules] == [
        [(STATIC / name).read_bytes() for name in FILES[part]] for part in ("view", "highlight")
    ]


def test_a_widget_soon_after_the_first_brings_nothing_though_no_page_was_heard(ended: Stream) -> None:
    Recorded(ended)
    assert Recorded(ended).modules == []
    StreamView._sent_at["view"] -= 2 * widget.UNASKED_SECONDS
    assert [content["part"] for content, _ in Recorded(ended).modules] == ["view"]


def test_a_widget_after_a_page_was_heard_brings_nothing(ended: Stream) -> None:
    Recorded(ended)._handle_custom_msg({"kind": "ack", "epoch": "x", "seq": 1}, [])
    assert Recorded(ended).modules == []


@pytest.mark.parametrize("part", [part for part in FILES if part != "view"])
def test_a_further_part_is_sent_when_it_is_asked_for(ended: Stream, part: widget.Part) -> None:
    view = Recorded(ended)
    view._sent_at.clear()
    ask(view, part)
    content, buffers = view.modules[-1]
    assert content["part"] == part
    assert buffers == [(STATIC / name).read_bytes() for name in FILES[part]]


def test_many_widgets_that_ask_at_once_get_one_answer(ended: Stream) -> None:
    views = [Recorded(ended) for _ in range(5)]
    for view in views:
        view.__dict__.get("sent", []).clear()
    StreamView._sent_at.clear()
    for view in views:
        ask(view, "highlight")
    assert sum(content["part"] == "highlight" for view in views for content, _ in view.modules) == 1


@pytest.mark.parametrize("part", ["../secret", None, 7, ["view"], {}])
def test_a_part_that_there_is_not_is_ignored(ended: Stream, part: Any) -> None:
    view = Recorded(ended)
    before = len(view.modules)
    ask(view, part)
    assert len(view.modules) == before


def heard(view: StreamView, kind: str) -> list[Any]:
    """What is said of the static copy when a page says that."""
    view.__dict__.setdefault("sent", []).clear()
    view._handle_custom_msg({"kind": kind, "epoch": "", "have": 0, "why": "start"}, [])
    return [content for content, _ in view.__dict__["sent"] if content["kind"] == "copy"]


def test_each_page_is_told_of_the_whole_copy_and_gets_it_when_it_asks(ended: Stream) -> None:
    view = Recorded(ended)
    assert heard(view, "resync") == []
    view.copied("its mark", lambda snapshot: {"text/plain": snapshot["status"]})
    told = {"kind": "copy", "view": view.model_id, "mark": "its mark"}
    assert view.__dict__["sent"][-1] == (told, None)
    assert heard(view, "resync") == [told]
    assert heard(view, "copy_request") == [{**told, "data": {"text/plain": "completed"}}]


def test_no_page_is_told_of_a_copy_while_the_answer_goes_on() -> None:
    view = Recorded(Stream.of([]))
    view.copied("of an earlier try", lambda _: {})
    assert heard(view, "resync") == heard(view, "copy_request") == []
