"""The tapes, their cutting into tokens, and values made to fit a schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamcell.demo import tape as tapes
from streamcell.demo import tokens
from streamcell.demo.play import play
from streamcell.demo.schema import fit
from streamcell.demo.tape import Act, Tape


@given(st.text())
def test_tokens_joined_are_the_text_again(text: str) -> None:
    pieces = tokens.tokens(text)
    assert "".join(pieces) == text
    assert "".join(tokens.deltas(pieces)) == text
    assert all(pieces)


def test_emoji_with_joined_parts_are_never_split() -> None:
    assert tokens.tokens("a 👩‍🔬🇵🇹👍🏽!") == ["a", " 👩‍🔬", "🇵🇹", "👍🏽", "!"]


@pytest.mark.parametrize("name", tapes.names())
def test_deltas_are_about_as_long_as_those_of_real_servers(name: str) -> None:
    text = "".join(part for act in tapes.read(name).acts for part in act.parts)
    sizes = [len(delta.strip()) for delta in tokens.deltas(tokens.tokens(text))]
    assert max(sizes) <= 20
    assert 2 <= sum(sizes) / len(sizes) <= 8


@pytest.mark.parametrize("name", tapes.names())
def test_the_same_tape_plays_the_same_beats(name: str) -> None:
    tape = tapes.read(name)
    assert list(play(tape, None)) == list(play(tape, None))


@pytest.mark.parametrize("limit", range(1, 40))
def test_a_limit_cuts_at_exactly_that_many_tokens(limit: int) -> None:
    tape = Tape(
        "t", (Act("reasoning", ("one two", "three four")), Act("text", (" word" * 30,)), Act("call", ("{}",), "f"))
    )
    end = list(play(tape, limit))[-1].outcome
    whole = list(play(tape, None))[-1].outcome
    assert end is not None
    assert whole is not None
    assert end.output_tokens == min(limit, whole.output_tokens)
    assert end.status == ("completed" if limit >= whole.output_tokens else "incomplete")


def test_the_long_tape_is_long_and_the_slow_one_slow() -> None:
    assert len(tapes.read("long").acts[0].parts[0].encode()) > 16_000
    assert sum(beat.delay for beat in play(tapes.read("slow"), None)) > 10


def test_natural_timing_is_between_forty_and_a_hundred_and_twenty_deltas_a_second() -> None:
    beats = list(play(tapes.read("tour"), None))
    seconds = sum(beat.delay for beat in beats)
    assert 40 <= sum(beat.kind == "delta" for beat in beats) / seconds <= 120
    assert beats[0].delay == pytest.approx(0.3)


def test_a_broken_tape_says_where_it_breaks() -> None:
    with pytest.raises(ValueError, match="tape x: no section kind 'dance'"):
        tapes._acts("x", "%% dance\nla la")
    with pytest.raises(ValueError, match="expected 'key: value'"):
        tapes._fact("x", "no colon")


SCHEMAS = {
    "nested": {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}, "minItems": 3},
            "kind": {"enum": ["a", "b"]},
            "maybe": {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 7}]},
            "when": {"type": "string", "format": "date-time"},
        },
        "required": ["title", "steps", "kind", "maybe"],
        "additionalProperties": False,
        "$defs": {"Step": {"type": "object", "properties": {"text": {"type": "string", "maxLength": 3}}}},
    },
    "bounds": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 10, "multipleOf": 4}, "maxItems": 1},
    "types": {"type": ["null", "boolean"]},
    "all of": {"allOf": [{"type": "string", "minLength": 40}, {"maxLength": 50}]},
    "empty": {},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_made_value_fits_its_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = SCHEMAS[name]
    value = fit(schema)
    jsonschema.validate(value, schema)
    assert fit(schema) == value


def test_a_schema_of_a_tree_ends() -> None:
    tree = {
        "type": "object",
        "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["value", "children"],
    }
    assert fit(tree)["children"][0]["value"] == 3


def test_a_schema_that_requires_itself_ends_too() -> None:
    assert fit({"type": "object", "properties": {"self": {"$ref": "#"}}, "required": ["self"]})


def test_hints_are_taken_where_their_type_fits() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
    assert fit(schema, {"city": "Oslo", "days": "three"}) == {"city": "Oslo", "days": 3}
