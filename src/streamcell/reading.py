"""What is known of a response: folded from its events, and read at any time from any thread.

It knows nothing of where events come from, nor when; that is the session's.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

from streamcell.errors import ProviderError, StreamcellError, TransportError
from streamcell.frames import joined
from streamcell.secret import redact
from streamcell.state import ResponseState
from streamcell.wire import ErrorInfo, Op

if sys.version_info >= (3, 11):
    from typing import Self
else:  # pragma: no cover - typing_extensions comes with anywidget and IPython there
    from typing_extensions import Self

__all__ = ["Reading"]

T = TypeVar("T")


class Reading:
    """A response as far as it has come. `Stream` fills it.

    Args:
        api: ``responses``, ``chat`` or ``completions``: what the server speaks.
    """

    def __init__(self, api: str) -> None:
        self._api = api
        self._state = ResponseState(api=api)
        self._lock = threading.RLock()
        self._failure: StreamcellError | None = None
        self._listeners: list[Callable[[], None]] = []
        self._owed: dict[object, list[Op]] = {}

    @property
    def text(self) -> str:
        """The answer's text so far."""
        return self._read(lambda state: state.text)

    @property
    def reasoning(self) -> str:
        """Reasoning summaries and reasoning text so far."""
        return self._read(lambda state: state.reasoning)

    @property
    def refusal(self) -> str:
        """What the model said in refusing; empty when it did not."""
        return self._read(lambda state: state.refusal)

    @property
    def tool_calls(self) -> list[dict[str, Any]]:
        """``[{kind, call_id, name, arguments}]`` in order; ``arguments`` is the text as sent, perhaps unfinished."""
        return self._read(lambda state: state.tool_calls)

    @property
    def output(self) -> list[Any]:
        """The output items, in the API's own shape."""
        return self._read(lambda state: state.output)

    @property
    def usage(self) -> dict[str, Any] | None:
        """Token counts as the server gave them, or None."""
        return self._read(lambda state: state.usage)

    @property
    def status(self) -> str:
        """The API's ``queued in_progress completed incomplete failed cancelled``, or ``interrupted``: the bytes ended
        without a terminal event."""
        return self._read(lambda state: state.status)

    @property
    def warnings(self) -> dict[str, int]:
        """How often each oddity of the server was met and read round."""
        return self._read(lambda state: dict(state.warnings))

    @property
    def response(self) -> dict[str, Any]:
        """The response so far, in the shape of the API's own ``response`` object."""
        return {key: value for key, value in self.snapshot().items() if key != "streamcell"}

    @property
    def error(self) -> StreamcellError | None:
        """What went wrong, or None. It is never raised by itself; `raise_for_error` does."""
        if self._failure:
            return self._failure
        info = self._read(lambda state: state.error)
        return _error_of(info, self.text) if info else None

    def raise_for_error(self) -> Self:
        """Raise `error` if there is one; else return the stream itself."""
        if self.error:
            raise self.error
        return self

    def snapshot(self) -> dict[str, Any]:
        """An independent copy of all there is, as JSON data: `response` plus the key ``streamcell``."""
        return self._read(lambda state: state.snapshot())

    def drain(self, taker: object = None) -> list[Op]:
        """The ops since ``taker`` drained last. Of several takers, one for each view, every one gets all of them.

        A taker's first ops tell nothing without a snapshot. What waits for a taker goes with `unsubscribe`.
        """
        with self._lock:
            ops = self._state.drain()
            for other, owed in self._owed.items():
                if other != taker:
                    owed += ops
            mine, self._owed[taker] = self._owed.get(taker, []), []
            return joined(mine + ops) if mine else ops

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Have ``listener()`` called on the background loop after each change and at the end."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` no more; one that is not called does no harm."""
        with self._lock:
            self._owed.pop(listener, None)
        with suppress(ValueError):
            self._listeners.remove(listener)

    def _read(self, get: Callable[[ResponseState], T]) -> T:
        with self._lock:
            return get(self._state)

    def __repr__(self) -> str:
        return f"<Stream {self.status}, {len(self.text)} characters of text>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from streamcell import fallback

        snapshot = self.snapshot()
        return {"text/html": fallback.to_html(snapshot), "text/plain": fallback.to_text(snapshot)}

    live_view: ClassVar[Callable[[Any], object] | None] = None
    """Makes a live view of a stream; set where views are known, for hosts that ask an object what to show of it."""

    shown_in = ""
    """Names the run of the cell that showed it last."""
    shown_by_name: ClassVar[Callable[[Any], bool]] = lambda _: False
    """Shows a stream that a cell names, if more is to be shown than a copy; set where displays are known."""

    def _ipython_display_(self) -> None:
        """What Jupyter asks for first.

        Raises:
            NotImplementedError: IPython's own sign for "nothing was displayed here": it goes on to `_repr_mimebundle_`,
                the copy of what there is.
        """
        if not type(self).shown_by_name(self):
            raise NotImplementedError

    def _display_(self) -> object:
        """What marimo shows of a stream: the live view, where Jupyter shows the copy of what there is."""
        make = type(self).live_view
        return make(self) if make else repr(self)

    # ---------------------------------------------------------------- for the session
    def _fold(self, events: Iterable[Any]) -> None:
        with self._lock:
            for event in events:
                self._state.apply(event)

    def _end(self, *, cancelled: bool) -> None:
        """No more comes."""
        with self._lock:
            self._state.cancel() if cancelled else self._state.finish()

    def _fail(self, error: StreamcellError) -> None:
        """No more comes, because of this."""
        error.text = self.text
        with self._lock:
            if not self._state.terminal:  # then nothing changes: the answer is whole, whatever the socket says
                self._failure = error
                self._state.fail(_info_of(error))

    def _restart(self) -> dict[str, Any]:
        """Forget everything, for another try; gives what was known."""
        with self._lock:
            known = self._state.snapshot()
            self._state, self._failure = ResponseState(api=self._api), None
            return known

    def _warn(self, name: str) -> None:
        with self._lock:
            counts = self._state.warnings
            self._state.annotate("warnings", {**counts, name: counts.get(name, 0) + 1})

    def annotate(self, key: str, value: Any) -> None:
        """Put something of ours into the snapshot's ``streamcell`` key; `wire.Annex` lists what a page knows."""
        with self._lock:
            self._state.annotate(key, value)
        self._changed()

    def _changed(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _info_of(error: StreamcellError) -> ErrorInfo:
    info = ErrorInfo(kind=error.kind, message=error.message)
    for name in ("hint", "status", "code", "request_id"):
        if value := getattr(error, name):
            info[name] = value  # type: ignore[literal-required, unused-ignore]
    return info


def _error_of(info: Mapping[str, Any], text: str) -> StreamcellError:
    cut = info.get("kind") in ("disconnected", "stalled", "timeout")
    return (TransportError if cut else ProviderError)(
        redact(info.get("message", "")), kind=info.get("kind"), hint=info.get("hint", ""), code=info.get("code"),
        status=info.get("status"), request_id=info.get("request_id"), text=text,
    )  # fmt: skip
