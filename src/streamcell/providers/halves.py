"""Halves of surrogate pairs that a server cut into two deltas, put together again.

A tokenizer may split an emoji into the escapes ``\\ud83d`` and ``\\ude00`` of two deltas. Neither half is a character:
a string with one cannot be written to a file, a comm or a screen. It knows nothing of JSON or of any API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from streamcell.document import cleaned, mended
from streamcell.events import Event

__all__ = ["Halves"]


class Halves:
    """The halves that wait, one for each growing text. `join` all events in order while any may come."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Any, ...], Event] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def join(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events with whole characters: a first half moves to the next delta of its text, a lone one is U+FFFD."""
        for event in events:
            delta = getattr(event, "delta", None) if "delta" in event.__struct_fields__ else None
            if not isinstance(delta, str):
                yield from self.end()
                yield _clean(event)
                continue
            key = (type(event), *(getattr(event, name, None) for name in ("output_index", "content_index", "item_id")))
            first = self._waiting.pop(key, None)
            text = (getattr(first, "delta", "") if first else "") + delta
            if text and "\ud800" <= text[-1] <= "\udbff":
                self._waiting[key] = msgspec.structs.replace(event, delta=text[-1])
                text = text[:-1]
            yield msgspec.structs.replace(event, delta=mended(text))

    def end(self) -> Iterator[Event]:
        """No second half comes for those that wait."""
        for event in self._waiting.values():
            yield msgspec.structs.replace(event, delta="\ufffd", sequence_number=None)
        self._waiting.clear()


def _clean(event: Event) -> Event:
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return type(event)(**{name: cleaned(value) for name, value in fields.items()})
