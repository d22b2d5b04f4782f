"""Makes hidden characters visible, and text safe to stand in HTML.

Characters that hide or reorder text are written as ``⟨U+202E⟩``: C0 and C1 controls but tab and line feed, direction
marks and overrides, zero-width and other invisible characters, tag characters, halves of surrogate pairs. Joiners stay
where scripts and emoji are written with them: between letters, marks or symbols.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

__all__ = ["attribute", "html", "visible"]

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]|[\u200c\u200d]"
)


def visible(text: str) -> str:
    """The text with its hidden characters written out. Windows line ends count as line feeds.

    Good for terminals too: no escape sequence gets through."""
    return _HIDDEN.sub(_mark, text.replace("\r\n", "\n"))


def html(text: str) -> str:
    """The text for use between tags."""
    return escape(visible(text), quote=False)


def attribute(text: str) -> str:
    """The text for use in a quoted attribute."""
    return escape(visible(text), quote=True)


def _mark(found: re.Match[str]) -> str:
    character = found[0]
    if character in "\u200c\u200d" and _joins(found.string, found.start()):
        return character
    return f"⟨U+{ord(character):04X}⟩"


def _joins(text: str, at: int) -> bool:
    return 0 < at < len(text) - 1 and all(unicodedata.category(text[i])[0] in "LMS" for i in (at - 1, at + 1))
