"""Which numbers mean that an event was here before."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamcell.numbering import MAX_RUNS, Numbering


class A: ...


class B: ...


def repeated(numbers: Iterable[int | None], kind: type = A) -> list[int | None]:
    numbering = Numbering()
    return [n for n in numbers if numbering.repeats(n, kind)]


@pytest.mark.parametrize(
    ("numbers", "want"),
    [
        ([0, 1, 2, 3, 3, 4], [3]),
        ([0, 1, 2, 3, 0, 1, 2, 3, 4], [0, 1, 2, 3]),
        ([7, 8, 9, 10, 8, 9, 10, 11], [8, 9, 10]),
        ([0, 1, 2, 3, 5, 6, 7, 4, 4, 8, 9], [4]),
        ([0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 8, 9, 8, 12, 13, 14, 8], [8, 8]),
    ],
)
def test_numbers_that_behave_like_numbers_are_believed(numbers: list[int], want: list[int]) -> None:
    assert repeated(numbers) == want


@pytest.mark.parametrize(
    "numbers",
    [
        [0] * 9,
        [0, 1, 1, 1, 1, 1],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
        [25, 1, 23],
        [None] * 9,
        [-1, -1, -1],
        [5, 40, 12, 33, 5, 12, 40, 33],
    ],
)
def test_others_decide_nothing(numbers: list[int | None]) -> None:
    assert repeated(numbers) == []


def test_a_number_of_another_kind_of_event_ends_all_belief() -> None:
    numbering = Numbering()
    assert not any(numbering.repeats(n, A) for n in range(5))
    assert not any(numbering.repeats(n, B) for n in range(5))
    assert not any(numbering.repeats(n, A) for n in range(5))


@given(st.lists(st.one_of(st.none(), st.integers(-2, 40), st.just(10**30)), max_size=60))
def test_the_first_of_each_number_is_always_new(numbers: list[int | None]) -> None:
    numbering, seen = Numbering(), set()
    for number in numbers:
        if numbering.repeats(number, A):
            assert number in seen
        seen.add(number)


@given(st.integers(3, 30), st.data())
def test_a_resumed_stream_counts_once(size: int, data: st.DataObject) -> None:
    cut, back = data.draw(st.integers(3, size)), data.draw(st.integers(0, size))
    assert repeated([*range(cut), *range(min(back, cut), size)]) == list(range(min(back, cut), cut))


def test_what_is_remembered_is_bounded() -> None:
    numbering = Numbering()
    for number in range(3 * MAX_RUNS):
        assert not numbering.repeats(2 * number, A if number % 2 else B)
    assert len(numbering._starts) <= MAX_RUNS
    assert len(numbering._gaps) <= 64
