"""Which views stand below which cell, so that they can be closed: Jupyter itself never closes a widget.

A reload needs the view in the kernel, so it stays as long as its output may. Once its cell runs again, or was deleted,
nothing can show it any more. Where a front end does not name its cells, views stay until the kernel ends.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from streamcell.widget import StreamView

__all__ = ["CELLS", "Cells"]


class Cells:
    """The views of a kernel by the id of their cell. A hook on IPython's ``pre_run_cell``."""

    def __init__(self) -> None:
        self._views: dict[str, WeakSet[StreamView]] = {}

    def shows(self, view: StreamView) -> None:
        """The cell that runs on this thread has just displayed ``view``."""
        from IPython import get_ipython

        if cell := _request().get("cellId"):
            get_ipython().events.register("pre_run_cell", self.begins)  # known hooks are not added again
            self._views.setdefault(cell, WeakSet()).add(view)

    def begins(self, info: object) -> None:
        """A cell runs: its old output is gone. Of a deleted cell what still streams is left alone: it may have been
        cut to be pasted elsewhere, where its static copy has to grow on."""
        request = _request()
        for view in self._views.pop(request.get("cellId") or "", ()):
            view.close()
        for cell in request.get("deletedCells") or ():
            for view in [view for view in self._views.get(cell, ()) if view.ended]:
                view.close()


CELLS = Cells()


def _request() -> dict[str, Any]:
    """What the front end says of the cell that runs here, such as ``cellId``; empty where it says nothing."""
    from IPython import get_ipython

    parent = get_ipython().kernel.get_parent("shell")
    metadata = parent.get("metadata") if isinstance(parent, dict) else None
    return metadata if isinstance(metadata, dict) else {}
