"""A JSON document that grows: text is gathered cheaply, and what changed can be told in few ops.

A string that grows is a `Text` leaf. All changes go through `Document`, which remembers their paths; `drain` turns
them into ops of the wire contract, each value as it is by then. It knows nothing of events or of any API.
"""

from __future__ import annotations

import math
from typing import Any

from streamcell.wire import Op

__all__ = ["MAX_DEPTH", "MAX_PARTS", "Document", "Key", "Text", "cleaned", "mended"]

MAX_DEPTH = 64
"""Values nested deeper than this are cut off, so that nobody's recursion ever ends in an exception."""
MAX_PARTS = 1024
"""So many deltas are held one by one before they are packed."""

Key = tuple[str | int, ...]
"""A path as a tuple: what changes are remembered by."""

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def mended(text: str) -> str:
    """``text`` without lone surrogates: pairs of halves become their character, others U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def cleaned(value: Any, depth: int = 0) -> Any:
    """A copy that is plain JSON, can be encoded, and belongs to nobody else."""
    if isinstance(value, str):
        return value if value.isascii() else mended(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {mended(str(k)): cleaned(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(v, depth + 1) for v in value]
    return mended(str(value))


class Text:
    """A string that grows at its end. Held as UTF-8, since one emoji makes a Python string four times as wide.

    ``parts`` may be appended to directly; call `pack` once there are `MAX_PARTS` of them.
    """

    __slots__ = ("_half", "_packed", "_sent", "parts")

    def __init__(self, text: str = "") -> None:
        self.parts: list[str] = [text] if text else []
        self._packed = bytearray()
        self._sent = 0
        self._half = ""  # a high surrogate at the end of what came: its other half may begin the next delta

    def pack(self) -> bytearray:
        """Fold the parts into one piece of UTF-8 and return it; adding each to a str would copy it all each time."""
        if self.parts:
            joined = self._half + "".join(self.parts)
            self.parts.clear()
            self._half = ""
            try:
                self._packed += joined.encode()
            except UnicodeEncodeError:
                if "\ud800" <= joined[-1] <= "\udbff":
                    self._half, joined = joined[-1], joined[:-1]
                self._packed += mended(joined).encode()
        return self._packed

    def end(self) -> None:
        """No more comes now: a half that waits for its other half waits no longer."""
        self.pack()
        if self._half:
            self._half = ""
            self._packed += "\ufffd".encode()

    def says(self, text: str) -> bool:
        """Whether it is the same as ``text``; where that only goes on from here, it is taken over."""
        whole = text.encode()
        if not whole.startswith(self.pack()):
            return False
        self._packed += whole[len(self._packed) :]
        self._half = ""
        return True

    def take(self) -> str:
        """What has come since the last `take` or `taken`."""
        new = self.pack()[self._sent :].decode()
        self.taken()
        return new

    def taken(self) -> None:
        """All that is here now has been told."""
        self._sent = len(self.pack())

    def __str__(self) -> str:
        return self.pack().decode()


def _plain(value: Any, sent: bool = False) -> Any:
    """A copy with strings in place of `Text`; ``sent`` notes that their text was told with it."""
    if isinstance(value, Text):
        if sent:
            value.taken()
        return str(value)
    if isinstance(value, dict):
        return {k: _plain(v, sent) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v, sent) for v in value]
    return value


class Document:
    """The tree, and what changed in it since the last `drain`. Parents of a path must exist."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._dirty: dict[Key, None] = {}
        self._touched: dict[Key, Text] = {}

    def get(self, *path: str | int) -> Any:
        """The value at ``path``, which the caller must not change; None if there is none."""
        value: Any = self._root
        for key in path:
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                return None
        return value

    def plain(self, *path: str | int) -> Any:
        """A copy of the value at ``path`` as plain JSON data."""
        return _plain(self.get(*path))

    def put(self, path: Key, value: Any) -> None:
        """Put ``value`` at ``path``; nothing is noted where it is there already. An index at a list's end appends."""
        self._put(path, cleaned(value))

    def _put(self, path: Key, value: Any) -> None:
        parent, key = self.get(*path[:-1]), path[-1]
        if isinstance(parent, list) and key == len(parent):
            parent.append(value)
        elif _same(self.get(*path), value) and (isinstance(parent, list) or key in parent):
            return
        else:
            parent[key] = value
        self._dirty[path] = None

    def move(self, path: Key, value: Any) -> None:
        """Put a value made of parts of this very document at ``path``, without a copy."""
        self.get(*path[:-1])[path[-1]] = value
        self._dirty[path] = None

    def overrule(self, path: Key, new: Any) -> None:
        """What ``new`` says wins over what is there, level by level, but nothing empty erases what has arrived."""
        self._overrule(path, cleaned(new))

    def _overrule(self, path: Key, new: Any) -> None:
        old = self.get(*path)
        if new in _EMPTY:
            if old is None:
                self._put(path, new)
        elif isinstance(old, dict) and isinstance(new, dict):
            for key, value in new.items():
                self._overrule((*path, key), value)
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            for index, value in enumerate(new):
                self._overrule((*path, index), value)
        elif isinstance(old, Text) and isinstance(new, str) and old.says(new):
            self._touched[path] = old
        else:
            self._put(path, new)

    def text(self, path: Key) -> Text:
        """The growing string at ``path``, begun with the string that is there. Valid until the next `drain`."""
        value = self.get(*path)
        if not isinstance(value, Text):
            known = isinstance(value, str)
            value = Text(value if known else "")
            self.get(*path[:-1])[path[-1]] = value
            if known:
                value.taken()
            else:
                self._dirty[path] = None
        self._touched[path] = value
        return value

    def end(self) -> None:
        """No text grows any more."""
        self._end(self._root, ())

    def _end(self, value: Any, path: Key) -> None:
        if isinstance(value, Text):
            value.end()
            self._touched[path] = value
        elif isinstance(value, dict | list):
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                self._end(inner, (*path, key))

    def drain(self) -> list[Op]:
        """The ops since the last drain: one `set` for each changed value, one `append` for each text that grew."""
        ops: list[Op] = []
        for path in sorted(self._dirty, key=len):
            if not self._told(path):
                ops.append(("set", list(path), _plain(self.get(*path), sent=True)))
        for path, text in self._touched.items():
            if path not in self._dirty and not self._told(path) and (new := text.take()):
                ops.append(("append", list(path), new))
        self._dirty.clear()
        self._touched.clear()
        return ops

    def _told(self, path: Key) -> bool:
        """Whether a `set` of something around ``path`` tells it already."""
        return any(path[:n] in self._dirty for n in range(len(path)))

    def snapshot(self) -> dict[str, Any]:
        """An independent copy, as plain JSON data."""
        copy: dict[str, Any] = _plain(self._root)
        return copy


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new)
