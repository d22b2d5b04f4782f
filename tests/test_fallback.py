"""The saved copy of an answer: all that the live view shows, in safe HTML and in plain text."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamcell.fallback import LONG, TOO_LONG, to_html, to_text
from streamcell.fallback.facts import pretty
from streamcell.fallback.items import item_blocks

VECTORS = sorted((Path(__file__).parent / "vectors" / "fallback").glob("*.json"))
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
KINDS = [
    "message", "reasoning", "function_call", "function_call_output", "custom_tool_call", "web_search_call",
    "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call", "mcp_list_tools", "shell_call",
    "mcp_approval_request", "shell_call_output", "local_shell_call", "apply_patch_call", "computer_call", "program",
    "compaction", "moon_landing",
]  # fmt: skip
FIELDS = [
    "content", "summary", "name", "status", "call_id", "arguments", "output", "input", "action", "queries", "results",
    "code", "outputs", "result", "revised_prompt", "tools", "error", "operation", "server_label",
]  # fmt: skip

TAGS = {
    "a", "blockquote", "br", "code", "details", "div", "em", "h1", "h2", "h3", "hr", "img", "li", "ol", "p", "pre",
    "small", "span", "strong", "summary", "ul",
}  # fmt: skip


def answered(*items: Any, **fields: Any) -> dict[str, Any]:
    return {"status": "completed", "model": "m", "output": list(items), "streamcell": {}, **fields}


def said(text: str, **part: Any) -> dict[str, Any]:
    return {"type": "message", "content": [{"type": "output_text", "text": text, **part}]}


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", html).split())


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_snapshot_is_written_as_its_vector_says(path: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    assert to_text(vector["snapshot"]) == vector["text"]
    assert to_html(vector["snapshot"]) == vector["html"]


def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 8


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES, max_size=5))
def test_no_item_of_any_shape_raises_or_lets_markup_through(kind: str, fields: dict[str, Any]) -> None:
    snapshot = answered({"type": kind, **fields})
    html, text = to_html(snapshot), to_text(snapshot)
    assert not re.search(
        "<(?!/?(div|p|strong|code|small|pre|details|summary|blockquote|br|ol|ul|li|em|a|hr|h[1-6]|span|img)[ >])", html
    )
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", html + text)


@given(st.dictionaries(st.sampled_from(["status", "model", "output", "error", "usage", "streamcell"]), JSON_VALUES))
def test_no_response_of_any_shape_raises(snapshot: dict[str, Any]) -> None:
    assert to_html(snapshot).startswith('<div class="sc-answer">')
    assert isinstance(to_text(snapshot), str)


VIEWS = Path(__file__).parents[1] / "js" / "src" / "views"
SAMPLES = {
    "arguments": "MARK", "input": "MARK", "code": "MARK", "output": "MARK", "error": "MARK",
    "queries": ["MARK"], "tools": [{"name": "MARK"}], "results": [{"filename": "MARK"}], "outputs": [{"logs": "MARK"}],
    "action": {"query": "MARK", "commands": ["MARK"], "command": ["MARK"]}, "operation": {"diff": "MARK"},
}  # fmt: skip
"""A field that a card of the live view shows → a value of it."""


def cards_of_the_live_view() -> dict[str, str]:
    """Item type → the TypeScript of its row."""
    table = (VIEWS / "cards.ts").read_text(encoding="utf-8").partition("const CARDS")[2].partition("\n};")[0]
    starts = list(re.finditer(r"^  (\w+): \{", table, re.M))
    ends = [*(start.start() for start in starts[1:]), len(table)]
    return {start[1]: table[start.end() : end] for start, end in zip(starts, ends, strict=True)}


def test_every_card_of_the_live_view_is_here_with_its_name_and_all_its_fields() -> None:
    cards = cards_of_the_live_view()
    assert len(cards) >= 19
    named = {"result": '["output"]', "failure": '["error"]'}
    for kind, row in cards.items():
        title = re.search(r'kind: "([^"]+)"', row)[1]
        blocks = row.partition("blocks:")[2]
        for word, keys in named.items():
            blocks = re.sub(rf"\b{word}\b", f"({keys}", blocks)
        fields = re.findall(r'\["(\w+)"', blocks)
        assert title in words(to_html(answered({"type": kind}))), kind
        for field in fields:
            shown = answered({"type": kind, field: SAMPLES[field]})
            assert "MARK" in to_html(shown), (kind, field)
            assert "MARK" in to_text(shown), (kind, field)
    assert sum("MARK" in str(SAMPLES[f]) for row in cards.values() for f in re.findall(r'\["(\w+)"', row)) >= 15


def test_every_item_that_has_a_view_of_its_own_is_known_here() -> None:
    table = (VIEWS / "registry.ts").read_text(encoding="utf-8")
    kinds = re.findall(r'\["(\w+)", \(\) => new', table)
    assert len(kinds) >= 4
    assert not [kind for kind in kinds if "Unknown item" in to_html(answered({"type": kind}))]


ANNEX = {
    "label": "MARK", "note": "MARK", "error": {"kind": "auth", "message": "MARK"}, "unknown_events": {"MARK": 1},
    "warnings": {"MARK": 1}, "audio": {"transcript": "MARK"}, "first_text_ms": 42.0, "elapsed_ms": 42.0,
}  # fmt: skip


@pytest.mark.parametrize("key", ANNEX)
def test_what_we_know_beside_the_response_is_shown(key: str) -> None:
    shown = answered(usage={"output_tokens": 1}, streamcell={key: ANNEX[key]})
    for written in (to_html(shown), to_text(shown)):
        assert "MARK" in written or "42 ms" in written


def test_speed_is_told_as_in_the_live_view() -> None:
    usage = {"output_tokens": 300, "output_tokens_details": {"reasoning_tokens": 0}}
    times = {"first_text_ms": 1000, "elapsed_ms": 3000}
    assert "150 tok/s" in to_text(answered(usage=usage, streamcell=times))
    usage["output_tokens_details"]["reasoning_tokens"] = 200
    assert "100 tok/s" in to_text(answered(usage=usage, streamcell=times))
    assert "tok/s" not in to_text(answered(usage=usage, streamcell={"first_text_ms": 1, "elapsed_ms": 40}))


def test_the_copy_needs_no_script_no_id_and_no_style_for_its_meaning() -> None:
    html = "".join(json.loads(path.read_text(encoding="utf-8"))["html"] for path in VECTORS)
    assert not re.search(r"<(script|style|button|input|form|iframe|svg)|\s(id|name|on\w+|data-[\w-]+)=", html)
    sides = {f"text-align:{side}" for side in ("left", "right", "center")}
    assert set(re.findall(r'style="([^"]*)"', html)) <= sides
    classes = {c for cls in re.findall(r'class="([^"]*)"', html) for c in cls.split()}
    assert {c[:3] for c in classes - {"tocSkip"}} == {"sc-"}


def test_every_word_of_the_html_stands_in_the_text_too() -> None:
    for path in VECTORS:
        vector = json.loads(path.read_text(encoding="utf-8"))
        told = set(re.findall(r"\w{4,}", words(vector["html"])))
        assert told - set(re.findall(r"\w{4,}", vector["text"])) <= {"form", "image", "shown", "unknown"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1,"b":[],"c":{},"d":[{"e":null}]}',
         '{\n  "a": 1,\n  "b": [],\n  "c": {},\n  "d": [\n    {\n      "e": null\n    }\n  ]\n}'),
        ('{"n":1.10,"big":123456789012345678901234567890,"s":"a, \\"b\\": {\\u0041}"}',
         '{\n  "n": 1.10,\n  "big": 123456789012345678901234567890,\n  "s": "a, \\"b\\": {\\u0041}"\n}'),
        ('{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'),
        ('"text"', '"text"'),
        ('{"cut": "sh', '{"cut": "sh'),
        ('{"a": NaN}', '{"a": NaN}'),
        ("", ""),
        ("[" * 5000, "[" * 5000),
        ("9" * 6000, "9" * 6000),
    ],
    ids=range(9),
)  # fmt: skip
def test_arguments_are_indented_to_the_letter_or_left_alone(text: str, shown: str) -> None:
    assert pretty(text) == shown


@given(JSON_VALUES)
def test_indenting_changes_only_spaces(value: Any) -> None:
    text = json.dumps(value)
    squeezed = [re.sub(r"\s", "", t) for t in (text, pretty(text))]
    assert squeezed[0] == squeezed[1]


def test_a_source_is_listed_once_with_its_true_host() -> None:
    cited = {"type": "url_citation", "title": "Bank", "url": "https://evil.example/x"}
    nested = {"type": "url_citation", "url_citation": {"title": "Other", "url": "https://other.example"}}
    html = to_html(
        answered(said("x", annotations=[cited, cited, nested, {"type": "file_citation", "filename": "a.txt"}]))
    )
    assert words(html.partition("Sources")[2]).startswith("Bank (evil.example) Other (other.example) a.txt")


def test_a_generated_image_is_kept_as_data_and_nothing_else_is() -> None:
    assert f'src="data:image/png;base64,{PNG}"' in to_html(answered({"type": "image_generation_call", "result": PNG}))
    svg = {"type": "image_generation_call", "result": "PHN2ZyBvbmxvYWQ9eCgpPg=="}
    assert "<img" not in to_html(answered(svg))
    assert "<img" not in to_html(answered({**svg, "result": PNG + '" onerror="x()'}))


@pytest.mark.parametrize(
    "item",
    [
        {"type": "code_interpreter_call", "outputs": [{"type": "image", "url": f"data:image/png;base64,{PNG}"}]},
        {
            "type": "function_call_output",
            "output": [
                {"type": "input_text", "text": "see"},
                {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"},
            ],
        },
    ],
)
def test_an_image_that_a_tool_gave_back_is_kept_as_one(item: dict[str, Any]) -> None:
    html, text = to_html(answered(item)), to_text(answered(item))
    assert html.count(PNG) == html.count(f'<img class="sc-image" src="data:image/png;base64,{PNG}" alt="image">') == 1
    assert "[image: image]" in text
    assert PNG not in text


@pytest.mark.parametrize(
    "address", ["data:image/png;base64,!!", "data:image/svg+xml;base64,AAAA", "https://x.org/a.png"]
)
def test_other_images_of_tools_are_named_and_not_loaded(address: str) -> None:
    html = to_html(answered({"type": "code_interpreter_call", "outputs": [{"type": "image", "url": address}]}))
    assert "<img" not in html
    assert "image" in words(html)


def test_the_newest_partial_image_stands_for_an_unfinished_one() -> None:
    item = {"type": "image_generation_call", "status": "generating", "result": None}
    html = to_html(answered(item, streamcell={"partial_images": {"0": PNG}}))
    assert PNG in html
    assert "unfinished" in html


def test_a_cancelled_answer_shows_no_error() -> None:
    snapshot = answered(said("kept"), status="cancelled", streamcell={"error": {"kind": "cancelled", "message": "m"}})
    assert words(to_html(snapshot)) == "Cancelled · m kept Cancelled Stopped. What had arrived by then is kept."


@pytest.mark.parametrize("status", ["queued", "in_progress", "interrupted", None])
def test_an_answer_that_was_still_open_is_marked_interrupted(status: str | None) -> None:
    assert words(to_html(answered(said("x"), status=status))).startswith("Interrupted · m x")


def test_an_error_shows_its_hint_and_what_to_quote_to_support() -> None:
    told = {"kind": "auth", "message": "No.", "hint": "Set a key.", "status": 401, "code": "c", "request_id": "r"}
    text = to_text(answered(status="failed", streamcell={"error": told}))
    assert text == "[Failed · m]\n\nNot authorised:\nNo.\nSet a key.\nHTTP 401 · code c · request id r"


def test_reasoning_is_folded_and_empty_reasoning_is_not_shown() -> None:
    assert list(item_blocks({"type": "reasoning", "summary": [], "encrypted_content": "gAAA"})) == []
    html = to_html(answered({"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hm"}]}))
    assert re.search(r"<details[^>]*>\n<summary>Reasoning</summary>.*hm.*</details>", html, re.DOTALL)


def test_what_was_folded_is_told_from_what_follows_where_there_is_no_style() -> None:
    html = to_html(answered({"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}, said("So.")))
    quoted = re.search(r"</summary>\n<blockquote>(.*?)</blockquote>\n</details><p></p>\n<div", html, re.DOTALL)
    assert "hm" in quoted[1]
    assert "So." not in quoted[1]


def test_pages_that_a_search_found_are_a_list_and_addresses_show_their_host_themselves() -> None:
    found = [{"type": "url", "url": f"https://example.org/{i}"} for i in range(3)]
    search = {"type": "web_search_call", "action": {"type": "search", "query": "tea", "sources": found}}
    assert to_html(answered(search)).count("<li") == 3
    assert words(to_html(answered(search))).endswith("Query: tea Found " + " ".join(page["url"] for page in found))
    assert "Found:\n1. https://example.org/0\n2. " in to_text(answered(search))


@pytest.mark.parametrize("address", ["https://xn--e1awd7f.example/", "https://еxample.org/"])
def test_an_address_in_other_letters_is_followed_by_its_true_host(address: str) -> None:
    cited = [{"type": "url_citation", "url": address}]
    assert re.search(r"</a> \(xn--[a-z0-9-]+\.[a-z]+\)", to_html(answered(said("x", annotations=cited))))


def test_the_names_of_many_tools_take_one_line() -> None:
    tools = [{"name": "structure", "input_schema": {}}, {"name": "question", "input_schema": {}}]
    listed = {"type": "mcp_list_tools", "server_label": "wiki", "tools": tools}
    assert to_text(answered(listed)) == "[Completed · m]\n\nMCP tools wiki\nstructure · question"


def test_a_json_value_that_python_cannot_write_is_named_as_such() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    assert "cannot be shown as JSON" in to_text(answered({"type": "moon_landing", "x": deep}))


def test_no_heading_of_an_answer_enters_the_outline_of_the_notebook() -> None:
    html = to_html(answered(said("# One\n\nTwo\n---\n\n###### Six")))
    assert re.findall(r"<(h\d)([^>]*)>", html) == [(tag, ' class="tocSkip" dir="auto"') for tag in ("h1", "h2", "h6")]


@pytest.mark.parametrize("key", ["content", "summary"])
def test_a_long_text_stays_as_it_came_until_its_answer_is_complete(key: str) -> None:
    text = "# Tea & *more*\n\n" * (LONG // 10)
    kind = {"content": "message", "summary": "reasoning"}[key]
    snapshot = answered({"type": kind, key: [{"type": "output_text", "text": text}]})
    draft = to_html(snapshot, is_draft=True)
    assert text in unescape(draft)
    assert "<h1" not in draft
    assert "<h1" in to_html(snapshot)


def test_a_very_long_text_stays_as_it_came() -> None:
    text = "# Tea & *more*\n\n" * (TOO_LONG // 10)
    html = to_html(answered(said(text)))
    assert text in unescape(html)
    assert "<h1" not in html


def test_a_short_text_is_markdown_in_a_draft_too() -> None:
    snapshot = answered(said("# Tea"))
    assert to_html(snapshot, is_draft=True) == to_html(snapshot)
