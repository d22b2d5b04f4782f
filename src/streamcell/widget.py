"""The anywidget model: one live view of a stream in a notebook. The one door to anywidget and traitlets.

It passes frames to the page and requests from the page on to the pump. Nothing that grows is a trait: what a widget
saves is a loader and a hash, and the view's code travels once per page, as a message.
"""

from __future__ import annotations

import hashlib
import time
import uuid
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from streamcell import control
from streamcell.audience import AUDIENCE
from streamcell.errors import StreamcellError
from streamcell.pump import Pump
from streamcell.session import Stream
from streamcell.wire import Copied, Module, Part, ToPage

__all__ = ["StreamView"]

STATIC = Path(__file__).parent / "static"
FILES: dict[Part, tuple[str, ...]] = {
    "view": ("widget.js", "widget.css"),
    "notebook": ("notebook.js",),
    "highlight": ("highlight.js",),
    "maths": ("maths.js", "maths.css"),
}
"""The page's code, built: what each part of it consists of, in the order of a message's buffers."""
UNASKED: tuple[Part, ...] = ("view", "highlight")
"""What a widget brings along while no page was heard: a kernel that runs a cell may not hear a page ask."""
MODULE_SECONDS = 1.0
"""Within this time a part is sent once, however many widgets ask: the first answer reaches all of them."""
UNASKED_SECONDS = 60.0
"""Within this time a part is brought along once: what one widget brought serves all of the page, if there is one."""


def _loader() -> str:
    file = STATIC / "loader.js"
    return file.read_text(encoding="utf-8") if file.exists() else ""


class StreamView(anywidget.AnyWidget):
    """Shows a stream live. It starts nothing and stops nothing but when the reader asks for it.

    Args:
        stream: The stream to show; running, ended, or not yet started.
    """

    # All are traits of this class: for what is none, anywidget makes a class for each instance, of 10 KB.
    _esm = traitlets.Unicode(_loader()).tag(sync=True)
    _anywidget_id = traitlets.Unicode("streamcell.widget.StreamView").tag(sync=True)
    _module = traitlets.Unicode().tag(sync=True)
    layout = traitlets.Any(None).tag(sync=True)
    """None: a Layout would be one more model a view, of 1.4 KB in the file, that `close` leaves behind."""

    _page_has_module = False
    """Whether a page has been heard since the module was last sent. Then new widgets need not bring it along."""
    _sent_at: ClassVar[dict[Part, float]] = {}
    """When each part last went to the pages, by the monotonic clock."""

    def __init__(self, stream: Stream, **traits: Any) -> None:
        # Half as long as ipywidgets' own: the name stands twice in each message, and 64 bits tell views apart.
        super().__init__(_module=_built().hash, **{"model_id": uuid.uuid4().hex[:16], **traits})
        self._stream = weakref.ref(stream)  # the pump holds it, as long as there is something to stop or to retry
        self.on_msg(self._on_message)
        AUDIENCE.attach()
        if not StreamView._page_has_module:
            for part in UNASKED:
                if self._is_due(part, UNASKED_SECONDS):
                    self._send_module(part)
        self._copied: tuple[str, Callable[[dict[str, Any]], dict[str, str]]] | None = None
        self._pump = Pump(stream, self._to_page)
        control.listen(self)
        self._pump.start()

    def add_traits(self, **traits: Any) -> None:
        """anywidget adds what stands above already."""
        if new := {name: trait for name, trait in traits.items() if not self.has_trait(name)}:
            super().add_traits(**new)

    def _to_page(self, message: ToPage) -> None:
        if self.comm is not None:
            self.send(message)

    def _send_module(self, part: Part) -> None:
        if self.comm is not None:
            self._sent_at[part] = time.monotonic()
            self.send(Module(kind="module", hash=_built().hash, part=part), buffers=_built().parts[part])

    def copied(self, mark: str, bundle: Callable[[dict[str, Any]], dict[str, str]]) -> None:
        """The static copy behind this view is whole: pages are told, now and when they open.

        Args:
            mark: Stands in the copy's HTML.
            bundle: Makes the copy anew of a snapshot, for pages whose notebook was not told by the host.
        """
        self._copied = mark, bundle
        self._tell_copy()

    def _tell_copy(self, *, whole: bool = False) -> None:
        source = self._pump.source
        if self._copied and source.done:  # it may have been asked again since
            mark, bundle = self._copied
            told = Copied(kind="copy", view=self.model_id, mark=mark)
            if whole:
                told["data"] = bundle(source.snapshot())
            self._to_page(told)

    def bring(self) -> None:
        """Send once more what a page needs to begin, if none was heard: some hosts drop what comes before it."""
        if not StreamView._page_has_module:
            for part in UNASKED:
                self._send_module(part)

    def _is_due(self, part: Part, seconds: float = MODULE_SECONDS) -> bool:
        return time.monotonic() - self._sent_at.get(part, float("-inf")) > seconds

    def _on_message(self, _widget: object, content: Any, _buffers: object) -> None:
        self.hear(content)

    def hear(self, content: object) -> None:
        """A message from the page. It may come on any thread, and a page may send anything: it only sets flags."""
        if not isinstance(content, dict):
            return
        kind = content.get("kind")
        self._pump.heard()
        if kind == "module_request":
            for part in FILES:
                if part == content.get("part") and self._is_due(part):
                    self._send_module(part)
            return
        StreamView._page_has_module = True
        if kind == "resync":
            self._pump.resync()
            self._tell_copy()
        elif kind == "copy_request":
            self._tell_copy(whole=True)
        elif kind == "ack" and content.get("epoch") == self._pump.epoch and isinstance(content.get("seq"), int):
            self._pump.ack(content["seq"])
        elif (stream := self._stream()) is None:
            return
        elif kind == "cancel":
            stream.cancel()
        elif kind == "retry" and stream.can_retry:
            stream.retry()

    @property
    def epoch(self) -> str:
        """Names the numbering of the frames that go to the pages now."""
        return self._pump.epoch

    @property
    def ended(self) -> bool:
        """Whether all there is was sent, and nothing is on its way."""
        return self._pump.ended

    def close(self) -> None:
        """Take the view off all pages. The stream goes on."""
        if self.comm is not None and hasattr(self, "_pump"):  # also called when it is collected
            self._pump.close()
        super().close()

    def __repr__(self) -> str:
        return f"<StreamView of {self._stream() or 'a stream that has ended'!r}>"


class _Built:
    """The built page code. Read once; its hash names it on the page."""

    def __init__(self) -> None:
        try:
            self.parts = {part: [(STATIC / name).read_bytes() for name in names] for part, names in FILES.items()}
        except FileNotFoundError as error:
            raise StreamcellError(
                f"Expected the built view in {STATIC.name}/, found no {Path(error.filename).name}.",
                hint="In a checkout, run `make js`.",
            ) from error
        self.hash = hashlib.sha256(b"".join(b for buffers in self.parts.values() for b in buffers)).hexdigest()[:12]


@cache
def _built() -> _Built:
    return _Built()
