"""The saved copy's markdown: its meaning is that of markdown-it, and nothing hostile gets through or costs much."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from streamcell.demo import tape as tapes
from streamcell.fallback import chips
from streamcell.fallback.markdown import COLUMNS, parse
from streamcell.fallback.render import link, markdown
from streamcell.fallback.urls import Target, deceives, target

TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "kbd", "li", "mark", "ol", "p",
    "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"align", "class", "dir", "href", "referrerpolicy", "rel", "start", "style", "target", "title"}
KEPT = {"href", "start", "title"}

ORDINARY = {
    "paragraphs": "One line\nand *another*, **both** in one.\n\nA hard\\\nbreak, and  \nanother.",
    "entities": "&amp; &copy; &#35; &nope; \\*no\\*",
    "headings": "# One\n\nTwo\n===\n\nThree\n---\n\n#### Four ####",
    "lists": "- a\n- b\n  - c\n\n    d\n- e\n\n7. seven\n8. eight\n   > quoted\n\n* loose\n\n* items",
    "code": "`a` ``b ` c``\n\n    indented\n\n```python\nx < 1 && y\n```\n\n~~~\nplain\n~~~",
    "tables": "| a | b |\n|:--|--:|\n| `x|y` | \\| |\n| 1 | 2 | 3 |\n| **z** |\n\nafter",
    "quotes": "> a\nlazy\n>\n> > deeper\n\n---\n\n***",
    "links": '[a](https://e.example/x?y=1&z=2 "t") <https://f.example> <m@e.example> [r] [text][R]\n\n[r]: https://g.example',
    "marks": "~~gone~~ *a **b** c* __d__ e_f_g 2*3*4 ***both***",
    "html is text": "a <b>bold</b> <!-- c --> <div>\n\n<div>\n\nx",
    "letters": "日本語の文章と**強調**。 emoji 👩‍🔬 🇵🇹 中文~~字~~ Ελληνικά",
    "reference": "[foo]: https://f.example 'title'\n\n[unused], and [foo] and [bar][foo]",
}


class Outline(HTMLParser):
    """HTML as a list of tags with the attributes that carry meaning, and of text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept: dict[str, Any] = {name: value for name, value in attrs if name in KEPT}
        aligned = re.search("text-align:(right|center)", dict(attrs).get("style") or "")
        self.found.append((tag, {**kept, **({"align": aligned[1]} if aligned else {})}))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words:
            self.found.append(words)


def outline(html: str) -> list[Any]:
    reader = Outline()
    reader.feed(html)
    reader.close()
    merged: list[Any] = []
    for piece in reader.found:
        merged.append(piece)
        if len(merged) > 1 and all(isinstance(p, str) and not p.startswith("/") for p in merged[-2:]):
            merged[-2:] = [f"{merged[-2]} {merged[-1]}"]
    return merged


def plain(text: str) -> str:
    """What markdown-it itself makes of a text, with its own renderer."""
    return str(MarkdownIt("js-default").render(text))


DOCUMENTS = {
    **ORDINARY,
    **{name: "\n\n".join(tapes.read(name).acts[0].parts) for name in ("long", "reasoning", "slow")},
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_ordinary_text_means_what_it_means_to_markdown_it(name: str) -> None:
    assert outline(markdown(DOCUMENTS[name])) == outline(plain(DOCUMENTS[name]))


@given(st.text(alphabet="ab *_`[]()!<>#-+1.|~\\&;\n\t\"'=:/", max_size=80))
def test_any_text_keeps_to_the_fixed_tags_and_attributes(text: str) -> None:
    reader = Outline()
    reader.feed(markdown(text))
    assert {piece[0] for piece in reader.found if isinstance(piece, tuple)} <= TAGS
    assert set(re.findall(r' ([a-z-]+)="', re.sub(r">[^<]*<", "><", markdown(text)))) <= ATTRIBUTES


@given(st.text(max_size=60))
def test_no_hidden_character_and_no_raw_markup_gets_through(text: str) -> None:
    html = chips.html(text)
    assert not re.search("[\"']", chips.attribute(text))
    assert not re.search("[<>\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)


@given(st.text(alphabet="a \t\n`>-<", max_size=60))
def test_no_blank_line_stands_in_the_html_so_that_a_markdown_file_can_hold_it(text: str) -> None:
    for html in (markdown(text), chips.html(text), f'<p title="{chips.attribute(text)}">'):
        assert not re.search(r"\n[ \t]*\n", html)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\x1b[2J\x9b", "⟨U+001B⟩[2J⟨U+009B⟩"),
        ("x\U000e0041", "x⟨U+E0041⟩"),
        ("a\r\nb\rc\td", "a\nb⟨U+000D⟩c\td"),
        ("👩‍🔬 क्‍ष", "👩‍🔬 क्‍ष"),
        ("a \u200d b\u200c", "a ⟨U+200D⟩ b⟨U+200C⟩"),
        ("\ud83d", "⟨U+D83D⟩"),
        ("❤\ufe0f 1\ufe0f⃣ x\ufe0e", "❤\ufe0f 1\ufe0f⃣ x\ufe0e"),
        ("a\ufe01\ufe02 \ufe03\U000e0101", "a\ufe01⟨U+FE02⟩ ⟨U+FE03⟩⟨U+E0101⟩"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert chips.visible(text) == shown


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://ok.example/a?b=c#d", "ok.example"),
        ("HTTP://OK.example:8080", "ok.example"),
        ("https://аpple.example/", "xn--pple-43d.example"),
        ("https://[2001:db8::1]/x", "[2001:db8::1]"),
        ("mailto:a@b.example?subject=x", "a@b.example"),
        ("https://a_b.example", "a_b.example"),
    ],
)
def test_plain_addresses_become_links_to_their_true_host(address: str, host: str) -> None:
    goal = target(address)
    assert goal is not None
    assert goal.host == host
    assert goal.href.isascii()


@pytest.mark.parametrize(
    "address",
    [
        "javascript:x()", "JaVaScRiPt:x()", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://a.b/c",
        "/files/x", "x.html", "../../api", "?token=1", "#top", "//evil.example", "\\\\evil.example",
        "https:\\\\evil.example",
        "https:evil.example", "https:/evil.example", "https://user@evil.example", "https://a:b@evil.example/",
        "https://ok.example\\@evil.example", "java\tscript:x", "https://e\tvil.example", "http://localhost:8888/lab",
        "http://lab.localhost", "http://127.0.0.1/", "http://127.1", "http://2130706433", "http://0x7f.1", "http://[::1]/",
        "http://0.0.0.0", "http://[::ffff:127.0.0.1]", "http://", "mailto:", "ftp://a.example", "vscode://x", "",
        "https://" + "a" * 9000 + ".example",
    ],
)  # fmt: skip
def test_all_other_addresses_stay_text(address: str) -> None:
    assert target(address) is None
    assert "<a" not in markdown(f"[text](<{address}>)")
    assert "<a" not in link(address, "text")


@pytest.mark.parametrize(
    ("text", "address", "told"),
    [
        ("click", "https://evil.example/", False),
        ("evil.example", "https://evil.example/x", False),
        ("bank.example", "https://evil.example/", True),
        ("https://bank.example/login", "https://evil.example/", True),
        ("bаnk", "https://evil.example/", True),
        ("site", "https://xn--pple-43d.example/", True),
        ("support@bank.example", "mailto:evil@evil.example", True),
        ("evil@evil.example", "mailto:evil@evil.example", False),
    ],
)
def test_the_true_host_stands_behind_a_text_that_could_deceive(text: str, address: str, told: bool) -> None:
    goal = target(address)
    assert goal is not None
    assert deceives(text, goal) is told
    assert (f"({goal.host})" in markdown(f"[{text}](<{address}>)")) is told


def test_links_open_elsewhere_and_tell_nothing_of_the_reader() -> None:
    html = markdown('[a](https://ok.example/?a="&b "x\u202ey")')
    assert html == (
        '<p dir="auto"><a href="https://ok.example/?a=%22&amp;b" title="x⟨U+202E⟩y" target="_blank" '
        'rel="noopener noreferrer nofollow" referrerpolicy="no-referrer">a</a></p>\n'
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![a *b* `c`](https://e.example/p.png)", "[image: a b c — e.example]"),
        ("![](https://e.example/p.png)", "[image — e.example]"),
        ("![a](/logout)", "[image: a]"),
        ("![a](data:image/png;base64,AAAA)", "[image: a]"),
        ("![logo][1]\n\n[1]: https://e.example/?d=SECRET", "[image: logo — e.example]"),
        ("[![b](https://e.example/a.png)](https://f.example/b)", "[image: b — e.example] (f.example)"),
    ],
)
def test_images_are_words_and_a_link_and_never_requested(text: str, shown: str) -> None:
    html = markdown(text)
    assert "<img" not in html
    assert re.sub("<[^>]*>", "", html).strip() == shown
    assert html.count("<a ") == html.count("</a>") <= 1


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a<br>b<BR/>c", "a<br>\nb<br>\nc"),
        ("H<sub>2</sub>O <kbd>Q</kbd>", "H<sub>2</sub>O <kbd>Q</kbd>"),
        ("<sup>*a*</sup>", "<sup><em>a</em></sup>"),
        ("*<sup>a*</sup>", "<em>&lt;sup&gt;a</em>&lt;/sup&gt;"),
        ("<sub><sup>a</sub>", "&lt;sub&gt;&lt;sup&gt;a&lt;/sub&gt;"),
        ("<sub><sup>a</sup></sub>", "<sub><sup>a</sup></sub>"),
        ("<sub>*a</sub>*", "&lt;sub&gt;<em>a&lt;/sub&gt;</em>"),
        ("<sub>a", "&lt;sub&gt;a"),
        ("</mark>a<mark>", "&lt;/mark&gt;a&lt;mark&gt;"),
        ("<sub class=x>a</sub>", "&lt;sub class=x&gt;a&lt;/sub&gt;"),
        ("`<br>`", "<code>&lt;br&gt;</code>"),
    ],
)
def test_small_tags_are_understood_in_pairs_and_only_bare(text: str, html: str) -> None:
    assert markdown(text) == f'<p dir="auto">{html}</p>\n'


def test_task_lists_are_boxes_without_a_form() -> None:
    html = markdown("- [ ] a\n- [x] *b*\n- [X]\n- c [ ] d")
    assert [re.sub("<[^>]*>", "", row).strip() for row in html.split("</li>")[:-1]] == ["☐ a", "☑ b", "[X]", "c [ ] d"]


def test_a_language_becomes_a_class_only_when_it_is_known() -> None:
    assert '<code class="sc-lang-python">' in markdown("```Python title=x\n1\n```")
    assert "<code>" in markdown('```" onclick="x\n1\n```')


DEEP = {
    "quotes": ("> " * 5000 + "the end", "the end"),
    "lists": ("- " * 5000 + "the end", "the end"),
    "mixed": ("> - " * 3000 + "the end", "the end"),
    "lazy lines": ("> " * 5000 + "\\---\n" * 2000 + "the end", "the end"),
    "brackets": ("[" * 10_000 + "the end" + "]" * 9000, "the end"),
    "images": ("![" * 200 + "the end" + "](https://a.example)" * 200, "the end"),
    "wide table": ("|a" * 300 + "|\n" + "|-" * 300 + "|\n|the end|", "the end"),
    "table that fills up": ("|a" * 150 + "|\n" + "|-" * 150 + "|\n" + "a\n" * 9000 + "the end", "the end"),
    "marks": ("*a" * 15_000 + "the end", "the end"),
}


@pytest.mark.parametrize("name", DEEP)
def test_what_nests_or_costs_too_much_is_shown_as_plain_text_and_not_lost(name: str) -> None:
    text, end = DEEP[name]
    assert end in re.sub("<[^>]*>", "", markdown(text))


# Work is counted, not timed: these are the texts that cost seconds where each bracket looks for its end.
@pytest.mark.parametrize(
    "unit", ["[", "![", "[a](", "[a][", "![a](", "[]", "[[a](b)](c)", "<a ", "*a **b ", "`a``", "&a"]
)
def test_hostile_repetition_takes_a_bounded_number_of_steps(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from markdown_it.parser_inline import ParserInline

    steps = []
    skip = ParserInline.skipToken
    monkeypatch.setattr(ParserInline, "skipToken", lambda self, state: (steps.append(1), skip(self, state))[1])
    text = unit * (20_000 // len(unit))
    assert "".join(re.sub("<[^>]*>", "", markdown(text)).split())
    assert len(steps) <= 2_000 + len(text) // 2 + 1


def test_lists_as_deep_as_people_write_them_are_lists() -> None:
    text = "\n".join(f"{'  ' * (i % 12)}- item" for i in range(3000))
    assert markdown(text).count("<li") == 3000


def test_the_widest_table_is_still_a_table() -> None:
    wide = "|a" * COLUMNS + "|\n" + "|-" * COLUMNS + "|\n" + "|b" * COLUMNS + "|"
    assert markdown(wide).count("<td") == COLUMNS
    tall = "|a|b|\n|-|-|\n" + "|1|2|\n" * 3000
    assert markdown(tall).count("<td") == 6000


def test_a_stack_that_is_used_up_gives_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(*_: Any) -> None:
        raise RecursionError

    monkeypatch.setattr(MarkdownIt, "parse", too_deep)
    assert [token.type for token in parse("# a")] == ["sc_plain"]
    assert markdown("# a") == '<pre class="sc-plain"># a</pre>\n'


def test_footnotes_are_numbered_without_ids() -> None:
    pytest.importorskip("mdit_py_plugins")
    html = markdown("text[^n] more[^n]\n\n[^n]: the *note*")
    assert "text<sup>[1]</sup> more<sup>[1]</sup>" in html
    assert "<em>note</em>" in html
    assert "id=" not in html


def test_bare_addresses_are_links_where_the_package_is_at_hand() -> None:
    pytest.importorskip("linkify_it")
    assert '<a href="https://ok.example/x"' in markdown("see https://ok.example/x.")
    assert "<a" not in markdown(":// " * 5000)


@pytest.mark.parametrize("goal", [Target("https://a.example", "a.example")])
def test_a_named_link_always_shows_its_host(goal: Target) -> None:
    assert link(goal.href, "some name").endswith("some name</a> (a.example)")
    assert link("/x", "some name") == "some name (/x)"
