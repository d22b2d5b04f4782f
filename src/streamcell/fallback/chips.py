"""Makes hidden characters visible, and text safe to stand in HTML.

Characters that hide or reorder text are written as ``⟨U+202E⟩``: C0 and C1 controls but tab and line feed, direction
marks and overrides, zero-width and other invisible characters, tag characters and further variation selectors, halves
of surrogate pairs. Joiners and selectors stay where scripts and emoji are written with them.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

__all__ = ["attribute", "html", "visible"]

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|[\u200c\u200d\ufe00-\ufe0f]"
)
_BLANK = re.compile(r"\n(?=[ \t]*\n)")


def visible(text: str) -> str:
    """The text with its hidden characters written out. Windows line ends count as line feeds.

    Good for terminals too: no escape sequence gets through."""
    return _HIDDEN.sub(_mark, text.replace("\r\n", "\n"))


def html(text: str) -> str:
    """The text for use between tags. It holds no blank line: in a markdown file one would end the HTML around it."""
    return _BLANK.sub("&#10;", escape(visible(text), quote=False))


def attribute(text: str) -> str:
    """The text for use in a quoted attribute."""
    return escape(visible(text), quote=True).replace("\n", "&#10;")


def _mark(found: re.Match[str]) -> str:
    character = found[0]
    if _belongs(character, found.string, found.start()):
        return character
    return f"⟨U+{ord(character):04X}⟩"


def _belongs(character: str, text: str, at: int) -> bool:
    """Joiners between letters or emoji, and one variation selector behind what it varies, are part of the writing."""
    before = unicodedata.category(text[at - 1])[0] if at else ""
    if character in "\u200c\u200d":
        return before in ("L", "M", "S") and at + 1 < len(text) and unicodedata.category(text[at + 1])[0] in "LMS"
    is_selector = "\ufe00" <= character <= "\ufe0f"
    return is_selector and (before in ("L", "N", "S") or text[at - 1 : at] in ("#", "*"))
