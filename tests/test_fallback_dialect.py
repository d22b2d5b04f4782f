"""The saved copy reads markdown as the live view does: both replay tests/vectors/markdown/, in one normal form."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from streamcell.fallback.render import markdown

VECTORS = Path(__file__).parent / "vectors" / "markdown"
CASES = [case for path in sorted(VECTORS.glob("*.json")) for case in json.loads(path.read_text("utf-8"))["cases"]]

INLINE = {"code", "em", "strong", "s", "a", "span", "sub", "sup", "kbd", "mark"}
VOID = {"hr", "br"}
KEPT = (
    INLINE | VOID | set(re.findall(r"\w+", "p h1 h2 h3 h4 h5 h6 ul ol li blockquote table thead tbody tr th td"))
) - {"span"}
EDGE, BLANK = "\x01", "\x02"


class Normal(HTMLParser):
    """HTML in the normal form of js/test/markdown/normal.ts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.open: list[str] = []
        self.raw: list[str] | None = None
        """Text of code or of a formula, where blanks count."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if self.raw is not None:
            return
        if tag == "pre" or "sc-maths" in values.get("class", ""):
            self.raw = []
            self.open.append("pre" if tag == "pre" else f"maths {tag}")
            return
        edge = "" if tag in INLINE else EDGE
        named = f"<{tag.upper()}{self.attributes(tag, values)}>" if tag in KEPT else ""
        self.out.append(f"{edge}{named}{edge if named else ''}")
        if tag in VOID:
            self.out.append(f"{edge}</{tag.upper()}>{edge}")

    def attributes(self, tag: str, values: dict[str, str]) -> str:
        href = re.sub(r"^(https?://[^/]+)$", r"\1/", values.get("href", ""))
        parts = [href, values.get("title", ""), values.get("align", "")]
        if tag == "ol":
            parts.append(values.get("start", ""))
        return "".join(f" {part}" for part in parts if part)

    def handle_endtag(self, tag: str) -> None:
        if self.raw is not None:
            if tag == self.open[-1].removeprefix("maths "):
                text, self.raw = "".join(self.raw), None
                self.out.append(code(text) if self.open.pop() == "pre" else formula(text))
            return
        edge = "" if tag in INLINE else EDGE
        self.out.append(f"{edge}</{tag.upper()}>{edge}" if tag in KEPT else edge)

    def handle_data(self, data: str) -> None:
        (self.out if self.raw is None else self.raw).append(data)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace(" ", BLANK)


def code(text: str) -> str:
    return f"{EDGE}<PRE>{quoted(text.rstrip(chr(10)))}</PRE>{EDGE}"


def formula(source: str) -> str:
    size = 2 if source.startswith(("$$", "\\")) else 1
    kind = " display" if source.startswith(("$$", "\\[")) else ""
    edge = EDGE if kind else ""
    return f"{edge}<MATHS{kind}>{quoted(source[size:-size])}</MATHS>{edge}"


def normal(html: str) -> str:
    reader = Normal()
    reader.feed(html)
    reader.close()
    text = re.sub(f"[ \n]*{EDGE}[ \n]*", "", "".join(reader.out))
    return re.sub("[ \t\n]+", " ", text).strip().replace(BLANK, " ")


# What the copy says in other words, for want of ids, forms and scripts
OTHERWISE = [
    (r"<SUP><A #>\[(\d+)(?::\d+)?\]</A></SUP>", r"<SUP>[\1]</SUP>"),
    (r" ?<A #>↩︎</A>", ""),
    ("<INPUT></INPUT>", "☐"),
    ("<INPUT checked></INPUT>", "☑"),
]


def said_otherwise(want: str) -> str:
    for pattern, words in OTHERWISE:
        want = re.sub(pattern, words, want)
    return want


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_copy_reads_markdown_as_the_view_does(case: dict[str, Any]) -> None:
    assert normal(markdown(case["markdown"])) == said_otherwise(case["normal"])
