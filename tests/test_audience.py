"""Whether a page would be heard: each row of the table in `streamcell.audience`, and what silence then means."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from streamcell.audience import PROBE_SECONDS, TURN_SECONDS, Audience


class Host:
    """A kernel's loop, which turns when it is told to."""

    def __init__(self, *, beside_cells: bool = False, in_cell: bool = False) -> None:
        self.asked, self.audience = [], Audience()
        self.audience.listen(self.asked.append, beside_cells=beside_cells, in_cell=in_cell)

    def turn(self) -> None:
        for answer in self.asked:
            answer()
        self.asked.clear()

    def hears(self, now: float, *, turning: bool) -> bool:
        """Asked twice, as a pump does that has something to send."""
        self.audience.hears(now)
        if turning:
            self.turn()
        return self.audience.hears(now + PROBE_SECONDS)


@pytest.mark.parametrize("turning", [True, False])
def test_an_idle_kernel_hears_while_its_loop_turns(turning: bool) -> None:
    assert Host().hears(10, turning=turning) is turning


@pytest.mark.parametrize("turning", [True, False])
def test_an_awaited_cell_is_heard_beside_where_the_kernel_does_that(turning: bool) -> None:
    host = Host(beside_cells=True)
    host.audience.cell_began()
    assert host.hears(10, turning=turning) is turning


def test_any_other_cell_is_deaf_until_a_page_was_heard_in_it() -> None:
    host = Host()
    host.audience.heard(1)
    host.audience.cell_began()
    assert host.hears(2, turning=True) is False
    host.audience.heard(3)
    assert host.hears(4, turning=False) is True
    host.audience.cell_began()
    assert host.hears(5, turning=True) is False
    host.audience.cell_ended()
    host.audience.cell_ended()
    assert host.hears(6, turning=True) is True


@pytest.mark.parametrize("beside_cells", [True, False])
def test_the_control_channel_is_heard_in_any_cell_once_a_page_spoke_there_in_it(beside_cells: bool) -> None:
    host = Host(beside_cells=beside_cells)
    host.audience.heard(1)
    host.audience.heard_by_control()
    host.audience.cell_began()
    assert host.hears(2, turning=False) is False
    host.audience.heard(3)
    host.audience.heard_by_control()
    assert host.hears(4, turning=False) is True
    host.audience.cell_began()
    assert host.hears(5, turning=False) is False


def test_a_host_that_tells_nothing_of_cells_is_never_taken_to_hear() -> None:
    audience = Audience()
    audience.heard(1)
    assert audience.hears(1) is False


def test_a_late_answer_tells_only_of_the_time_of_its_question() -> None:
    host = Host()
    host.audience.hears(0)
    assert host.audience.hears(60) is False
    host.turn()
    assert host.audience.hears(60) is False
    host.turn()
    assert host.audience.hears(60 + TURN_SECONDS) is True


def test_a_blocked_loop_is_asked_once() -> None:
    host = Host()
    for tick in range(1000):
        host.audience.hears(tick)
    assert len(host.asked) == 1


def test_nobody_is_there_until_somebody_speaks() -> None:
    audience = Audience()
    audience.heard(5)
    audience.silent(since=4)
    assert (audience.known, audience.gone) == (True, False)
    audience.silent(since=6)
    assert audience.gone is True
    audience.heard(9)
    assert audience.gone is False


class Events:
    def __init__(self) -> None:
        self.registered = []

    def register(self, name, callback) -> None:
        self.registered.append(name)


async def _alone(msg) -> None: ...
async def _beside(msg, *, concurrent=False) -> None: ...


@pytest.mark.parametrize(("dispatch", "hears"), [(_alone, False), (_beside, True)], ids=["6.x", "7.4"])
def test_a_kernel_is_found_once_and_known_by_what_it_can(
    dispatch: object, hears: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = SimpleNamespace(call_soon_threadsafe=lambda callback: callback())
    kernel = SimpleNamespace(io_loop=SimpleNamespace(asyncio_loop=loop), dispatch_shell=dispatch)
    shell = SimpleNamespace(kernel=kernel, events=Events())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    audience = Audience()
    audience.attach()
    audience.attach()
    assert shell.events.registered == ["pre_execute", "post_execute"]
    audience.hears(1)
    assert audience.hears(1) is hears


@pytest.mark.parametrize("shell", [None, SimpleNamespace(kernel=None), SimpleNamespace(kernel=SimpleNamespace())])
def test_where_there_is_no_kernel_none_is_found(shell: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    audience = Audience()
    audience.attach()
    assert audience.hears(1) is False
