"""Bytes → server-sent events: the standard's rules, under every cutting, within limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamcell.errors import ProtocolError
from streamcell.sse import ServerSentEvent, SSEDecoder

from .protocol import SHARED, VECTORS, cuttings

RULES = json.loads((VECTORS / "sse" / "rules.json").read_text(encoding="utf-8"))
LINES = st.sampled_from(
    [b"data: a", b"data", b"data: \xe2\x82\xac", b"event: x", b"id: 1", b"retry: 5", b": c", b"", b"", b"\xff", b"x"]
)


def decoded(chunks: list[bytes], decoder: SSEDecoder | None = None) -> list[ServerSentEvent]:
    decoder = decoder or SSEDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: str(r["name"]))
def test_the_rules_hold_under_every_cutting(rule: dict[str, Any]) -> None:
    data = rule["bytes"].encode("latin-1")
    for chunks in cuttings(data):
        events = [{**e._asdict(), "data": e.data.decode("utf-8", "replace")} for e in decoded(chunks)]
        assert events == rule["expect"]


@pytest.mark.parametrize("rule", [r for r in RULES if "tail" in r], ids=lambda r: str(r["name"]))
def test_the_unfinished_block_is_handed_out_at_the_end(rule: dict[str, Any]) -> None:
    decoder = SSEDecoder()
    decoder.feed(rule["bytes"].encode("latin-1"))
    tail = decoder.close()
    assert tail is not None
    assert tail.data.decode() == rule["tail"]


@given(st.lists(LINES), st.lists(st.sampled_from([b"\n", b"\r", b"\r\n"]), min_size=1), st.data())
def test_any_cutting_gives_the_same_events(lines: list[bytes], ends: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + ends[n % len(ends)] for n, line in enumerate(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decoded(chunks) == decoded([stream])


def test_an_event_is_out_as_soon_as_its_blank_line_is_in() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\n") == []
    assert [e.data for e in decoder.feed(b"\n")] == [b"a"]
    assert decoder.idle
    assert decoder.feed(b"data: b\r\n\r") == [ServerSentEvent("message", b"b", "", None)]
    assert not decoder.idle  # the LF that may follow belongs to the CR
    assert decoder.feed(b"\ndata: c\n\n") == [ServerSentEvent("message", b"c", "", None)]


@pytest.mark.parametrize("chunk", [b"data: ", b": ", b"x"])
def test_a_line_without_end_is_refused_at_its_limit(chunk: bytes) -> None:
    decoder = SSEDecoder(max_line=100)
    with pytest.raises(ProtocolError, match="a line of at most 100 bytes") as caught:
        decoded([chunk] * 200, decoder)
    assert caught.value.kind == "too_large"


def test_an_event_without_end_is_refused_at_its_limit() -> None:
    decoder = SSEDecoder(max_event=100)
    with pytest.raises(ProtocolError, match="an event of at most 100 bytes") as caught:
        decoded([b"data: abc\n"] * 200, decoder)
    assert caught.value.kind == "too_large"


def test_a_long_line_in_small_pieces_is_joined_once() -> None:
    """Adding each piece to the line would copy it all each time; here that would be 20 GB."""
    decoder = SSEDecoder()
    for _ in range(20_000):
        decoder.feed(b"data: " if not decoder._line else b"x" * 100)
    assert len(decoder.feed(b"\n\n")[0].data) == 19_999 * 100


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared vectors lie beside the checkout")
def test_the_shared_vectors_pass() -> None:
    adapter = Path(__file__).parents[1] / "bench" / "adapters" / "sse.py"
    command = [sys.executable, SHARED / "check" / "sse_check.py", "--adapter", adapter]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
