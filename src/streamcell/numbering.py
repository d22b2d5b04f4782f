"""Which numbered events came before: the API's ``sequence_number``, believed as far as a server earns it.

The API numbers from 0 without gaps, and what a resumed stream says again must count once. Other servers send no
numbers, the same one always, one series for each kind of event, or numbers on some events only (BerriAI/litellm#28899,
Blaizzy/mlx-vlm#494). So a number that was never seen is always new; one seen before marks a repetition only while the
numbers behave like numbers, and once two different events have had the same one, they decide nothing any more.
"""

from __future__ import annotations

from bisect import bisect_right

__all__ = ["Numbering"]

ENOUGH = 3
"""So many numbers earn belief; before, little has been said that a repetition could spoil."""
RARELY = 3
"""Of so many numbers at most one may be out of order."""
MAX_GAPS = 64
"""So many ranges of missing numbers are remembered."""
MAX_RUNS = 4096
"""So many changes from one kind of event to another are remembered."""


class Numbering:
    """The numbers of one response, over all its connections."""

    def __init__(self) -> None:
        self._next = 0  # one more than the highest number seen
        self._first: int | None = None
        self._gaps: list[tuple[int, int]] = []  # ranges of numbers below `next` that have not come
        self._starts: list[int] = []  # at these numbers another kind of event began
        self._kinds: list[type] = []
        self._odd = 0  # how often a number was not the next one
        self._skipped = 0  # how many numbers lay in gaps
        self._broken = False

    def goes_on(self, number: int | None) -> bool:
        """Whether this is just the next number, on the same kind of event as the last; it is then counted.

        Where there are no numbers, or they mean nothing, any goes on. A first number is for `repeats`.
        """
        if number and number == self._next:
            self._next = number + 1
            return True
        return self._broken or (number is None and self._first is None)

    def leaves_a_gap(self, number: int | None) -> bool:
        """Whether numbers before this one have not come."""
        return number is not None and 0 < self._next < number and not self._broken

    def repeats(self, number: int | None, kind: type) -> bool:
        """Whether the event of this kind with this number, if it has one, has been here before."""
        if number is None or number < 0 or self._broken:
            self._odd += self._first is not None
            return False
        if self._first is None:
            self._first = number
        if number >= self._next:
            self._advance(number, kind)
            return False
        if self._fills_a_gap(number):
            return False
        in_order = self._next - self._first - self._skipped
        return in_order >= ENOUGH and in_order >= self._odd * RARELY and self._was(number, kind)

    def give_up(self) -> None:
        """A number came twice with different events."""
        self._broken = True

    def _advance(self, number: int, kind: type) -> None:
        if number > self._next:
            self._odd += 1
            self._skipped += number - self._next if self._next else 0
            self._gaps = [*self._gaps[1 - MAX_GAPS :], (self._next, number - 1)]
        if not self._kinds or self._kinds[-1] is not kind:
            self._starts.append(number)
            self._kinds.append(kind)
            if len(self._starts) > MAX_RUNS:
                del self._starts[: MAX_RUNS // 2], self._kinds[: MAX_RUNS // 2]
        self._next = number + 1

    def _fills_a_gap(self, number: int) -> bool:
        for at, (low, high) in enumerate(self._gaps):
            if low <= number <= high:
                self._odd += 1
                self._gaps[at : at + 1] = [g for g in ((low, number - 1), (number + 1, high)) if g[0] <= g[1]]
                return True
        return False

    def _was(self, number: int, kind: type) -> bool:
        """Whether the number was that of an event of this kind, as far as is remembered; if not, `give_up`."""
        at = bisect_right(self._starts, number) - 1
        if at >= 0 and self._kinds[at] is not kind:
            self.give_up()
        return not self._broken
