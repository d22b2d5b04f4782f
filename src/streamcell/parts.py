"""Events about what is inside an output item → changes of the document.

Tables say where the text of a family of events belongs; a family that only adds text needs its row and no code. It
knows nothing of which item is meant (`items`), of the response's own fields, of numbering, or of ops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from streamcell import events as ev
from streamcell.document import Document, Key, Text
from streamcell.items import Items, word_of

__all__ = ["FIELDS", "PARTS", "Parts"]

MAX_PADDING = 256
"""An index may leave so many places empty at most; a larger one counts as a mistake and appends."""


class Part(NamedTuple):
    """Where the text of ``<family>.delta`` and ``<family>.done`` goes: into a part in one of the item's lists."""

    kind: str
    list: str
    index_field: str
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


class Parts:
    """The inside of the items of ``output``."""

    def __init__(self, document: Document, items: Items, warn: Callable[[str], None]) -> None:
        self._document, self._items, self._warn = document, items, warn
        self._aliases: dict[Key, int] = {}  # a part's path by a far too large index → its true index

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
            name_of_part = (*item, name, index)
            if name_of_part not in self._aliases:
                self._warn("index_out_of_range")
            index = self._aliases.setdefault(name_of_part, len(parts))
        while len(parts) <= index:
            self._document.put((*item, name, len(parts)), _new_part(kind))
        if not isinstance(parts[index], dict):
            self._document.put((*item, name, index), _new_part(kind))
        return (*item, name, index)

    def text_of(self, event: Any) -> Text | None:
        """The growing string that a delta event adds to; None for an event that is no delta of the tables."""
        family = event.type.removesuffix(".delta")
        if row := PARTS.get(family):
            part = self.part(self._items.item_of(event, row.kind), row, getattr(event, row.index_field))
            if logprobs := getattr(event, "logprobs", None):
                self._extend((*part, "logprobs"), logprobs)
            return self._document.text((*part, row.field))
        if field := FIELDS.get(family):
            return self._document.text(self._field(self._items.item_of(event, field.kind), field))
        return None

    def text_done(self, event: Any) -> None:
        """``<family>.done``: the final text, unless it is empty."""
        family = event.type.removesuffix(".done")
        if row := PARTS.get(family):
            part = self.part(self._items.item_of(event, row.kind), row, getattr(event, row.index_field))
            self._document.overrule((*part, row.field), getattr(event, row.field) or "")
            if logprobs := getattr(event, "logprobs", None):
                self._document.overrule((*part, "logprobs"), logprobs)
        elif field := FIELDS.get(family):
            path = self._field(self._items.item_of(event, field.kind), field)
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
        body = event.part or {}
        type_ = word_of(body.get("type"))
        if isinstance(event, ev.SummaryPart):
            kind, name, index = "reasoning", "summary", event.summary_index
        else:
            kind, name, index = "reasoning" if type_ == "reasoning_text" else "message", "content", event.content_index
        item = self._items.item_of(event, kind)
        if event.part is None:
            return self._warn("part_without_body")
        if index is None and event.type.endswith(".added"):
            parts = self._document.get(*item, name)
            index = len(parts) if isinstance(parts, list) else 0
        self._document.overrule(self.part(item, (name, type_), index), body)

    def annotation(self, event: ev.Annotation) -> None:
        """An annotation, at its place among those of its part."""
        part = self.part(self._items.item_of(event, "message"), PARTS["response.output_text"], event.content_index)
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
        path = self._items.item_of(event, kind)
        if not self._items.is_done(path):
            self._document.put((*path, "status"), status)

    def command_text(self, event: ev.CommandEvent) -> Text:
        """The growing command at ``command_index`` of a shell call."""
        item = self._items.item_of(event, "shell_call")
        if not isinstance(self._document.get(*item, "action"), dict):
            self._document.put((*item, "action"), {})
        path = (*item, "action", "commands")
        return self._document.text((*path, self._place(path, event.command_index, "")))

    def command_delta(self, event: ev.ShellCallCommandDelta) -> None:
        """A piece of a shell command."""
        self.command_text(event).parts.append(event.delta or "")

    def command(self, event: ev.CommandText) -> None:
        """A shell command begins or is whole."""
        self.command_text(event)
        item = self._items.item_of(event, "shell_call")
        path = (*item, "action", "commands")
        self._document.overrule((*path, self._place(path, event.command_index, "")), event.command or "")

    def command_output(self, event: ev.CommandEvent) -> None:
        """What a shell command printed: pieces, or the finished outputs from ``command_index`` on."""
        path = (*self._items.item_of(event, "shell_call_output"), "output")
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
        path = self._items.item_of(event, "image_generation_call")
        if event.partial_image_b64:
            if self._document.get("streamcell", "partial_images") is None:
                self._document.put(("streamcell", "partial_images"), {})
            self._document.put(("streamcell", "partial_images", str(path[1])), event.partial_image_b64)


def _new_part(kind: str | None) -> dict[str, Any]:
    for row in PARTS.values():
        if row.type == kind:
            return {"type": kind, row.field: "", **({"annotations": []} if kind == "output_text" else {})}
    return {"type": kind}
