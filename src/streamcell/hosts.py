"""Where an answer is shown: in a Jupyter kernel, in marimo, or printed."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from streamcell import background
from streamcell.display import Shown, in_kernel
from streamcell.session import Stream
from streamcell.terminal import Printed

if TYPE_CHECKING:
    from streamcell.widget import StreamView

__all__ = ["InMarimo", "in_cell", "show_here"]

BRING_SECONDS = (0.4, 1.0, 3.0, 8.0)
"""So long after its display a view in marimo is brought its code again, while no page was heard."""


class InMarimo:
    """A live view in the output of the marimo cell that runs."""

    def __init__(self, stream: Stream) -> None:
        view = _live_view(stream)
        sys.modules["marimo"].output.append(view)
        # marimo drops what is sent before the view is up, and while a cell runs it hears no page that asks for it.
        for seconds in BRING_SECONDS:
            background.call_soon(background.loop().call_later, seconds, view.bring)

    def finish(self) -> None:
        """Nothing is left to do: marimo keeps no outputs that would need a static copy."""


def _live_view(stream: Stream) -> StreamView:
    from streamcell.widget import StreamView

    return StreamView(stream)


# For a stream that is a cell's last expression: marimo shows that in place of what the cell had put out.
Stream.live_view = _live_view


def show_here(stream: Stream, *, awaited: bool, beside: bool = False) -> Shown | InMarimo | Printed | None:
    """Show a stream as this process can. Call it before the stream starts, on the thread that runs the user's code.

    Args:
        awaited: Whether the caller waits for the end and then calls ``finish``. Who does not, is printed nothing.
        beside: Whether the loop turns while the caller waits, so that new kernels hear the page meanwhile.
    """
    if in_kernel():
        return Shown(stream, awaited=awaited, beside=beside)
    if _in_marimo():
        return InMarimo(stream)
    return Printed(stream) if awaited else None


def in_cell() -> bool:
    """Whether the task that runs here is a notebook cell itself, which a kernel cancels when it is interrupted."""
    task = asyncio.current_task()
    return getattr(task and task.get_coro(), "__name__", "") == "run_cell_async"


def _in_marimo() -> bool:
    """Whether a marimo notebook runs here, with a page; a notebook that runs as a script has none."""
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())
