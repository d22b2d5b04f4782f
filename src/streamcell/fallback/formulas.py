r"""Where maths stands in markdown: the rules, for this and for ``js/src/markdown/formula.ts``, which has them too.

In a line of text:

- ``$…$``, where the first dollar has no letter, digit, dollar or backslash (ASCII) before it and no blank behind it,
  and the last has no blank before it and no letter, digit, dollar or ``{`` behind it. The next dollar that is not
  escaped is the last, or there is no formula. ``$$…$$`` likewise, but blanks may stand at its edges, and single dollars
  inside. ``\(…\)`` and ``\[…\]``, with no such opener inside. ``$$`` and ``\[`` make a display formula.
- No formula holds a backtick: code wins. Maths wins over escapes, emphasis and links.
- Money, variables of shells and prose stay text. So what begins like an end (``)``, ``,``), ends like a beginning
  (``(``), holds no letter, number or command (``$$–$$``), and, without any sign of TeX (``\ ^ _ {``), two words side by
  side, or a number and a word of prose. ``\[12\]`` is a number in brackets. What is blank is no formula.
- None of that is asked of a display formula that is all of its paragraph.

Blocks: a line that begins with ``$$`` or ``\[``, at most three columns in, begins one if it has no closer, or its first
closer ends it. It may interrupt a paragraph, and stand in any container. All lines up to the first closer are its
own, whatever they look like: a paragraph, which the rules above make a display formula. Where a blank line, a line
outside of its container or a code fence comes first, the paragraph ends before it, and is the text it is. Where text
follows the closer on its line, the paragraph goes on as any other, but no underline makes a heading of it.

No line is read twice, so the unfinished end of a growing text means what it would mean as a whole text, and reading
costs the length of what is read.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from streamcell.fallback.chips import visible

__all__ = ["typeset", "use"]

LONGEST = 5_000
"""Characters; a longer formula is shown as its source."""

_OPENER = re.compile(r"\$\$(?!\$)|\\\[")
_CLOSERS = {"$$": re.compile(r"(?<!\\)\$\$"), "\\[": re.compile(r"(?<!\\)\\\]")}
_FENCE = re.compile(r"(`{3,})[^`]*\Z|~{3,}", re.DOTALL)

# No two parts of one of these can take the same character, so each looks at a character once
_PATTERNS = {
    "$": re.compile(r"\$(?![ \t\n$])([^\\$`]*(?:\\[^`][^\\$`]*)*)(?<![ \t\n])\$(?![$A-Za-z0-9{])"),
    "$$": re.compile(r"\$\$(?!\$)([^\\$`]*(?:(?:\\[^`]|\$(?!\$))[^\\$`]*)*)\$\$(?![$A-Za-z0-9{])"),
    "\\(": re.compile(r"\\\(([^\\`]*(?:\\[^()`][^\\`]*)*)\\\)"),
    "\\[": re.compile(r"\\\[([^\\`]*(?:\\[^\[\]`][^\\`]*)*)\\\]"),
}
_BEFORE = re.compile(r"[A-Za-z0-9\\$]")
_OTHER = "\u00c0-\u024f\u0370-\u1fff\u3040-\ud7ff"
_LETTER = f"[A-Za-z{_OTHER}]"
_SIGN = re.compile(r"\\(?!\$)|[\^_{]")
_WORDS = re.compile(f"{_LETTER}{{2}}[,.;:]?[ \n]+{_LETTER}{{2}}")
_PRICED = re.compile(
    r"[-+]?[0-9].*?(?:[.;!?][ \n]|(?<![A-Za-z0-9])"
    rf"(?:[A-Za-z]{{4}}|(?:and|for|per|the|day|or|to|of|at|is|in|by)(?![A-Za-z])|[{_OTHER}]{{2}}))",
    re.DOTALL,
)
_ODD_EDGE = re.compile(r"""^(?:[),;:?!}"'\u2019\u201d]|\*\*|\.(?![0-9]))|(?<!\\)[({]\Z""")
_SOMETHING = re.compile(rf"[A-Za-z0-9\\{_OTHER}]")
_NUMBER = re.compile(r"[ 0-9]*\Z")

_NOT_FOR_HOSTS = re.compile(
    r"""\\(?:
        href|url|ref|eqref|label|require|include\w*|input|read|write\w*|unicode|char|mathchar|symbol|verb
        |html\w*|class|cssId|style|data|bbox|mmlToken|texttip|mathtip|toggle|enclose
        |(?:re|provide)?new(?!line\b)\w*|providecommand|[egx]?def\w*|let|futurelet|global|long|outer|declare\w*
        |mathtoolsset|set\w*|catcode|csname|expandafter|the|loop
    )(?![A-Za-z])
    |(?<!\\)(?:\\\\)*(?:\\[()\[\]]|\$)
    |[0-9]{3}(?:\.[0-9]*)?[ ]*(?:em|ex|mu|pt|pc|px|cm|mm|in)""",
    re.VERBOSE | re.IGNORECASE,
)
"""TeX that hosts would act on: links and names into the page, marks and definitions that reach other formulas of the
page, characters by number, what loads or repeats, great lengths. And what could end the formula for them before its
end. In JupyterLab 4.6 a ``\\def`` reaches the formulas of the reader's cells, and ``\\href{/api/…}`` is a link."""
_BRACE = re.compile(r"(?<!\\)(?:\\\\)*([{}])")


def use(parser: MarkdownIt) -> None:
    """Let a parser understand formulas: tokens ``sc_maths`` with the whole source, ``block`` where it is a display."""
    parser.inline.ruler.before("escape", "sc_maths", _read)
    parser.block.ruler.before("fence", "sc_maths", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def typeset(source: str) -> str | None:
    """A formula for hosts that typeset TeX, between ``\\(`` or ``\\[``; None where it is better shown as its source.

    The hosts' MathJax has its filter for dangerous TeX in JupyterLab and in nbconvert's template, which still lets
    links into the notebook server through; of other hosts nothing is known. So they get TeX that draws, and no other.
    """
    opener = source[:2] if source[:2] in _PATTERNS else "$"
    tex = source[len(opener) : -len(opener)]
    if len(tex) > LONGEST or _NOT_FOR_HOSTS.search(tex) or visible(tex) != tex or not _is_balanced(tex):
        return None
    end = " " if tex.endswith("\\") else ""
    return f"\\[{tex}{end}\\]" if opener in _CLOSERS else f"\\({tex}{end}\\)"


def _is_balanced(tex: str) -> bool:
    """Whether its braces are pairs: with others hosts do not see where a formula ends."""
    depth = 0
    for brace in _BRACE.findall(tex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


# ---------------------------------------------------------------- in a line
def _read(state: StateInline, silent: bool) -> bool:
    opener = _opener(state.src, state.pos)
    found = _PATTERNS[opener].match(state.src, state.pos) if opener else None
    if found is None or found.end() > state.posMax or not found[1].strip(" \t\n"):
        return False
    is_whole = found.end() - found.start() == len(state.src) and opener in _CLOSERS
    if not is_whole and not _is_tex(found[1], opener, state.src[found.end() : found.end() + 1]):
        return False
    if not silent:
        token = state.push("sc_maths", "", 0)
        token.content = found[0]
        token.block = opener in _CLOSERS
    state.pos = found.end()
    return True


def _opener(src: str, pos: int) -> str:
    two = src[pos : pos + 2]
    if two in ("\\(", "\\["):
        return two
    if two[:1] != "$" or (pos and _BEFORE.match(src, pos - 1)):
        return ""
    return two if two == "$$" else "$"


def _is_tex(content: str, opener: str, after: str) -> bool:
    if not _SIGN.search(content) and (_WORDS.search(content) or _PRICED.match(content)):
        return False
    if opener[0] == "\\":
        return opener == "\\(" or not _NUMBER.match(content)
    if _ODD_EDGE.search(content) or (content[0] == "(" and after == "("):
        return False
    return opener == "$" or _SOMETHING.search(content) is not None


# ---------------------------------------------------------------- blocks
def _block(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    if state.is_code_block(startLine):
        return False
    first = _line(state, startLine)
    opener = found[0] if (found := _OPENER.match(first)) else ""
    rest = _rest(first[2:], opener) if opener else "no"
    if rest:
        return False
    if silent:
        return True
    _paragraph(state, startLine, startLine + 1 if rest == "" else _end(state, startLine + 1, endLine, opener))
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _rest(text: str, opener: str) -> str | None:
    """What stands behind the first closer; None where there is no closer."""
    found = _CLOSERS[opener].search(text)
    return text[found.end() :].strip(" \t") if found else None


def _end(state: StateBlock, line: int, endLine: int, opener: str) -> int:
    """The first line that is not the block's."""
    for i in range(line, endLine):
        if state.isEmpty(i) or state.sCount[i] < state.blkIndent or _is_fence(state, i):
            return i
        rest = _rest(_line(state, i), opener)
        if rest is not None:
            return _end_of_text(state, i + 1, endLine) if rest else i + 1
    return endLine


def _is_fence(state: StateBlock, line: int) -> bool:
    return not state.is_code_block(line) and _FENCE.match(_line(state, line)) is not None


def _end_of_text(state: StateBlock, line: int, endLine: int) -> int:
    """Where a paragraph ends that goes on in this line: as in markdown-it's own rule."""
    terminators = state.md.block.ruler.getRules("paragraph")
    around, state.parentType = state.parentType, "paragraph"
    while line < endLine and not state.isEmpty(line):
        is_text = state.sCount[line] - state.blkIndent > 3 or state.sCount[line] < 0
        if not is_text and any(rule(state, line, endLine, True) for rule in terminators):
            break
        line += 1
    state.parentType = around
    return line


def _paragraph(state: StateBlock, start: int, end: int) -> None:
    state.line = end
    state.push("paragraph_open", "p", 1).map = [start, end]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, end, state.blkIndent, False).strip(" \t\r\n")
    token.map = [start, end]
    token.children = []
    state.push("paragraph_close", "p", -1)
