"""Which numbered events are new: the API's ``sequence_number``, believed as far as a server earns it.

The API numbers from 0 without gaps, and what a resumed stream repeats must count once. Other servers send no numbers,
the same one always, or numbers of their own making (BerriAI/litellm#28899, Blaizzy/mlx-vlm#494). So a number that was
never seen is always new, and a number seen before is a repetition only while the numbers behave like numbers.
"""

from __future__ import annotations

__all__ = ["Numbering"]

ENOUGH = 3
"""So many rising numbers earn belief; before, nothing that a repetition could spoil has been said."""
MAX_GAPS = 64
"""So many ranges of missing numbers are remembered."""


class Numbering:
    """The numbers of one response, over all its connections."""

    def __init__(self) -> None:
        self.next = 0
        """One more than the highest number seen. Whoever meets exactly this number may count it up by itself."""
        self._gaps: list[tuple[int, int]] = []  # ranges of numbers below `next` that have not come yet
        self._broken = False  # numbers have come twice with different events: they decide nothing any more
        self._first: int | None = None

    def admits(self, number: int | None, news: bool) -> bool:
        """Whether the event with ``number`` is to be applied.

        Args:
            number: Its sequence number, if it has one.
            news: It says something that no repetition could: it begins what is not there yet, or it carries the last
                number with other content.
        """
        if number is None or number < 0:
            return True
        if self._first is None:
            self._first = number
        if number >= self.next:
            if number > self.next:
                self._gaps = [*self._gaps[-MAX_GAPS:], (self.next, number - 1)]
            self.next = number + 1
            return True
        for at, (low, high) in enumerate(self._gaps):
            if low <= number <= high:
                self._gaps[at : at + 1] = [g for g in ((low, number - 1), (number + 1, high)) if g[0] <= g[1]]
                return True
        self._broken = self._broken or news
        return self._broken or self.next - self._first < ENOUGH
