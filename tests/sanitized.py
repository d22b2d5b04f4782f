"""HTML as GitHub leaves it: its documented list of tags and attributes, and nothing else.

Source: the allow-list of github/html-pipeline's SanitizationFilter, which github/markup names as the rules of
github.com. No class, id, style or data attribute is on it, and images are only fetched from the web.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

__all__ = ["github"]

_TAGS = """
    h1 h2 h3 h4 h5 h6 br b i strong em a pre code img tt div ins del sup sub p picture ol ul table thead tbody tfoot
    blockquote dl dt dd kbd q samp var hr ruby rt rp li tr td th s strike summary details caption figure figcaption
    abbr bdo cite dfn mark small source span time wbr
"""
_ATTRIBUTES = """
    abbr align alt border char charoff cite colspan datetime dir headers height hreflang lang open rowspan rules scope
    span start summary title type valign value width
"""
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
OWN = {"a": {"href": ("http:", "https:", "mailto:")}, "img": {"src": ("http:", "https:")}}
"""Attributes of one tag, and how their values may begin."""
EMPTY = frozenset({"br", "hr", "img", "wbr", "source"})
SWALLOWED = frozenset({"script", "style"})
"""Removed with what is in them."""


def github(html: str) -> str:
    """What is left of the HTML."""
    parser = _Sanitizer()
    parser.feed(html)
    parser.close()
    return "".join(parser.kept)


class _Sanitizer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._swallowing = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._swallowing += tag in SWALLOWED
        if tag in TAGS and not self._swallowing:
            self.kept.append(f"<{tag}{''.join(_attribute(tag, name, value or '') for name, value in attrs)}>")

    def handle_endtag(self, tag: str) -> None:
        self._swallowing -= tag in SWALLOWED
        if tag in TAGS - EMPTY and not self._swallowing:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._swallowing:
            self.kept.append(escape(data, quote=False))


def _attribute(tag: str, name: str, value: str) -> str:
    begins = OWN.get(tag, {}).get(name)
    kept = value.lower().startswith(begins) if begins else name in ATTRIBUTES
    return f' {name}="{escape(value)}"' if kept else ""
