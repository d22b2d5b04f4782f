"""Which output item an event speaks of, and what whole items say.

The rules of addressing and of overruling are those that held for the recordings of all servers (see ARCHITECTURE.md).
It knows nothing of what is inside an item, of numbering, or of ops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamcell import events as ev
from streamcell.document import Document, Key

__all__ = ["Item", "Items", "word_of"]

NEW_ITEMS: dict[str | None, dict[str, Any]] = {
    "message": {"role": "assistant", "content": []},
    "reasoning": {"summary": []},
    "function_call": {"arguments": ""},
}
"""Fields of an item whose `OutputItemAdded` never came, beside its type and status."""
UNFINISHED = frozenset({"in_progress", "searching", "interpreting", "generating", "compacting", "calling", "queued"})


class Item:
    """What must be known of an output item beside its JSON."""

    __slots__ = ("at", "done", "ids", "index", "kind")

    def __init__(self, at: int, index: int | None, kind: str | None) -> None:
        self.at, self.index, self.kind = at, index, kind
        self.ids: set[str] = set()
        self.done = False


class Items:
    """The list ``output`` of the document, in the order in which its items first appeared."""

    def __init__(self, document: Document, warn: Callable[[str], None]) -> None:
        self._document, self._warn = document, warn
        self._items: list[Item] = []
        self._by_index: dict[int | None, list[Item]] = {}

    # ------------------------------------------------------------ whose event is it?
    def find(self, index: int | None, ids: set[str], kind: str | None) -> Item | None:
        """The item at ``index``; of several there the one with an id, else the newest of this kind.

        Without an index: the item with an id, else the newest of its kind, open ones first.
        """
        there = self._by_index.get(index, []) if index is not None else []
        same_kind = [i for i in self._items if i.kind == kind] if index is None else []
        candidates = (
            [i for i in there if ids & i.ids]
            or [i for i in there if kind is None or i.kind in (None, kind)]
            or ([i for i in self._items if ids & i.ids] if not there else [])
            or [i for i in same_kind if not i.done]
            or same_kind
        )
        return candidates[-1] if candidates else None

    def knows(self, event: ev.Event) -> bool:
        """Whether the item of ``event`` is there already, so that it may be a repetition."""
        if isinstance(event, ev.OutputItemAdded):
            body = event.item or {}
            ids = _ids(body.get("id"), body.get("call_id"))
            return self.find(event.output_index, ids, word_of(body.get("type"))) is not None
        if not isinstance(event, ev.ItemEvent):
            return True
        return self.find(event.output_index, _event_ids(event), None) is not None

    def item_of(self, event: ev.ItemEvent, kind: str) -> Key:
        """The path of the item that ``event`` speaks of, which is begun if there is none."""
        ids = _event_ids(event)
        item = self.find(event.output_index, ids, kind)
        if item is None:
            self._warn("item_not_announced")
            item = self._begin(event.output_index, kind)
            body = {"type": kind, "status": "in_progress", **NEW_ITEMS.get(kind, {})}
            self._document.put(self._path(item), {"id": event.item_id, **body} if event.item_id else body)
        item.ids |= ids
        return self._path(item)

    def sole(self, event: ev.ItemEvent) -> bool:
        """Whether the index alone says which item it is, so that ids need no look."""
        return event.output_index is not None and len(self._by_index.get(event.output_index, ())) == 1

    def is_done(self, path: Key) -> bool:
        """Whether the item at ``path`` was said to be whole."""
        return self._items[int(path[1])].done

    def _begin(self, index: int | None, kind: str | None) -> Item:
        item = Item(len(self._items), index, kind)
        self._items.append(item)
        self._by_index.setdefault(index, []).append(item)
        return item

    def _path(self, item: Item) -> Key:
        return ("output", item.at)

    # ------------------------------------------------------------ whole items
    def added(self, event: ev.OutputItemAdded) -> None:
        """An item begins; the same once more, while it is open, only says more of it."""
        if event.item is None:
            return self._warn("item_without_body")
        ids, kind = _ids(event.item.get("id"), event.item.get("call_id")), word_of(event.item.get("type"))
        for item in self._by_index.get(event.output_index, ()) if event.output_index is not None else ():
            if not item.done and ids & item.ids and item.kind == kind:
                return self._settle(item, ids, event.item)
        self._settle(self._begin(event.output_index, kind), ids, event.item)

    def done(self, event: ev.OutputItemDone) -> None:
        """An item is whole: it overrules what was gathered."""
        if event.item is None:
            return self._warn("item_without_body")
        ids, kind = _ids(event.item.get("id"), event.item.get("call_id")), word_of(event.item.get("type"))
        item = self.find(event.output_index, ids, kind) or self._begin(event.output_index, kind)
        item.done = True
        self._settle(item, ids, event.item)

    def _settle(self, item: Item, ids: set[str], body: dict[str, Any]) -> None:
        item.ids |= ids
        item.kind = item.kind or word_of(body.get("type"))
        path = self._path(item)
        if self._document.get(*path) is None:
            self._document.put(path, {"type": item.kind})
        self._document.overrule(path, body)
        if body.get("type") == "reasoning" and _has_text(body):
            # Reasoning has one text, in `summary` or in `content`: what was gathered in the other would say it twice.
            for name in ("summary", "content"):
                said = body.get(name) or []
                if (self._document.plain(*path, name) or []) != said:
                    self._document.put((*path, name), said)

    def settle_all(self, output: list[Any]) -> None:
        """The terminal ``output`` overrules everything, also in its order; what it leaves empty stays as gathered."""
        bodies = [body for body in output if isinstance(body, dict)]
        if not bodies:
            return
        left, chosen = list(self._items), []
        for body in bodies:
            item = self._match(left, body)
            if item is None:
                item = self._begin(None, word_of(body.get("type")))
                self._document.put(self._path(item), {"type": item.kind})
            else:
                left.remove(item)
            item.done = True
            self._settle(item, _ids(body.get("id"), body.get("call_id")), body)
            chosen.append(item)
        if chosen != self._items:
            self._reorder(chosen)

    def _reorder(self, chosen: list[Item]) -> None:
        values, images = self._document.get("output"), self._document.get("streamcell", "partial_images")
        was = [item.at for item in chosen]
        self._document.move(("output",), [values[at] for at in was])
        if images:
            moved = {str(now): images[str(old)] for now, old in enumerate(was) if str(old) in images}
            self._document.put(("streamcell", "partial_images"), moved)
        self._items = chosen
        for at, item in enumerate(chosen):
            item.at = at

    def _match(self, left: list[Item], body: dict[str, Any]) -> Item | None:
        alike = [i for i in left if self._document.get(*self._path(i), "type") == body.get("type")]
        for key in ("id", "call_id"):
            for item in alike:
                if body.get(key) and self._document.get(*self._path(item), key) == body[key]:
                    return item
        return alike[0] if alike else None

    def end(self, status: str) -> None:
        """Nothing more comes: items that never heard of their end get ``status``."""
        for item in self._items:
            path = (*self._path(item), "status")
            if word_of(self._document.get(*path)) in UNFINISHED:
                self._document.put(path, status)


def word_of(value: object) -> str | None:
    """``value`` if it is a string."""
    return value if isinstance(value, str) else None


def _ids(*values: object) -> set[str]:
    return {v for v in values if isinstance(v, str) and v}


def _event_ids(event: ev.ItemEvent) -> set[str]:
    """The ids an event names. llama.cpp writes ``fc_`` before the item's own (ggml-org/llama.cpp#24957)."""
    ids = _ids(event.item_id, event.call_id)
    return ids | {i.removeprefix("fc_") for i in ids}


def _has_text(body: dict[str, Any]) -> bool:
    lists = (body.get(name) for name in ("summary", "content"))
    return any(isinstance(p, dict) and p.get("text") for parts in lists if isinstance(parts, list) for p in parts)
