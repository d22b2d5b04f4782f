"""Writes markdown tokens as HTML that is safe without a sanitizer, and loses nothing where there is one.

Tags and attributes come from fixed lists; from the answer come only escaped text and checked addresses. There are no
ids, no styles but the side of a table's cells, no images that would be requested. It does not parse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from markdown_it.token import Token

from streamcell.fallback import chips, formulas, urls
from streamcell.fallback.markdown import parse

__all__ = ["link", "markdown"]

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TEXT_BLOCKS = _HEADINGS | {"p"}
_DIRECTED = _TEXT_BLOCKS | {"li", "th", "td"}
"""Blocks that find their own direction, so that right-to-left text stays within its block."""
_BREAK_AFTER = _TEXT_BLOCKS | {"ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr"}
_CONTAINERS = _DIRECTED | _BREAK_AFTER | {"em", "strong", "s"}
_ALIGNS = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}
_TASKS = {"[ ] ": "☐", "[x] ": "☑", "[X] ": "☑"}
# fmt: off
_LANGUAGES = frozenset({
    "bash", "c", "cpp", "csharp", "css", "diff", "go", "html", "java", "javascript", "js", "json", "julia", "latex",
    "markdown", "md", "php", "py", "python", "r", "ruby", "rust", "sh", "shell", "sql", "swift", "text", "toml", "ts",
    "typescript", "xml", "yaml",
})
# fmt: on


def markdown(text: str) -> str:
    """An answer's text as HTML."""
    return "".join(_blocks(parse(text)))


def link(address: str, text: str) -> str:
    """A link with its true host behind it, unless it is an address and shows that itself; text where it may not be a
    link."""
    goal = urls.target(address)
    if goal is None:
        return chips.html(f"{text} ({address})" if text and text != address else address)
    is_plain = text in ("", address) and address.isascii() and "xn--" not in goal.host
    return f"{_anchor(goal)}{chips.html(text or address)}</a>" + ("" if is_plain else f" ({chips.html(goal.host)})")


def _anchor(goal: urls.Target, title: str = "") -> str:
    shown = f' title="{chips.attribute(title)}"' if title else ""
    rest = 'target="_blank" rel="noopener noreferrer nofollow" referrerpolicy="no-referrer"'
    return f'<a href="{chips.attribute(goal.href)}"{shown} {rest}>'


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    for i, token in enumerate(tokens):
        if token.type == "inline":
            in_item = i > 1 and tokens[i - 2].type == "list_item_open" and tokens[i - 1].type == "paragraph_open"
            yield _inline(token.children or [], in_item and token.content[:4] in _TASKS)
        elif token.type in _LEAVES:
            yield _LEAVES[token.type](token)
        elif token.hidden or token.tag not in _CONTAINERS:
            yield "" if token.nesting >= 0 else "\n"
        elif token.nesting == 1:
            yield _opened(token)
        else:
            yield f"</{token.tag}>" + ("\n" if token.tag in _BREAK_AFTER else "")


def _opened(token: Token) -> str:
    attributes = ""
    if token.tag == "ol" and (start := token.attrGet("start")) is not None:
        attributes += f' start="{int(start)}"'
    if token.tag in ("th", "td"):
        # Jupyter's style sheets turn cells to the right, and beat the old attribute; GitHub keeps only the attribute.
        align = _ALIGNS.get(str(token.attrGet("style")))
        attributes += f' align="{align}"' if align else ""
        attributes += f' style="text-align:{align or "left"}"'
    if token.tag in _HEADINGS:
        # An outline is the reader's own. JupyterLab would build its anew for each copy, at some ms a heading. Its own
        # name for this (jp-...) would let an answer's HTML look like a part of the page.
        attributes += ' class="tocSkip"'
    if token.tag in _DIRECTED:
        attributes += ' dir="auto"'
    return f"<{token.tag}{attributes}>"


def _code(token: Token) -> str:
    language = token.info.split(maxsplit=1)[0].lower() if token.info.strip() else ""
    named = f' class="sc-lang-{language}"' if language in _LANGUAGES else ""
    return f"<pre><code{named}>{chips.html(token.content)}</code></pre>\n"


def _plain(token: Token) -> str:
    return f'<pre class="sc-plain">{chips.html(token.content)}</pre>\n'


_LEAVES = {
    "fence": _code,
    "code_block": _code,
    "hr": lambda token: "<hr>\n",
    "footnote_block_open": lambda token: "<hr>\n<ol>",
    "footnote_block_close": lambda token: "</ol>\n",
    "footnote_open": lambda token: '<li dir="auto">',
    "footnote_close": lambda token: "</li>\n",
    "footnote_anchor": lambda token: "",
    "sc_plain": _plain,
}


def _inline(tokens: Sequence[Token], is_task: bool = False) -> str:
    return "".join(_Inlines(tokens, is_task).pieces())


class _Inlines:
    """Writes the inline tokens of one block."""

    def __init__(self, tokens: Sequence[Token], is_task: bool) -> None:
        self.tokens = tokens
        self.is_task = is_task
        self.paired = _paired(tokens)
        self.ends: list[str] = []
        """What each open link is to be closed with."""

    def pieces(self) -> Iterator[str]:
        for i, token in enumerate(self.tokens):
            writer = _WRITERS.get(token.type)
            yield writer(self, i, token) if writer else self.other(i, token)

    def other(self, i: int, token: Token) -> str:
        if token.tag in _CONTAINERS and token.nesting:
            return f"<{'/' if token.nesting < 0 else ''}{token.tag}>"
        return chips.html(token.content)

    def text(self, i: int, token: Token) -> str:
        if i or not self.is_task:
            return chips.html(token.content)
        return _TASKS[token.content[:3] + " "] + chips.html(token.content[3:])

    def code(self, i: int, token: Token) -> str:
        return f"<code>{chips.html(token.content)}</code>"

    def maths(self, i: int, token: Token) -> str:
        """A formula, for hosts to typeset: the copy around it says that they must not look for any."""
        tex = formulas.typeset(token.content)
        if tex is None:
            return f'<code class="sc-maths">{chips.html(token.content)}</code>'
        return f'<span class="sc-maths mathjax_process tex2jax_process">{chips.html(tex)}</span>'

    def softbreak(self, i: int, token: Token) -> str:
        return "\n"

    def hardbreak(self, i: int, token: Token) -> str:
        return "<br>\n"

    def plain(self, i: int, token: Token) -> str:
        return f'<span class="sc-plain">{chips.html(token.content)}</span>'

    def footnote(self, i: int, token: Token) -> str:
        """The note's number; there is no link to it, for that would need an id."""
        return f"<sup>[{int(token.meta['id']) + 1}]</sup>"

    def tag(self, i: int, token: Token) -> str:
        return f"<{token.info}{token.tag}>" if i in self.paired else chips.html(token.content)

    def link_open(self, i: int, token: Token) -> str:
        goal = urls.target(str(token.attrGet("href") or ""))
        if goal is None:
            self.ends.append("")
            return ""
        shown = _words(self.tokens[i + 1 : _end_of_link(self.tokens, i)])
        self.ends.append(f"</a> ({chips.html(goal.host)})" if urls.deceives(shown, goal) else "</a>")
        return _anchor(goal, str(token.attrGet("title") or ""))

    def link_close(self, i: int, token: Token) -> str:
        return self.ends.pop() if self.ends else ""

    def image(self, i: int, token: Token) -> str:
        """An image is never requested: what it shows in words, and where it lies."""
        goal = urls.target(str(token.attrGet("src") or ""))
        said = chips.html(_words(token.children or []).strip())
        place = chips.html(goal.host) if goal else ""
        if goal and not any(self.ends):  # links do not nest
            place = f"{_anchor(goal)}{place}</a>"
        return f"[image{': ' + said if said else ''}{' — ' + place if place else ''}]"


_WRITERS = {
    "text": _Inlines.text,
    "code_inline": _Inlines.code,
    "sc_maths": _Inlines.maths,
    "softbreak": _Inlines.softbreak,
    "hardbreak": _Inlines.hardbreak,
    "link_open": _Inlines.link_open,
    "link_close": _Inlines.link_close,
    "image": _Inlines.image,
    "footnote_ref": _Inlines.footnote,
    "footnote_anchor": lambda self, i, token: "",
    "sc_tag": _Inlines.tag,
    "sc_plain": _Inlines.plain,
}


def _end_of_link(tokens: Sequence[Token], start: int) -> int:
    """Links do not nest, so the next end is this one's."""
    return next((i for i in range(start, len(tokens)) if tokens[i].type == "link_close"), len(tokens))


def _words(tokens: Sequence[Token]) -> str:
    """What a reader sees of inline tokens."""
    return "".join(_SHOWN.get(token.type, _content)(token) for token in tokens)


def _content(token: Token) -> str:
    return token.content


def _host_of(token: Token) -> str:
    goal = urls.target(str(token.attrGet("src") or ""))
    return goal.host if goal else ""


_SHOWN: dict[str, Callable[[Token], str]] = {
    "image": lambda token: f"{_words(token.children or [])} {_host_of(token)} ",
    "softbreak": lambda token: " ",
    "hardbreak": lambda token: " ",
    "sc_tag": lambda token: "",
}


def _paired(tokens: Sequence[Token]) -> set[int]:
    """Indices of small tags that enclose whole elements, and so have their other half; the others are text."""
    found: set[int] = set()
    open_: list[int] = []
    for i, token in enumerate(tokens):
        if token.nesting == 1 or (token.type == "sc_tag" and not token.info):
            open_.append(i)
        elif token.nesting == -1:
            while open_ and tokens[open_.pop()].type == "sc_tag":
                pass  # opened within the element that ends here, and not closed in it
        elif token.type == "sc_tag" and open_ and tokens[open_[-1]].tag == token.tag:
            found.update((open_.pop(), i))
    return found
