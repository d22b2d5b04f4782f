"""What pages say on the kernel's control channel reaches the view it is meant for, and does no harm otherwise."""

from __future__ import annotations

import gc
import sys
from types import SimpleNamespace

import pytest

from streamcell import control
from tests.kernels import kernel as real_kernel


class View:
    def __init__(self, epoch: str) -> None:
        self.epoch, self.heard = epoch, []

    def hear(self, message: object) -> None:
        self.heard.append(message)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(control_handlers={"interrupt_request": lambda *_: None})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=made)))
    return made


def say(kernel: SimpleNamespace, content: object) -> None:
    """As ipykernel hands out a control message: stream, identities, message."""
    kernel.control_handlers[control.MESSAGE_TYPE](None, [b"page"], {"content": content})


def test_a_message_reaches_the_views_of_its_epoch_and_no_other(kernel: SimpleNamespace) -> None:
    views = [View("one"), View("two")]
    for view in views:
        control.listen(view)
    assert control.can_hear()
    say(kernel, {"epoch": "two", "message": {"kind": "cancel"}})
    assert [view.heard for view in views] == [[], [{"kind": "cancel"}]]
    views[1].epoch = "three"  # begun anew
    say(kernel, {"epoch": "two", "message": {"kind": "cancel"}})
    say(kernel, {"epoch": "three", "message": {"kind": "retry"}})
    assert views[1].heard == [{"kind": "cancel"}, {"kind": "retry"}]


def test_a_view_that_is_gone_is_not_kept(kernel: SimpleNamespace) -> None:
    view = View("gone")
    control.listen(view)
    held = len(control._HEARERS)
    del view
    gc.collect()
    assert len(control._HEARERS) == held - 1
    control.can_hear()
    say(kernel, {"epoch": "gone", "message": {"kind": "cancel"}})


@pytest.mark.parametrize("content", [None, [], "x", {}, {"epoch": None}, {"epoch": ["a"], "message": 3}])
def test_whatever_a_page_sends_raises_nothing(kernel: SimpleNamespace, content: object) -> None:
    view = View("one")
    control.listen(view)
    control.can_hear()
    say(kernel, content)
    assert view.heard == []


def test_other_messages_of_the_channel_keep_their_handlers(kernel: SimpleNamespace) -> None:
    before = dict(kernel.control_handlers)
    control.can_hear()
    assert before.items() <= kernel.control_handlers.items()


@pytest.mark.parametrize(
    "shell", [None, SimpleNamespace(), SimpleNamespace(kernel=SimpleNamespace(control_handlers=None))]
)
def test_without_such_a_kernel_the_page_stays_with_the_comm(monkeypatch: pytest.MonkeyPatch, shell: object) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert control.can_hear() is False


@pytest.fixture(scope="module")
def one_kernel():
    with real_kernel(STREAMCELL_DEMO_SPEED="0") as real:
        real.replies(real.run_all("%load_ext streamcell\nimport streamcell"))
        yield real


def test_a_cell_that_blocks_a_real_kernel_is_stopped_from_the_page() -> None:
    cell = """import streamcell
answer = streamcell.stream("Hello", model="demo/tour", base_url="demo")
print(answer.status, len(answer.text) > 0)"""
    with real_kernel(STREAMCELL_DEMO_SPEED="0.1") as real:
        [name] = real.run_all(cell)
        real.listen(lambda: len(real.frames) > 3)
        content = {"epoch": real.frames[-1]["epoch"], "message": {"kind": "cancel"}}
        real.client.control_channel.send(real.client.session.msg(control.MESSAGE_TYPE, content))
        assert real.replies([name]) == ["ok"]
        assert "cancelled True" in real.printed(name)


@pytest.mark.parametrize(
    ("cell", "control"),
    [
        ("%stream Hello", "asks"),
        ("await streamcell.astream('Hello')", "asks"),
        ("streamcell.stream('Hello')", "all"),
        ("_ = streamcell.stream('Hello', wait=False); _.wait()", "asks"),
    ],
)
def test_acknowledgements_take_that_way_only_where_their_cell_keeps_the_comm_from_being_heard(
    one_kernel: object, cell: str, control: str
) -> None:
    one_kernel.snapshots.clear()
    one_kernel.replies(one_kernel.run_all(cell))
    one_kernel.drain()
    assert one_kernel.snapshots[-1]["response"]["streamcell"]["control"] == control
