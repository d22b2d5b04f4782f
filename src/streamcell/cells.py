"""Which cell runs, and which views stand below which cell, so that they can be closed: Jupyter never closes a widget.

A reload needs the view in the kernel, so it stays as long as its output may. Once its cell runs again, or was deleted,
nothing can show it any more. Where a front end does not name its cells, views stay until the kernel ends.
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakSet

from streamcell.widget import StreamView

__all__ = ["CELLS", "Cells", "request_id"]


class Cells:
    """The views of a kernel by the id of their cell. Hooks on IPython's ``pre_run_cell`` and ``post_run_cell``."""

    def __init__(self) -> None:
        self._views: dict[str, WeakSet[StreamView]] = {}
        self._running = threading.local()  # subshells run cells of their own, each on a thread

    def shows(self, view: StreamView) -> None:
        """The cell that runs on this thread has just displayed ``view``."""
        from IPython import get_ipython

        events = get_ipython().events  # known hooks are not added again
        events.register("pre_run_cell", self.begins)
        events.register("post_run_cell", self.ends)
        self._running.parent = getattr(self._running, "parent", None) or _parent()
        if cell := _request().get("cellId"):
            self._views.setdefault(cell, WeakSet()).add(view)

    def begins(self, info: object) -> None:
        """A cell runs: its old output is gone. Of a deleted cell what still streams is left alone: it may have been
        cut to be pasted elsewhere, where its static copy has to grow on."""
        self._running.parent = _parent()
        request = _request()
        for view in self._views.pop(request.get("cellId") or "", ()):
            view.close()
        for cell in request.get("deletedCells") or ():
            for view in [view for view in self._views.get(cell, ()) if view.ended]:
                view.close()

    def ends(self, result: object) -> None:
        """A cell has run. Give the kernel back whose turn it is, or the cell stays at ``[*]``.

        When a page speaks at the end of an awaited cell, ipykernel 7.4 (`shell_main`) first begins the next cell and
        then puts back the request of the one before, so that the next one's end would be told as the other's.
        """
        from IPython import get_ipython

        kernel, parent = get_ipython().kernel, getattr(self._running, "parent", None)
        if parent and kernel.get_parent("shell") is not parent[1]:
            kernel.set_parent(*parent)


CELLS = Cells()


def request_id() -> str:
    """Names the run of a cell that goes on here; empty where none does."""
    return str(_of_request("header").get("msg_id") or "")


def _request() -> dict[str, Any]:
    """What the front end says of the cell that runs here, such as ``cellId``; empty where it says nothing."""
    return _of_request("metadata")


def _of_request(key: str) -> dict[str, Any]:
    from IPython import get_ipython

    parent = get_ipython().kernel.get_parent("shell")
    value = parent.get(key) if isinstance(parent, dict) else None
    return value if isinstance(value, dict) else {}


def _parent() -> tuple[Any, Any] | None:
    """The identities and the message of the request that runs; None where ipykernel (6) keeps it in another way."""
    from IPython import get_ipython

    kernel = get_ipython().kernel
    look_up, identities = (getattr(kernel, name, None) for name in ("_get_shell_context_var", "_shell_parent_ident"))
    return (look_up(identities), kernel.get_parent("shell")) if look_up and identities else None
