"""Output items as blocks: one row for each item type, and all of the item as folded JSON where there is none.

The table follows the live view's; what is shown there is shown here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from streamcell.fallback.blocks import Block
from streamcell.fallback.facts import as_dict, as_list, as_number, as_text, dump, pretty, sources

__all__ = ["item_blocks"]

Item = Mapping[str, Any]
Draw = Callable[[Any], Iterator[Block]]

LARGEST_IMAGE = 24_000_000
"""Base64 characters."""
_BASE64 = re.compile(r"[A-Za-z0-9+/]+=*")
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,(.*)", re.DOTALL)


def item_blocks(item: Any, partial_image: str = "") -> Iterator[Block]:
    """The blocks of one output item.

    Args:
        partial_image: Base64 of an image that is not finished yet.
    """
    if item is None:  # a gap in the numbering
        return
    raw, item = item, as_dict(item)
    kind = as_text(item.get("type"))
    if kind in _WHOLE:
        yield from _WHOLE[kind](item)
    elif kind == "image_generation_call":
        yield _card("Image", item, _image(item, partial_image))
    elif kind in _CARDS:
        title, *rows = _CARDS[kind]
        yield _card(title, item, (block for keys, draw in rows for block in _drawn(item, keys, draw)))
    else:
        yield _card("Unknown item", {**item, "name": kind or "without a type"}, _folded(raw))


def _card(title: str, item: Item, children: Iterator[Block]) -> Block:
    return Block("card", title=title, name=_name(item), facts=_remarks(item), children=tuple(children))


def _name(item: Item) -> str:
    operation = as_dict(item.get("operation"))
    patch = f"{as_text(operation.get('type')).replace('_file', '')} {as_text(operation.get('path'))}".strip()
    server = as_text(item.get("server_label"))
    return patch or " · ".join(part for part in (server, as_text(item.get("name"))) if part)


def _remarks(item: Item) -> tuple[str, ...]:
    status = "failed" if item.get("error") else as_text(item.get("status")) or "completed"
    word = {"completed": "", "incomplete": "incomplete", "failed": "failed", "cancelled": "cancelled"}
    return tuple(fact for fact in (as_text(item.get("call_id")), word.get(status, "unfinished")) if fact)


def _drawn(item: Item, keys: str, draw: Draw) -> Iterator[Block]:
    value: Any = item
    for key in keys.split("."):
        value = as_dict(value).get(key)
    if value not in (None, "", [], {}):
        yield from draw(value)


# ---------------------------------------------------------------- messages and reasoning
_TEXTS = ("output_text", "text", "summary_text", "reasoning_text")


def _message(item: Item) -> Iterator[Block]:
    for part in as_list(item.get("content")):
        if part is not None:
            yield from _part(as_dict(part))


def _part(part: Item) -> Iterator[Block]:
    kind = as_text(part.get("type"))
    if kind == "refusal":
        yield Block("notice", title="Refused", text=as_text(part.get("refusal")))
    elif kind in _TEXTS:
        yield Block("markdown", as_text(part.get("text")))
        found = [Block("link", address, title=name) for address, name in sources(part.get("annotations"))]
        if found:
            yield Block("list", title="Sources", children=tuple(found))
    else:
        yield _card("Content part", {"name": kind or "without a type"}, _folded(part))


def _reasoning(item: Item) -> Iterator[Block]:
    parts = [part for key in ("summary", "content") for part in as_list(item.get(key)) if isinstance(part, dict)]
    children = [block for part in parts for block in _part(part)]
    if any(child.text for child in children):
        yield Block("fold", title="Reasoning", children=tuple(children))


_WHOLE: dict[str, Callable[[Item], Iterator[Block]]] = {"message": _message, "reasoning": _reasoning}


# ---------------------------------------------------------------- what can stand in a card
def _text(value: Any) -> Iterator[Block]:
    yield Block("code", value if isinstance(value, str) else dump(value))


def _json(value: Any) -> Iterator[Block]:
    yield Block("code", pretty(value) if isinstance(value, str) else dump(value))


def _output(value: Any) -> Iterator[Block]:
    """A tool's result: text, a list of content parts, or anything else as JSON."""
    if isinstance(value, list) and all(_is_shown(as_dict(part)) for part in value):
        for part in value:
            if as_text(part.get("text")):
                yield Block("code", as_text(part["text"]), title="Output")
            else:
                yield from _picture(as_text(part["image_url"]))
    else:
        yield Block("code", pretty(value) if isinstance(value, str) else dump(value), title="Output")


def _is_shown(part: Item) -> bool:
    return bool(as_text(part.get("text")) or _DATA.match(as_text(part.get("image_url"))))


def _picture(address: str, title: str = "image") -> Iterator[Block]:
    """An image that came along; one that lies elsewhere is named but not loaded."""
    data = _DATA.match(address)
    if data and len(data[1]) <= LARGEST_IMAGE and _BASE64.fullmatch(data[1]):
        yield Block("image", data[1], title=title)
    elif address.startswith("data:"):
        yield Block("line", f"[{title} of an unknown form, or too large: not shown]")
    else:
        yield Block("link", address, title=title)


def _error(value: Any) -> Iterator[Block]:
    message = as_text(value) or as_text(as_dict(value).get("message"))
    yield Block("notice", title="Failed", text=message or dump(value))


def _lines(value: Any) -> Iterator[Block]:
    for entry in as_list(value):
        yield Block("line", _named(entry))


def _names(value: Any) -> Iterator[Block]:
    if names := " · ".join(map(_named, as_list(value))):
        yield Block("line", names)


def _named(entry: Any) -> str:
    return as_text(entry) or as_text(as_dict(entry).get("name")) or dump(entry)


def _commands(value: Any) -> Iterator[Block]:
    for command in as_list(value):
        yield from _text(command)


def _folded(value: Any) -> Iterator[Block]:
    yield Block("fold", title="JSON", children=(Block("code", dump(value)),))


def _search(value: Any) -> Iterator[Block]:
    action = as_dict(value)
    queries = as_list(action.get("queries")) or [action.get("query") or action.get("pattern")]
    for query in queries:
        if as_text(query):
            yield Block("line", as_text(query), title="Query")
    if as_text(action.get("url")):
        yield Block("link", as_text(action["url"]))
    pages = [as_text(page.get("url")) for page in map(as_dict, as_list(action.get("sources")))]
    if found := tuple(Block("link", page) for page in pages if page):
        yield Block("list", title="Found", children=found)


def _files(value: Any) -> Iterator[Block]:
    for entry in map(as_dict, as_list(value)):
        score = as_number(entry.get("score"))
        name = as_text(entry.get("filename")) or as_text(entry.get("file_id"))
        yield Block("line", name if score is None else f"{name} {score:.2f}", title="Found")


def _logs(value: Any) -> Iterator[Block]:
    """What a code interpreter gave back: logs and images."""
    for entry in map(as_dict, as_list(value)):
        if as_text(entry.get("logs")):
            yield Block("code", as_text(entry["logs"]), title="Output")
        elif as_text(entry.get("url")):
            yield from _picture(as_text(entry["url"]))


def _shell(value: Any) -> Iterator[Block]:
    if not isinstance(value, list):
        yield from _output(value)
    for entry in map(as_dict, as_list(value)):
        for stream in ("stdout", "stderr"):
            if as_text(entry.get(stream)):
                yield Block("code", as_text(entry[stream]), title=stream)
        outcome = as_dict(entry.get("outcome"))
        if outcome.get("type") == "timeout":
            yield Block("line", "timed out")
        elif outcome.get("exit_code"):
            yield Block("line", f"exit {as_text(outcome['exit_code'])}")


def _image(item: Item, partial: str) -> Iterator[Block]:
    data = as_text(item.get("result")) or partial
    prompt = as_text(item.get("revised_prompt"))
    if data and len(data) <= LARGEST_IMAGE and _BASE64.fullmatch(data):
        yield Block("image", data, title=prompt or "Generated image")
    if prompt:
        yield Block("line", prompt)


_RESULT = ("output", _output)
_FAILURE = ("error", _error)
_CARDS: dict[str, tuple[Any, ...]] = {
    "function_call": ("Function call", ("arguments", _json), _RESULT),
    "function_call_output": ("Tool result", _RESULT),
    "custom_tool_call": ("Tool call", ("input", _text), _RESULT),
    "custom_tool_call_output": ("Tool result", _RESULT),
    "web_search_call": ("Web search", ("action", _search)),
    "file_search_call": ("File search", ("queries", _lines), ("results", _files)),
    "code_interpreter_call": ("Code interpreter", ("code", _text), ("outputs", _logs)),
    "mcp_call": ("MCP call", ("arguments", _json), _RESULT, _FAILURE),
    "mcp_list_tools": ("MCP tools", ("tools", _names), _FAILURE),
    "mcp_approval_request": ("Approval asked", ("arguments", _json)),
    "shell_call": ("Shell", ("action.commands", _commands)),
    "shell_call_output": ("Shell output", ("output", _shell)),
    "local_shell_call": ("Shell", ("action.command", _json)),
    "local_shell_call_output": ("Shell output", _RESULT),
    "apply_patch_call": ("Patch", ("operation.diff", _text)),
    "apply_patch_call_output": ("Patch result", _RESULT),
    "computer_call": ("Computer", ("action", _json)),
    "tool_search_call": ("Tool search", ("arguments", _json)),
    "program": ("Program", ("code", _text)),
    "compaction": ("Earlier conversation compacted",),
}
