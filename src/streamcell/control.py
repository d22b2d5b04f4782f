"""The kernel's other ear: what pages say on its control channel, which is read whatever cell runs.

Comm messages wait for the end of a cell that blocks: in ipykernel 6 of any cell, in 7 of one that does not await.
Control messages are read on a thread of their own. JupyterLab and Notebook 7 let a page send them; others stay with the
comm. It is a side door to `StreamView.hear` and nothing else: no comm, no hook of IPython's, no cell's request is
touched.
"""

from __future__ import annotations

from typing import Any, Protocol
from weakref import WeakValueDictionary

from streamcell.audience import AUDIENCE, shell_here

__all__ = ["MESSAGE_TYPE", "Hearer", "can_hear", "listen"]

MESSAGE_TYPE = "streamcell"
"""Jupyter's ``msg_type`` of what comes here; its content is a `wire.Control`."""


class Hearer(Protocol):
    """A view that pages speak to. Its members are used on the kernel's control thread."""

    @property
    def epoch(self) -> str: ...

    def hear(self, message: object) -> None:
        """Take one `wire.ToKernel`, or whatever a page takes for one."""


_HEARERS: WeakValueDictionary[int, Hearer] = WeakValueDictionary()


def can_hear() -> bool:
    """Whether the kernel of this process reads control messages of ours: ipykernel's table of handlers is there."""
    handlers = getattr(getattr(shell_here(), "kernel", None), "control_handlers", None)
    if not isinstance(handlers, dict):
        return False
    handlers[MESSAGE_TYPE] = _on_message
    return True


def listen(hearer: Hearer) -> None:
    """Have ``hearer`` get what is said to its epoch, as long as it lives."""
    _HEARERS[id(hearer)] = hearer


def _on_message(_stream: object, _identities: object, message: dict[str, Any]) -> None:
    content = message.get("content")
    if not isinstance(content, dict):
        return
    for reference in _HEARERS.valuerefs():  # a copy: views come and go on other threads
        hearer = reference()
        if hearer is not None and hearer.epoch == content.get("epoch"):
            hearer.hear(content.get("message"))
            AUDIENCE.heard_by_control()
