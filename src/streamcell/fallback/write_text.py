"""Blocks as plain text, for terminals and viewers without HTML. The answer itself is its own markdown."""

from __future__ import annotations

from collections.abc import Iterable

from streamcell.fallback.blocks import Block
from streamcell.fallback.chips import visible

__all__ = ["write"]


def write(blocks: Iterable[Block]) -> str:
    """The text of all blocks, an empty line between them; hidden characters are written out."""
    return visible("\n\n".join(text for block in blocks if (text := _WRITERS[block.kind](block))))


def _head(block: Block) -> str:
    return f"[{' · '.join(fact for fact in (block.title, *block.facts) if fact)}]"


def _plain(block: Block) -> str:
    label = f"{block.title}:\n" if block.title else ""
    return label + block.text.strip("\n")


def _line(block: Block) -> str:
    return f"{block.title}: {block.text}" if block.title else block.text


def _link(block: Block) -> str:
    named = block.title and block.title != block.text
    return f"{block.title} — {block.text}" if named and block.text else block.text or block.title


def _image(block: Block) -> str:
    return f"[image: {block.title}]"


def _fold(block: Block) -> str:
    inner = "\n\n".join(_WRITERS[child.kind](child) for child in block.children)
    return f"{block.title}:\n" + "\n".join(f"  {line}".rstrip() for line in inner.split("\n"))


def _card(block: Block) -> str:
    facts = f" ({', '.join(block.facts)})" if block.facts else ""
    head = f"{block.title}{' ' + block.name if block.name else ''}{facts}"
    return "\n".join([head, *(_WRITERS[child.kind](child) for child in block.children)])


def _list(block: Block) -> str:
    return "\n".join([f"{block.title}:", *(f"{i}. {_link(child)}" for i, child in enumerate(block.children, 1))])


_WRITERS = {
    "head": _head,
    "foot": _head,
    "markdown": _plain,
    "code": _plain,
    "line": _line,
    "link": _link,
    "image": _image,
    "notice": _plain,
    "fold": _fold,
    "card": _card,
    "list": _list,
}
