"""Cuts text into token-like pieces, and counts them.

The rule, which also gives the demo's usage numbers: a token is a space or none, and then up to 8 letters of one word,
or up to 3 digits, or up to 3 ASCII punctuation marks, or 2 CJK characters, or one emoji with all its joined parts; a
run of spaces or line ends is one token too. No model's real tokenizer cuts just so, but the sizes are much alike.
"""

from __future__ import annotations

import re
from zlib import crc32

__all__ = ["count", "deltas", "tokens"]

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_PICTURE = r"[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
_MARKS = r"[\u0300-\u036f\ufe0f\u20e3\U0001f3fb-\U0001f3ff]*"
_TOKEN = re.compile(
    rf"""
      \ ?[\U0001f1e6-\U0001f1ff]{{2}}                          # a flag is two letters
    | \ ?{_PICTURE}{_MARKS}(?:\u200d{_PICTURE}{_MARKS})*        # an emoji, with what is joined to it
    | \ ?[{_CJK}]{{1,2}}
    | \ ?(?:[^\W\d_{_CJK}]{_MARKS}){{1,8}}
    | \ ?\d{{1,3}}{_MARKS}
    | \ ?[!-/:-@\[-`{{-~]{{1,3}}
    | \n+\ * | \ +
    | .{_MARKS}
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> list[str]:
    """The pieces of ``text``; joined they are ``text`` again."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """How many tokens ``text`` has."""
    return len(tokens(text))


def deltas(pieces: list[str]) -> list[str]:
    """Join some neighbours, as servers do: about every fourth token comes with the next. Always the same ones."""
    out: list[str] = []
    held = ""
    for i, piece in enumerate(pieces):
        held += piece
        if len(held) >= 8 or crc32(f"{i}{piece}".encode(errors="replace")) % 4:
            out.append(held)
            held = ""
    return [*out, held] if held else out
