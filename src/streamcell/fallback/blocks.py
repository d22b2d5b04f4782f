"""What a saved answer is made of, before it is written as HTML or as text: a list of blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Block"]


@dataclass(frozen=True)
class Block:
    """One thing to show. Its texts are the model's or the server's, as they came."""

    kind: Literal["head", "markdown", "code", "line", "link", "image", "notice", "fold", "card", "list", "foot"]
    text: str = ""
    """The content; of an image, its base64 data."""
    title: str = ""
    """Our own word: what it is. Of a link, the name under which it is shown; of an image, its description."""
    name: str = ""
    """What the model or server calls it."""
    facts: tuple[str, ...] = ()
    """Short remarks beside the title: a status, an id."""
    children: tuple[Block, ...] = ()
