"""The anywidget model: one live view of a stream in a notebook. The one door to anywidget and traitlets.

It passes frames to the page and requests from the page on to the pump. Nothing that grows is a trait: what a widget
saves is a loader and a hash, and the view's code travels once per page, as a message.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from streamcell.errors import StreamcellError
from streamcell.pump import Pump
from streamcell.session import Stream
from streamcell.wire import Module, ToPage

__all__ = ["StreamView"]

STATIC = Path(__file__).parent / "static"


class StreamView(anywidget.AnyWidget):
    """Shows a stream live. It starts nothing and stops nothing but when the reader asks for it.

    Args:
        stream: The stream to show; running, ended, or not yet started.
    """

    _esm = (STATIC / "loader.js").read_text(encoding="utf-8") if (STATIC / "loader.js").exists() else ""
    _module = traitlets.Unicode().tag(sync=True)

    _page_has_module = False
    """Whether a page has been heard since the module was last sent. Then new widgets need not bring it along."""

    def __init__(self, stream: Stream, **traits: Any) -> None:
        module = _module()
        super().__init__(_module=module.hash, **traits)
        self._stream = stream
        self.on_msg(self._on_message)
        if not StreamView._page_has_module:
            self._send_module()
        self._pump = Pump(stream, self._to_page)
        self._pump.resync()

    def _to_page(self, message: ToPage) -> None:
        if self.comm is not None:
            self.send(message)

    def _send_module(self) -> None:
        module = _module()
        if self.comm is not None:
            self.send(Module(kind="module", hash=module.hash), buffers=[module.code, module.css])

    def _on_message(self, _widget: object, content: Any, _buffers: object) -> None:
        """A message from the page. It may come on any thread, and a page may send anything: it only sets flags."""
        if not isinstance(content, dict):
            return
        kind = content.get("kind")
        if kind == "module_request":
            self._send_module()
            return
        StreamView._page_has_module = True
        if kind == "resync":
            self._pump.resync()
        elif kind == "ack" and content.get("epoch") == self._pump.epoch and isinstance(content.get("seq"), int):
            self._pump.ack(content["seq"])
        elif kind == "cancel":
            self._stream.cancel()
        elif kind == "retry" and self._stream.can_retry:
            self._stream.retry()

    def close(self) -> None:
        """Take the view off all pages. The stream goes on."""
        if hasattr(self, "_pump"):
            self._pump.close()
        super().close()

    def __repr__(self) -> str:
        return f"<StreamView of {self._stream!r}>"


class _Built:
    """The built page code. Read once; its hash names it on the page."""

    def __init__(self) -> None:
        try:
            self.code = (STATIC / "widget.js").read_bytes()
            self.css = (STATIC / "widget.css").read_bytes()
        except FileNotFoundError as error:
            raise StreamcellError(
                f"Expected the built view in {STATIC.name}/, found no {Path(error.filename).name}.",
                hint="In a checkout, run `make js`.",
            ) from error
        self.hash = hashlib.sha256(self.code + self.css).hexdigest()[:12]


@cache
def _module() -> _Built:
    return _Built()
