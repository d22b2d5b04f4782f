"""The record of events: bounded to look back at, whole to follow."""

from __future__ import annotations

import asyncio
import threading

import pytest

from streamcell.event_log import EventLog


def test_only_the_newest_are_kept_and_all_are_counted() -> None:
    log = EventLog(keep=3)
    log.extend(range(5))
    assert (list(log[:]), len(log), log.total, log.dropped, log[-1]) == ([2, 3, 4], 3, 5, 2, 4)


@pytest.mark.parametrize(("keep", "kept"), [(True, 5000), (False, 0), (10, 10)])
def test_keep_is_a_number_or_all_or_none(keep, kept) -> None:
    log = EventLog(keep)
    log.extend(range(5000))
    assert len(log) == kept


def test_iterating_an_ended_log_gives_what_is_kept() -> None:
    log = EventLog()
    log.extend("abc")
    log.close()
    assert list(log) == ["a", "b", "c"] == list(log)


def test_an_iteration_under_way_misses_nothing_however_little_is_kept() -> None:
    log, got, begun = EventLog(keep=1), [], threading.Event()
    log.extend([0])

    def follow() -> None:
        for event in log:
            got.append(event)
            begun.set()

    thread = threading.Thread(target=follow)
    thread.start()
    assert begun.wait(5)
    for start in range(1, 1000, 10):
        log.extend(range(start, start + 10))
    log.close()
    thread.join(5)
    assert got == list(range(1001))


async def test_it_can_be_followed_with_async_for() -> None:
    log = EventLog(keep=False)

    async def fill() -> None:
        for n in range(20):
            await asyncio.sleep(0)
            log.extend([n])
        log.close()

    filling = asyncio.create_task(fill())
    await asyncio.sleep(0)
    assert [event async for event in log] == list(range(20))
    await filling


def test_leaving_an_iteration_early_leaves_nothing_behind() -> None:
    log = EventLog()
    log.extend(range(3))
    following = iter(log)
    assert next(following) == 0
    following.close()
    assert log._followers == []


def test_heavy_events_are_followed_but_not_kept_unless_all_are() -> None:
    for keep, kept in ((10, ["a", "b"]), (True, ["a", "heavy", "b"])):
        log = EventLog(keep, is_light=lambda event: len(event) == 1)
        log.extend(["a"])
        following = iter(log)
        assert next(following) == "a"
        log.extend(["heavy", "b"])
        log.close()
        assert list(following) == ["heavy", "b"]
        assert (log[:], log.total) == (kept, 3)
