"""Shows a stream in a notebook in two outputs: the live view, and a static copy for whoever opens the file later.

The live view is displayed once and never again: showing it anew would cost the reader's selection and scroll position.
The static copy is safe HTML and plain text behind a display id. A style beside it hides the copy while a live view
stands before it, and hides the empty place of the view where there is none.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
import time
from typing import Any

from streamcell import background
from streamcell.session import Stream

__all__ = ["Shown", "in_kernel"]

COPY_SECONDS = 2.0
"""Shortest distance of two updates of the static copy while text arrives; it grows with what an update costs."""
LONGEST_COPY_SECONDS = 10.0
COPY_CHARACTERS_PER_SECOND = 20_000
"""One more second between updates for so much HTML, so that copies stay a small part of the traffic."""

COPY_CLASS = "sc-static mathjax_ignore tex2jax_ignore"
"""Hosts typeset what stands between dollar signs, and would make maths of "$5 for tea, $10 with cake"."""

# Class names of JupyterLab, Notebook 7 and nbconvert's lab template. Where they do not hold, both outputs are seen.
TRICK = (
    "<style data-sc-ui>"
    ".jp-OutputArea-child:has([data-sc-root])+.jp-OutputArea-child:has(>.jp-OutputArea-output .sc-static){display:none}"
    ".jp-OutputArea-child:not(:has([data-sc-root])):has("
    '+.jp-OutputArea-child>.jp-OutputArea-output .sc-static[data-sc-text="1"]){display:none}'
    # What hosts do without: room around code, calls set off from the answer, folds that show that they are some.
    ".sc-static p,.sc-static pre{margin:0 0 1em!important}"
    ".sc-static pre{padding:.5em .8em!important;background:#8881!important}"
    ".sc-static pre code{padding:0;background:none!important}"
    ".sc-static .sc-card,.sc-static .sc-notice{border-left:3px solid #8885;padding-left:.8em;margin:1em 0}"
    ".sc-static .sc-notice{border-color:#d44}"
    ".sc-static details{margin:1em 0}.sc-static summary{display:list-item;cursor:pointer}"
    "@media print{.sc-static details::details-content{content-visibility:visible}}"  # nobody unfolds paper
    "</style>"
)


def in_kernel() -> bool:
    """Whether this process is a Jupyter kernel, so that a page may be there to show widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


class Shown:
    """One display of a stream. Keeps the static copy up to date from the background loop.

    Args:
        stream: What to show.
        awaited: Whether the cell waits for the end and will then call `finish`; without that the last update comes
            from the background.
    """

    def __init__(self, stream: Stream, *, awaited: bool) -> None:
        from IPython.display import display

        from streamcell.widget import StreamView

        self._stream = stream
        self._awaited = awaited
        if awaited:
            stream.annotate("blocking", True)
        self.view = StreamView(stream)
        # Only the view's own type: its usual text/plain line would stand above the static copy in viewers without it.
        display({"application/vnd.jupyter.widget-view+json": self._reference()}, raw=True)
        self._handle = display(self._bundle(), raw=True, display_id=True)
        # Updates from the background must name the cell they belong to, and that is kept in the context.
        self._context = contextvars.copy_context()
        self._status = stream.status
        self._timer: asyncio.TimerHandle | None = None
        self._last = time.monotonic()
        self._pause = COPY_SECONDS
        self._final = False
        self._updating = threading.Lock()
        stream.subscribe(self._on_change)

    def _reference(self) -> dict[str, Any]:
        return {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}

    def finish(self) -> None:
        """Bring the static copy to its end, on the calling thread: within a cell, so that the cell's output holds it.

        Call it when the stream has ended; later changes of the copy do not come.
        """
        with self._updating:
            self._final = True
            self._handle.update(self._bundle(), raw=True)

    def _bundle(self) -> dict[str, str]:
        from streamcell import fallback

        snapshot = self._stream.snapshot()
        html, text = fallback.to_html(snapshot), fallback.to_text(snapshot)
        filled = int(bool(snapshot["output"]) or self._stream.done)
        self._pause = min(COPY_SECONDS + len(html) / COPY_CHARACTERS_PER_SECOND, LONGEST_COPY_SECONDS)
        return {
            "text/html": f'{TRICK}<div class="{COPY_CLASS}" data-sc-text="{filled}">{html}</div>',
            "text/plain": text,
        }

    # ---------------------------------------------------------------- on the background loop
    def _on_change(self) -> None:
        status = self._stream.status
        if self._final and not self._stream.done:  # it was asked again, and no cell waits for that
            self._final = self._awaited = False
        if self._stream.done and self._awaited:
            self._cancel_timer()
        elif status != self._status or self._stream.done:
            self._status = status
            self._update_here()
        elif self._timer is None and not self._final:
            delay = max(0.0, self._last + self._pause - time.monotonic())
            self._timer = background.loop().call_later(delay, self._update_here)

    def _update_here(self) -> None:
        self._cancel_timer()
        with self._updating:
            if not self._final:
                self._last = time.monotonic()
                self._context.run(self._handle.update, self._bundle(), raw=True)

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
