"""Parses the answer's markdown: CommonMark with tables, strikethrough, autolinks, footnotes; raw HTML is text.

The dialect is that of the live view (markdown-it with ``html: false``), with one more inline rule: the tags ``<br>``,
``<sub>``, ``<sup>``, ``<kbd>`` and ``<mark>`` without attributes are understood, for models write them; and maths, by
the rules of `formulas`.

A hostile text must not cost much time, so what nests too deep, has too many brackets, or makes the parser go over it
again and again is not parsed: that block becomes a token ``sc_plain``. The parser decides by counting, never by a
clock, so the same text always gives the same tokens. It does not know how tokens are written as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, heading, lheading, paragraph
from markdown_it.rules_block.table import table as parse_table
from markdown_it.rules_core import StateCore, linkify
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.linkify import linkify as linkify_inline
from markdown_it.token import Token

from streamcell.fallback import addresses, formulas

__all__ = ["parse"]

NESTING = 100
"""Levels of blocks, and of inline content."""
DELIMITERS = 20_000
"""Brackets and other marks in one block."""
LINES = 2_000
"""How many lines quotations may go over, besides one for every two characters: each level goes over all its lines."""
COLUMNS = 200
"""Of a table."""
EMPTY_CELLS = 2_000
"""Cells of one table that no ``|`` stands for: short rows are filled up."""
STEPS = 2_000
"""How many tokens label scanning may go over in one text, besides one for every two characters.
Each ``[`` looks for its end, so without a limit ``[`` × 20,000 takes seconds."""

ODD_STARTS = 50
"""How often ``//`` or ``www.`` may stand in one text without being the beginning of an address."""
LONGEST_RUN = 2_000
"""Characters without a space; no address is longer."""

_BlockRule = Callable[[StateBlock, int, int, bool], bool]
_BLANKS = " \t\r\n"
_ADDRESS = re.compile(r"\bhttps?://\w|(?<![\w/.])www\.\w", re.IGNORECASE)
_MARKS = re.compile(r"[\[\]*_~`<>!&\\]")
_TAG = re.compile(r"<(?:(/?)(sub|sup|kbd|mark)|br[ \t]*/?)>", re.IGNORECASE)


def parse(text: str) -> list[Token]:
    """The tokens of a markdown text."""
    try:
        return _parser().parse(text, _budget(text))
    except RecursionError:  # deep nesting on a stack that was deep already
        return [_plain(text)]


def _budget(text: str) -> dict[str, Any]:
    """What parsing this text may cost; used up by `_Inline` and `_Block`."""
    return {"sc_steps": STEPS + len(text) // 2, "sc_lines": LINES + len(text) // 2}


def _plain(text: str) -> Token:
    return Token("sc_plain", "", 0, content=text)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"maxNesting": NESTING, "linkify": find_spec("linkify_it") is not None})
    parser.block, parser.inline = _Block(), _Inline()
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("autolink", "sc_tag", _tag)
    formulas.use(parser)
    if parser.linkify is not None:
        addresses.use(parser.linkify)
    parser.block.ruler.at("heading", _trimmed(heading), {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at("lheading", _trimmed(lheading))
    parser.block.ruler.at("paragraph", _trimmed(paragraph))
    parser.inline.ruler.at("linkify", _linkify_inline)
    parser.core.ruler.at("linkify", _linkify)
    if find_spec("mdit_py_plugins") is not None:
        from mdit_py_plugins.footnote import footnote_plugin

        parser.use(footnote_plugin)
    parser.parse(
        "a", _budget("")
    )  # the rulers make their caches at first use, and half-made ones must not meet another thread
    return parser


class _TooCostly(Exception):
    """This block is to be shown as plain text."""


class _Block(ParserBlock):
    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:
        """As in markdown-it, which drops what nests too deep; here it stays, as text."""
        if state.parentType == "blockquote":
            state.env["sc_lines"] -= endLine - startLine
        if state.level < NESTING and state.env["sc_lines"] >= 0:
            super().tokenize(state, startLine, endLine)
            return
        token = state.push("sc_plain", "", 0)
        token.content = state.getLines(startLine, endLine, state.blkIndent, False).rstrip("\n")
        state.line = endLine


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        """As in markdown-it, within the limits."""
        try:
            if len(src) > DELIMITERS and sum(1 for _ in _MARKS.finditer(src)) > DELIMITERS:
                raise _TooCostly
            env["sc_linkable"] = _is_linkable(src)
            return super().parse(src, md, env, tokens)
        except _TooCostly:
            tokens[:] = [_plain(src)]
            return tokens

    def skipToken(self, state: StateInline) -> None:
        """As in markdown-it; each call is counted, and the count is not given back."""
        state.env["sc_steps"] -= 1
        if state.env["sc_steps"] < 0:
            raise _TooCostly
        super().skipToken(state)


def _trimmed(rule: _BlockRule) -> _BlockRule:
    """The rule for a block of text, which then keeps Unicode blanks at its edges; markdown-it-py trims them."""

    def parse_text(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
        if not rule(state, startLine, endLine, silent):
            return False
        if not silent:
            opener, inline = state.tokens[-3:-1]
            start, end = inline.map or (0, 0)
            text = state.getLines(start, end, state.blkIndent, False).strip(_BLANKS)
            is_marked = opener.markup.startswith("#")
            inline.content = _heading_text(text[len(opener.markup) :]) if is_marked else text
        return True

    return parse_text


def _heading_text(text: str) -> str:
    """Without the closing marks."""
    rest = text.rstrip("#")
    return (rest if rest.endswith((" ", "\t")) else text).strip(_BLANKS)


def _table(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """Tables as in markdown-it, but for too wide ones, and such as would grow by filling up."""
    if not parse_table(state, startLine, endLine, True):  # quick, and so asked first: this is called for each line
        return False
    ends, bars = _rows(state)
    columns = bars[startLine + 1] - bars[startLine] - 1  # up to two more, where the row has no outer bars
    end = min(ends[startLine], endLine)
    written = bars[end] - bars[startLine]
    if columns > COLUMNS or (columns + 2) * (end - startLine) > EMPTY_CELLS + 2 * written:
        return False
    return silent or parse_table(state, startLine, endLine, False)


def _rows(state: StateBlock) -> tuple[list[int], list[int]]:
    """For each line where its paragraph or table ends at the latest, and how many ``|`` stand before it. Made once."""
    known: tuple[list[int], list[int]] | None = state.env.get("sc_rows")
    if known is None:
        lines = state.src.split("\n")
        bars = list(accumulate((line.count("|") for line in lines), initial=0))
        ends = [len(lines)] * len(lines)
        for i in range(len(lines) - 1, -1, -1):
            ends[i] = i if not lines[i].strip("> \t") else ends[i + 1] if i + 1 < len(lines) else len(lines)
        known = state.env["sc_rows"] = ends, bars
    return known


def _linkify(state: StateCore) -> None:
    """Bare addresses as links, as in markdown-it; only in texts where looking for them is cheap."""
    every = state.tokens
    state.tokens = [token for token in every if token.type == "inline" and _is_linkable(token.content)]
    linkify(state)
    state.tokens = every


def _linkify_inline(state: StateInline, silent: bool) -> bool:
    return bool(state.env.get("sc_linkable")) and linkify_inline(state, silent)


def _is_linkable(src: str) -> bool:
    """False where schemes without a name, or long runs of beginnings of addresses, would make the search quadratic."""
    runs = src.split()
    if any(len(run) > LONGEST_RUN for run in runs):
        return False
    starts = src.count("//") + src.count("www.")
    cost = sum(len(run) * (run.count("//") + run.count("www.")) for run in runs) if starts > ODD_STARTS else 0
    return starts - len(_ADDRESS.findall(src)) <= ODD_STARTS and cost <= 16 * len(src) + 10 * LONGEST_RUN


def _tag(state: StateInline, silent: bool) -> bool:
    """One of the small tags, as a token ``sc_tag`` with the name in ``tag`` and which side it is in ``info``."""
    found = _TAG.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if found is None:
        return False
    if not silent:
        token = state.push("hardbreak" if found[2] is None else "sc_tag", (found[2] or "br").lower(), 0)
        token.info = found[1] or ""
        token.content = found[0]
    state.pos = found.end()
    return True
