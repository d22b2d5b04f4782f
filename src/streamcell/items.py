"""Events about output items → changes of the document, each onto the item it speaks of.

Tables say where the text of a family of events belongs; a family that only adds text needs its row and no code. The
rules of addressing and of overruling are those that held for the recordings of all servers (see ARCHITECTURE.md).
It knows nothing of numbering, of the response's own fields, or of ops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from streamcell import events as ev
from streamcell.document import Document, Key, Text

__all__ = ["Item", "Items"]

MAX_PADDING = 256
"""An index may leave so many places empty at most; a larger one counts as a mistake and appends."""


class Part(NamedTuple):
    """Where the text of ``<family>.delta`` and ``<family>.done`` goes: into a part in one of the item's lists."""

    kind: str
    list: str
    index: str
    type: str
    field: str


class Field(NamedTuple):
    """Where the text of ``<family>.delta`` and ``<family>.done`` goes: into one string of the item."""

    kind: str
    path: Key
    done: str


PARTS = {
    "response.output_text": Part("message", "content", "content_index", "output_text", "text"),
    "response.refusal": Part("message", "content", "content_index", "refusal", "refusal"),
    "response.reasoning_text": Part("reasoning", "content", "content_index", "reasoning_text", "text"),
    "response.reasoning_summary_text": Part("reasoning", "summary", "summary_index", "summary_text", "text"),
}
FIELDS = {
    "response.function_call_arguments": Field("function_call", ("arguments",), "arguments"),
    "response.custom_tool_call_input": Field("custom_tool_call", ("input",), "input"),
    "response.mcp_call_arguments": Field("mcp_call", ("arguments",), "arguments"),
    "response.code_interpreter_call_code": Field("code_interpreter_call", ("code",), "code"),
    "response.apply_patch_call_operation_diff": Field("apply_patch_call", ("operation", "diff"), "diff"),
}
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
        self._aliases: dict[Key, int] = {}  # a part's path by a far too large index → its true index

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
            return self.find(event.output_index, ids, _word(body.get("type"))) is not None
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
        ids, kind = _ids(event.item.get("id"), event.item.get("call_id")), _word(event.item.get("type"))
        for item in self._by_index.get(event.output_index, ()) if event.output_index is not None else ():
            if not item.done and ids & item.ids and item.kind == kind:
                return self._settle(item, ids, event.item)
        self._settle(self._begin(event.output_index, kind), ids, event.item)

    def done(self, event: ev.OutputItemDone) -> None:
        """An item is whole: it overrules what was gathered."""
        if event.item is None:
            return self._warn("item_without_body")
        ids, kind = _ids(event.item.get("id"), event.item.get("call_id")), _word(event.item.get("type"))
        item = self.find(event.output_index, ids, kind) or self._begin(event.output_index, kind)
        item.done = True
        self._settle(item, ids, event.item)

    def _settle(self, item: Item, ids: set[str], body: dict[str, Any]) -> None:
        item.ids |= ids
        item.kind = item.kind or _word(body.get("type"))
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
                item = self._begin(None, _word(body.get("type")))
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
            if _word(self._document.get(*path)) in UNFINISHED:
                self._document.put(path, status)

    # ------------------------------------------------------------ parts and texts
    def part(self, item: Key, row: Part | tuple[str, str | None], index: int | None) -> Key:
        """The path of the part at ``index`` of a list of the item, made if it is not there.

        Without an index it is the last part of this type.
        """
        name, kind = (row.list, row.type) if isinstance(row, Part) else row
        parts = self._document.get(*item, name)
        if not isinstance(parts, list):
            self._document.put((*item, name), [])
            parts = self._document.get(*item, name)
        if index is None or index < 0:
            same = [n for n, p in enumerate(parts) if isinstance(p, dict) and p.get("type") == kind]
            index = same[-1] if same else len(parts)
        if index > len(parts) + MAX_PADDING:
            # vLLM counts on over items and tokens (vllm-project/vllm#29947): not a place, but still a name.
            self._warn("index_out_of_range")
            index = self._aliases.setdefault((*item, name, index), len(parts))
        while len(parts) <= index:
            self._document.put((*item, name, len(parts)), _new_part(kind))
        if not isinstance(parts[index], dict):
            self._document.put((*item, name, index), _new_part(kind))
        return (*item, name, index)

    def text_of(self, event: Any) -> Text | None:
        """The growing string that a delta event adds to; None for an event that is no delta of the tables."""
        family = event.type.removesuffix(".delta")
        if row := PARTS.get(family):
            part = self.part(self.item_of(event, row.kind), row, getattr(event, row.index))
            if logprobs := getattr(event, "logprobs", None):
                self._extend((*part, "logprobs"), logprobs)
            return self._document.text((*part, row.field))
        if field := FIELDS.get(family):
            return self._document.text(self._field(self.item_of(event, field.kind), field))
        return None

    def text_done(self, event: Any) -> None:
        """``<family>.done``: the final text, unless it is empty."""
        family = event.type.removesuffix(".done")
        if row := PARTS.get(family):
            part = self.part(self.item_of(event, row.kind), row, getattr(event, row.index))
            self._document.overrule((*part, row.field), getattr(event, row.field) or "")
            if logprobs := getattr(event, "logprobs", None):
                self._document.overrule((*part, "logprobs"), logprobs)
        elif field := FIELDS.get(family):
            path = self._field(self.item_of(event, field.kind), field)
            self._document.overrule(path, getattr(event, field.done) or "")

    def _field(self, item: Key, field: Field) -> Key:
        for n in range(1, len(field.path)):
            if not isinstance(self._document.get(*item, *field.path[:n]), dict):
                self._document.put((*item, *field.path[:n]), {})
        return (*item, *field.path)

    def _extend(self, path: Key, values: list[Any]) -> None:
        if not isinstance(self._document.get(*path), list):
            self._document.put(path, [])
        for value in values:
            self._document.put((*path, len(self._document.get(*path))), value)

    def part_event(self, event: ev.ContentPart | ev.SummaryPart) -> None:
        """A part begins or is whole."""
        if event.part is None:
            return self._warn("part_without_body")
        type_ = _word(event.part.get("type"))
        if isinstance(event, ev.SummaryPart):
            kind, name, index = "reasoning", "summary", event.summary_index
        else:
            kind, name, index = "reasoning" if type_ == "reasoning_text" else "message", "content", event.content_index
        item = self.item_of(event, kind)
        if index is None and event.type.endswith(".added"):
            parts = self._document.get(*item, name)
            index = len(parts) if isinstance(parts, list) else 0
        self._document.overrule(self.part(item, (name, type_), index), event.part)

    def annotation(self, event: ev.Annotation) -> None:
        """An annotation, at its place among those of its part."""
        part = self.part(self.item_of(event, "message"), PARTS["response.output_text"], event.content_index)
        notes = self._document.get(*part, "annotations")
        if not isinstance(notes, list):
            self._document.put((*part, "annotations"), [])
            notes = []
        index = len(notes) if event.annotation_index is None else min(event.annotation_index, len(notes))
        self._document.put((*part, "annotations", max(index, 0)), event.annotation)

    # ------------------------------------------------------------ tools
    def status(self, event: ev.ItemStatus) -> None:
        """A hosted tool moved on: ``response.<item type>.<status>``."""
        _, kind, status = event.type.split(".")
        path = self.item_of(event, kind)
        if not self._items[int(path[1])].done:
            self._document.put((*path, "status"), status)

    def command_text(self, event: ev.CommandEvent) -> Text:
        """The growing command at ``command_index`` of a shell call."""
        item = self.item_of(event, "shell_call")
        if not isinstance(self._document.get(*item, "action"), dict):
            self._document.put((*item, "action"), {})
        path = (*item, "action", "commands")
        return self._document.text((*path, self._place(path, event.command_index, "")))

    def command(self, event: ev.CommandText) -> None:
        """A shell command begins or is whole."""
        self.command_text(event)
        item = self.item_of(event, "shell_call")
        path = (*item, "action", "commands")
        self._document.overrule((*path, self._place(path, event.command_index, "")), event.command or "")

    def command_output(self, event: ev.CommandEvent) -> None:
        """What a shell command printed: pieces, or the finished outputs from ``command_index`` on."""
        path = (*self.item_of(event, "shell_call_output"), "output")
        first = self._place(path, event.command_index, {"stdout": "", "stderr": ""})
        if isinstance(event, ev.ShellCallOutputContentDone):
            for offset, output in enumerate(event.output or []):
                at = self._place(path, first + offset, {})
                self._document.overrule((*path, at), output)
        elif isinstance(event, ev.ShellCallOutputContentDelta):
            for name in ("stdout", "stderr"):
                piece = (event.delta or {}).get(name)
                if isinstance(piece, str) and isinstance(self._document.get(*path, first), dict):
                    self._document.text((*path, first, name)).parts.append(piece)

    def _place(self, path: Key, index: int | None, new: Any) -> int:
        """``index``, or 0, with the list at ``path`` long enough for it."""
        index = max(index or 0, 0)
        if not isinstance(self._document.get(*path), list):
            self._document.put(path, [])
        size = len(self._document.get(*path))
        if index > size + MAX_PADDING:
            self._warn("index_out_of_range")
            index = size
        for n in range(size, index + 1):
            self._document.put((*path, n), new)
        return index

    def partial_image(self, event: ev.ImageGenerationCallPartialImage) -> None:
        """Each partial image replaces the last. It stands beside the items, whose ``result`` is the final one."""
        path = self.item_of(event, "image_generation_call")
        if event.partial_image_b64:
            if self._document.get("streamcell", "partial_images") is None:
                self._document.put(("streamcell", "partial_images"), {})
            self._document.put(("streamcell", "partial_images", str(path[1])), event.partial_image_b64)


def _new_part(kind: str | None) -> dict[str, Any]:
    for row in PARTS.values():
        if row.type == kind:
            return {"type": kind, row.field: "", **({"annotations": []} if kind == "output_text" else {})}
    return {"type": kind}


def _word(value: object) -> str | None:
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
