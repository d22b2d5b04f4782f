"""A document and its ops: whatever is done to it, the ops say it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamcell.document import MAX_DEPTH, MAX_PARTS, Document, Text, mended
from streamcell.frames import apply_ops

TEXT = st.text(st.characters(codec=None), max_size=6)  # lone surrogates too
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON = st.recursive(LEAF, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from("abc"), v, max_size=3))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("abc"), JSON),
        st.tuples(st.just("overrule"), st.sampled_from("abc"), JSON),
        st.tuples(st.just("grow"), st.sampled_from("abc"), TEXT),
        st.tuples(st.just("end"), st.none(), st.none()),
        st.tuples(st.just("drain"), st.none(), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=300)
@given(STEPS)
def test_ops_build_what_the_document_is(steps: list[tuple[str, Any, Any]]) -> None:
    document = Document({})
    page: Any = document.snapshot()
    for step, key, value in steps:
        if step == "drain":
            page = apply_ops(page, json.loads(json.dumps(document.drain(), allow_nan=False)))
            assert page == document.snapshot()
        elif step == "end":
            document.end()
        elif step == "grow":
            document.text((key,)).parts.append(value)
        else:
            getattr(document, step)((key,), value)
    page = apply_ops(page, document.drain())
    assert page == document.snapshot()
    json.dumps(page, allow_nan=False, ensure_ascii=False).encode()


@given(st.lists(TEXT, max_size=20), st.sets(st.integers(0, 20)))
def test_a_text_is_its_parts_joined_whenever_it_is_packed(parts: list[str], packs: set[int]) -> None:
    text = Text()
    for number, part in enumerate(parts):
        text.parts.append(part)
        if number in packs:
            text.pack()
    text.end()
    assert str(text) == mended("".join(parts))


def test_what_was_taken_is_taken_once() -> None:
    text = Text("Ti")
    text.taken()
    text.parts += ["de", "s"]
    assert (text.take(), text.take(), str(text)) == ("des", "", "Tides")


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_nothing_empty_erases_anything(empty: Any) -> None:
    document = Document({"a": {"b": "x", "c": [1]}})
    document.overrule(("a",), {"b": empty, "c": empty, "d": empty})
    assert document.snapshot() == {"a": {"b": "x", "c": [1], "d": empty}}
    document.overrule(("a",), empty)
    assert document.snapshot()["a"]["b"] == "x"


def test_only_what_differs_is_told() -> None:
    document = Document({"a": {"b": "x", "c": [1, {"d": 2}]}})
    document.overrule(("a",), {"b": "x", "c": [1, {"d": 3}], "e": True})
    assert document.drain() == [("set", ["a", "e"], True), ("set", ["a", "c", 1, "d"], 3)]


def test_a_set_of_a_container_tells_its_texts_so_far() -> None:
    document = Document({})
    document.put(("a",), {"t": ""})
    document.text(("a", "t")).parts.append("Ti")
    assert document.drain() == [("set", ["a"], {"t": "Ti"})]
    document.text(("a", "t")).parts.append("de")
    assert document.drain() == [("append", ["a", "t"], "de")]


def test_values_nested_without_end_are_cut_off() -> None:
    value: Any = "x"
    for _ in range(900):
        value = [value]
    document = Document({})
    document.put(("a",), value)
    depth, inner = 0, document.snapshot()["a"]
    while isinstance(inner, list):
        depth, inner = depth + 1, inner[0]
    assert (depth, inner) == (MAX_DEPTH, None)


def test_a_text_of_many_deltas_is_held_in_one_piece() -> None:
    text = Text()
    for _ in range(3 * MAX_PARTS):
        text.parts.append("🌊")
        if len(text.parts) >= MAX_PARTS:
            text.pack()
    assert (len(text.parts), len(text.pack())) == (0, 3 * MAX_PARTS * 4)
