"""Whether a page would be heard: what the pumps know of the kernel around them, and of who is there.

A page can be silent because it is frozen, because there is none, or because a running cell keeps the kernel from
hearing it. Only in the first two may a pump stop, so silence counts only where it is known to mean something:

=====================================  =========================================================================
where                                  a page would be heard
=====================================  =========================================================================
no cell runs                           while the kernel's loop turns
an awaited cell runs, ipykernel ≥ 7.4  the same: comm messages are dispatched beside such a cell
any other cell                         once a page was heard since the cell began (7.1: on a subshell); else not
any cell, the control channel          the same, for pages that speak there (see `control`)
a host that tells nothing of cells     never: its silence means nothing
=====================================  =========================================================================

That the loop turns is found out by asking it: a callback that comes back. One object serves all pumps of the process.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["AUDIENCE", "Audience", "shell_here"]

PROBE_SECONDS = 0.25
"""Shortest distance of two questions to the kernel's loop."""
TURN_SECONDS = 2.5
"""So long an answer counts."""


def shell_here() -> Any:
    """IPython's shell in this process; None where there is none. Imports nothing: who has no IPython needs none."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


class Audience:
    """What is known of pages. Its methods may be called from any thread; ``now`` is the background loop's time."""

    def __init__(self) -> None:
        self.gone = False
        """Nobody answered although a page would have been heard. True until one is heard."""
        self.known = False
        """Some page was heard in the life of this process."""
        self._host: object = None
        self._probe: Callable[[Callable[[], None]], object] | None = None
        self._beside_cells = False
        self._cells = 0
        self._proved = self._by_control = False
        self._heard_at = float("-inf")
        self._asked_at = float("-inf")
        self._turned_at = float("-inf")
        self._asking = False

    # ---------------------------------------------------------------- what the host says
    def attach(self) -> None:
        """Learn of the kernel that runs this code, if one does. Called whenever a view is made; the first counts."""
        shell = shell_here()
        loop = getattr(getattr(getattr(shell, "kernel", None), "io_loop", None), "asyncio_loop", None)
        if shell is None or loop is None or shell is self._host:
            return
        self._host = shell
        dispatch: Any = getattr(shell.kernel, "dispatch_shell", None)
        beside = callable(dispatch) and "concurrent" in inspect.signature(dispatch).parameters
        shell.events.register("pre_execute", self.cell_began)
        shell.events.register("post_execute", self.cell_ended)
        self.listen(loop.call_soon_threadsafe, beside_cells=beside, in_cell=True)

    def listen(self, probe: Callable[[Callable[[], None]], object], *, beside_cells: bool, in_cell: bool) -> None:
        """The host runs what is given to ``probe`` when its loop turns, and tells when cells begin and end.

        Args:
            beside_cells: Whether pages are heard while an awaited cell runs.
            in_cell: Whether a cell runs now.
        """
        self._probe, self._beside_cells, self._cells = probe, beside_cells, int(in_cell)

    def cell_began(self) -> None:
        """A cell begins: what was heard before it tells nothing of what can be heard now."""
        self._cells += 1
        self._proved = self._by_control = False

    def cell_ended(self) -> None:
        self._cells = max(0, self._cells - 1)

    @property
    def beside_cells(self) -> bool:
        """Whether pages are heard on the comm while an awaited cell runs."""
        return self._beside_cells

    # ---------------------------------------------------------------- what the pumps say and ask
    def heard(self, now: float) -> None:
        """A page spoke, to whichever stream."""
        self._proved, self._heard_at = True, now
        self.known, self.gone = True, False

    def heard_by_control(self) -> None:
        """What was heard came on the control channel, where it is heard though the kernel's loop may stand still."""
        self._by_control = True

    def silent(self, since: float) -> None:
        """A message of the time ``since`` was answered by nobody for as long as a pump waits."""
        if self._heard_at < since:
            self.gone = True

    def hears(self, now: float) -> bool:
        """Whether a page that spoke now would be heard."""
        if self._probe is None:
            return False
        if self._by_control:
            return True
        if self._beside_cells or not self._cells:
            self._ask(now)
            return now - self._turned_at <= TURN_SECONDS
        return self._proved

    def _ask(self, now: float) -> None:
        if self._asking or now - self._asked_at < PROBE_SECONDS or self._probe is None:
            return
        self._asking, self._asked_at = True, now
        self._probe(self._turned)

    def _turned(self) -> None:
        # The time of the question, not of the answer: a loop that was blocked in between heard nothing then.
        self._turned_at, self._asking = self._asked_at, False


AUDIENCE = Audience()
"""The one of this process."""
