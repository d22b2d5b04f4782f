"""Shows a stream in a notebook in two outputs: the live view, and a static copy for whoever opens the file later.

The live view is displayed once and never again: showing it anew would cost the reader's selection and scroll position.
The static copy is safe HTML and plain text behind a display id. A style beside it hides the copy while a live view
stands before it, and hides the empty place of the view where there is none.
"""

from __future__ import annotations

import contextvars
import zlib
from functools import partial
from typing import Any

from streamcell.audience import AUDIENCE, shell_here
from streamcell.control import can_hear
from streamcell.copies import Copy, Written, copied, written
from streamcell.session import Stream

__all__ = ["Shown", "in_kernel"]

VIEW = "application/vnd.jupyter.widget-view+json"
UNFINISHED_PLAIN = 4_000
"""So many characters of plain text are copied before the end; the HTML beside it holds all."""
COPY_CLASS = "sc-static mathjax_ignore tex2jax_ignore"
"""Hosts typeset what stands between dollar signs, and would make maths of "$5 for tea, $10 with cake"."""

# Class names of JupyterLab, Notebook 7 and nbconvert's lab template, and in the last rule of VS Code (as its source has
# them: microsoft/vscode, webviewPreloads.ts). Where they do not hold, both outputs are seen.
TRICK = (
    "<style data-sc-ui>"
    # Each step is named: below an open end Chromium would look through all of a long answer at each of its paintings.
    ".jp-OutputArea-child:has(>*>*>[data-sc-root])+.jp-OutputArea-child:has(>*>.sc-static){display:none}"
    ".jp-OutputArea-child:not(:has(>*>*>[data-sc-root])):has("
    '+.jp-OutputArea-child>*>.sc-static[data-sc-text="1"]){display:none}'
    ".output_container:has([data-sc-root])+.output_container .sc-static{display:none}"
    # What hosts do without: room around code, calls set off from the answer, folds that show that they are some, text
    # that runs from its own side, and lines and pictures no wider than the page. Nested, for each answer carries it.
    ".sc-static{overflow-wrap:break-word;"
    ":is(p,pre){margin:0 0 1em!important;text-align:start}"
    "pre{padding:.5em .8em!important;background:#8881!important;white-space:pre-wrap;word-break:normal}"
    "pre code{padding:0;background:none!important}"
    "img{max-width:100%}"
    ".sc-card,.sc-notice,details>blockquote{border-left:3px solid #8885;padding:0 0 0 .8em;margin:1em 0}"
    ".sc-notice{border-color:#d44}"
    "summary{display:list-item;cursor:pointer}"
    "@media print{details::details-content{content-visibility:visible}}}"  # nobody unfolds paper
    # A long answer begins where there is room, not on the next page.
    "@media print{.jp-OutputArea-child:has(>*>.sc-static){break-inside:auto!important}}"
    "</style>"
)


def in_kernel() -> bool:
    """Whether this process is a Jupyter kernel, so that a page may be there to show widgets."""
    return getattr(shell_here(), "kernel", None) is not None


def shown_by_name(stream: Stream) -> bool:
    """A cell names a stream, as its last expression or to `display`: one that still runs is shown live, and a cell
    that showed it is not to show it once more as its result. False where the copy of what there is will do."""
    if not in_kernel():
        return False
    from streamcell.cells import request_id

    is_result = getattr(Shown._shell().displayhook, "msg", None) is not None
    if is_result and stream.shown_in and stream.shown_in == request_id():
        return True
    if not stream.done:
        Shown(stream, awaited=False)
        return True
    return False


Stream.shown_by_name = shown_by_name


class Shown:
    """One display of a stream: the live view, and the static copy behind it.

    Args:
        stream: What to show.
        awaited: Whether the cell waits for the end and will then call `finish`; without that the last update comes
            from the background.
        beside: Whether the loop turns meanwhile, so that new kernels hear the page beside the cell.
    """

    def __init__(self, stream: Stream, *, awaited: bool, beside: bool = False) -> None:
        from IPython.display import display

        from streamcell.cells import CELLS, request_id
        from streamcell.widget import StreamView

        stream.shown_in = request_id()
        AUDIENCE.attach()
        if awaited:
            stream.annotate("blocking", True)
        if can_hear():
            stream.annotate("control", "all" if awaited and not (beside and AUDIENCE.beside_cells) else "asks")
        self.view = StreamView(stream)
        data, metadata = self._live()
        display(data, metadata=metadata, raw=True)
        self._handle = display(_bundle(written(stream)), raw=True, display_id=True)
        # Updates from the background must name the cell they belong to, and that is kept in the context.
        self._context = contextvars.copy_context()
        self._copy = Copy(stream, self._publish, awaited=awaited)
        CELLS.shows(self.view)
        self._stream = stream
        if not awaited:
            self._shell().events.register("post_run_cell", self._cell_ended)

    @staticmethod
    def _shell() -> Any:
        from IPython import get_ipython

        return get_ipython()

    def _cell_ended(self, _result: object) -> None:
        """Runners without a page, such as nbclient, hear only the cell that runs: it tells what ended meanwhile."""
        if self._stream.done:
            self._shell().events.unregister("post_run_cell", self._cell_ended)
            self._handle.update(_bundle(written(self._stream)), raw=True)

    def _live(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The view as anywidget shows it (Colab needs its metadata), but for the line of text that stands for it.

        Viewers that have no model would show that line above the static copy, or an error where nothing else is to be
        shown: the empty HTML is for them.
        """
        data, metadata = self.view._repr_mimebundle_() or ({}, {})
        return {VIEW: data[VIEW], "text/html": ""}, metadata

    def _publish(self, made: Written) -> None:
        self._context.run(self._handle.update, _bundle(made), raw=True)
        if made.final:
            mark = _mark(made)
            self.view.copied(mark, partial(_bundle_of, mark))

    def finish(self) -> None:
        """Bring the static copy to its end, on the calling thread: the cell's, so that its output holds the end."""
        self._copy.finish()


def _mark(made: Written) -> str:
    """What a page knows the last copy by."""
    return f'data-sc-copy="{zlib.crc32(made.html.encode("utf-8", "surrogatepass")):x}"' if made.final else ""


def _bundle_of(mark: str, snapshot: dict[str, Any]) -> dict[str, str]:
    return _bundle(copied(snapshot, final=True), mark)


def _bundle(made: Written, mark: str = "") -> dict[str, str]:
    attributes = f'data-sc-text="{int(made.has_answer)}" {mark or _mark(made)}'.rstrip()
    return {
        "text/html": f'{TRICK}<div class="{COPY_CLASS}" {attributes}>{made.html}</div>',
        "text/plain": made.text if made.final else _shortened(made.text),
    }


def _shortened(text: str) -> str:
    """While an answer grows its plain text would be 40 % of what the copies cost, for readers that show no HTML."""
    half = UNFINISHED_PLAIN // 2
    if len(text) <= 2 * half:
        return text
    return f"{text[:half]} …\n\n[{len(text) - 2 * half:,} characters left out; the HTML has them]\n\n… {text[-half:]}"
