"""Bytes → events, where the bytes are not what they should be, and where a shorter way is taken."""

from __future__ import annotations

from typing import Any

import pytest

from streamcell import events as ev
from streamcell.errors import ProtocolError
from streamcell.providers import PROVIDERS
from streamcell.sse import SSEDecoder

from .protocol import cuttings, events_of, fold, sse

HELLO = {"type": "response.output_text.delta", "sequence_number": 1, "output_index": 0, "delta": "hello"}


def names(events: list[ev.Event]) -> list[str]:
    return [e.name if isinstance(e, ev.Oddity) else e.type for e in events]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b'{"type":"response.output_text.delta","delta":"cut', "not_json"),
        (b": OPENROUTER PROCESSING", "not_json"),
        (b"123", "not_an_object"),
        (b'"str"', "not_an_object"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b"{}", "event_without_type"),
        (b'{"type":5,"delta":"x"}', "event_without_type"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested_too_deep"),
    ],
)
def test_what_is_no_event_is_skipped_and_named(data: bytes, name: str) -> None:
    stream = sse([HELLO]) + b"data: " + data + b"\n\n" + sse([HELLO])
    assert names(events_of([stream])) == [HELLO["type"], name, HELLO["type"]]


@pytest.mark.parametrize("ping", [b"event: keepalive\n\n", b"event: ping\ndata:\n\n", b"data: \n\n", b": x\n\n", b"\n"])
def test_what_says_nothing_says_nothing(ping: bytes) -> None:
    assert names(events_of([ping + sse([HELLO]) + ping])) == [HELLO["type"]]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"NaN", None),
        (b"-Infinity", None),
        (b"1e999", None),
        (b"9" * 6000, None),
        (b"12345678901234567890123", 12345678901234567890123),
        (b'"\\ud83d"', "\ufffd"),
        (b'"a\xff\xfeb"', "a\ufffd\ufffdb"),
        (b'"\\ud83d\\ude00"', "😀"),
    ],
)
def test_values_that_json_readers_dispute_are_read_or_null(written: bytes, read: Any) -> None:
    stream = b'data: {"type":"response.created","response":{"model":' + written + b"}}\n\n"
    assert events_of([stream]) == [ev.ResponseCreated(response={"model": read})]


def test_the_type_comes_from_the_data_and_only_in_want_of_one_from_the_name() -> None:
    other = b"event: response.output_text.delta\n" + sse([{"type": "response.reasoning_text.delta", "delta": "x"}])
    assert names(events_of([other])) == ["response.reasoning_text.delta"]
    missing = b'event: response.output_text.delta\ndata: {"delta":"x"}\n\n'
    assert events_of([missing]) == [ev.OutputTextDelta(delta="x")]


def test_the_name_may_come_after_the_data() -> None:
    stream = b'data: {"type":"response.output_text.delta","delta":"x"}\nevent: response.output_text.delta\n\n'
    assert events_of([stream]) == [ev.OutputTextDelta(delta="x")]


def test_data_over_several_lines_is_one_event() -> None:
    stream = b'data: {"type":"response.output_text.delta",\ndata: "delta":"x"}\n\n'
    for chunks in cuttings(stream):
        assert events_of(chunks) == [ev.OutputTextDelta(delta="x")]


@pytest.mark.parametrize("cut", [1, 2])
def test_a_last_event_without_its_blank_line_counts_if_it_is_whole(cut: int) -> None:
    assert names(events_of([sse([HELLO])[:-cut]])) == [HELLO["type"]]


def test_a_last_event_cut_short_is_dropped_without_a_warning() -> None:
    assert names(events_of([sse([HELLO, HELLO])[:-10]])) == [HELLO["type"]]


def test_after_done_nothing_is_read() -> None:
    assert names(events_of([sse([HELLO]) + b"data: [DONE]\n\ndata: [DONE]\n\n" + sse([HELLO])])) == [HELLO["type"]]
    reader = PROVIDERS["responses"].reader()
    reader.feed(b"data: [DONE]\n\n")
    assert reader.feed(sse([HELLO])) == [] == reader.close()


@pytest.mark.parametrize("api", PROVIDERS)
def test_an_event_is_out_with_the_byte_that_ends_it(api: str) -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "x"}, "text": "x"}]}
    event = HELLO if api == "responses" else chunk
    reader = PROVIDERS[api].reader()
    for _ in range(3):
        *most, last = (bytes([b]) for b in sse([event]))
        assert not any(reader.feed(b) for b in most)
        assert any(isinstance(e, ev.OutputTextDelta) for e in reader.feed(last))


def test_a_line_past_the_limit_is_an_error_of_its_own_kind() -> None:
    reader = PROVIDERS["responses"].reader()
    reader._sse = SSEDecoder(max_line=100)
    with pytest.raises(ProtocolError) as caught:
        reader.feed(b"data: " + b"x" * 200)
    assert caught.value.kind == "too_large"


# Blocks that look plain but for one thing; each must go the long way, and give what the long way gives.
ALMOST_PLAIN = [
    b'data: {"type":"keepalive"}\rdata: {}\n\n',
    b'data: {\n"type":"keepalive"}\n\n',
    b'data: {"type":\rdata: "keepalive"}\n\n',
    b'data: {"type":"keepalive"}\nid: 1\n\n',
    b'event: a\nid: 2\ndata: {"type":"keepalive"}\n\n',
    b': data: {"type":"error"}\ndata: {"type":"keepalive"}\n\n',
    b'event: data: x\ndata: {"type":"keepalive"}\n\n',
    b'xdata: {"type":"error"}\ndata: {"type":"keepalive"}\n\n',
    b'data:{"type":"keepalive"}\n\n',
    b'data:  {"type":"keepalive"} \n\n',
    b'\ndata: {"type":"keepalive"}\n\n',
    b'data: {"type":"keepalive"}\n \n\n',
    b'data: {"type":"keepalive","sequence_number":"1"}\n\n',
    b'data: {"type":"keepalive","sequence_number":1,"sequence_number":2}\n\n',
    b'data: {"type":"keepalive"}{"type":"keepalive"}\n\n',
    b'data: {"type":"keepalive"}\n\n\n',
    b'data: {"type":"response.output_text.delta","delta":"a\tb"}\n\n',
]


@pytest.mark.parametrize("block", ALMOST_PLAIN)
def test_the_short_way_gives_what_the_long_way_gives(block: bytes) -> None:
    plain = sse([{"type": "keepalive", "sequence_number": 7}])
    stream = plain + plain + block + plain + block + block + plain
    byte_by_byte = events_of([stream[i : i + 1] for i in range(len(stream))])
    for chunks in cuttings(stream):
        assert events_of(chunks) == byte_by_byte
    assert events_of([plain, plain, block, plain, block, block, plain]) == byte_by_byte


@pytest.mark.parametrize(
    "more",
    [
        {"delta": {"content": "b", "tool_calls": [{"index": 0, "id": "a", "function": {"name": "n"}}]}},
        {"delta": {"content": "b", "reasoning_content": "r"}},
        {"delta": {"content": "b"}, "finish_reason": "stop"},
        {"delta": {"content": "b"}, "index": 1},
        {"delta": {"content": "b"}, "logprobs": {"content": [{"token": "b", "logprob": -1}]}},
        {"delta": {"content": ["b", {"type": "text", "text": "c"}]}},
        {"delta": {"content": ""}},
        {"delta": {"reasoning": "r", "reasoning_details": [{"text": "r"}]}},
    ],
)
def test_chat_takes_the_short_way_only_for_plain_text(more: dict[str, Any]) -> None:
    def chunk(choice: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return {"id": "c", "model": "m", "choices": [{"index": 0, **choice}], **fields}

    said, thought = chunk({"delta": {"content": "a"}}), chunk({"delta": {"reasoning": "t"}})
    chunks = [thought, said, chunk(more), said, thought, chunk(more, usage={"total_tokens": 1}), said]
    slowly = PROVIDERS["chat"].reader()
    want = fold([e for c in chunks for e in slowly._translate(c)], "chat").snapshot()
    for pieces in cuttings(sse(chunks)):
        events = [e for e in events_of(pieces, "chat") if not isinstance(e, ev.ResponseCompleted)]
        assert fold(events, "chat").snapshot() == want
