"""The format of tapes: what is written is read back, and what was changed is never believed."""

from __future__ import annotations

import json
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamcell.errors import ProtocolError
from streamcell.events import UnknownEvent, from_dict
from streamcell.tape import MAX_BYTES, VERSION, Head, Opened, Record, Writer, as_bytes, keeps, read, whole

CHUNKS = [b'data: {"a": "\xc3\xa4\\n"}\n', b"\n\xc3", b"\xa4", b"", "\u2028 🚀".encode()]


def head(**given) -> Head:
    return Head(**{"streamcell": "tape", "version": VERSION, "at": 1.5, "api": "auto", "model": "m", **given})


def written(chunks: list[bytes] = CHUNKS, *, end: str | None = "completed", error: dict | None = None) -> bytes:
    writer = Writer()
    lines = [writer.line(head()), writer.line(Record(t=1, open=Opened(api="responses", headers={"x-request-id": "r"})))]
    lines += [writer.chunk(2 + i, chunk) for i, chunk in enumerate(chunks)]
    if end:
        lines.append(writer.end(99, end, error))
    return b"".join(lines)


def forged(*records: dict, version: int = VERSION) -> bytes:
    """A tape with right checksums, by somebody else."""
    crc, lines = 0, []
    start = {"streamcell": "tape", "version": version, "at": 1.0, "api": "auto"}
    for record in [start, *records]:
        body = json.dumps(record, separators=(",", ":")).encode()[:-1]
        crc = zlib.crc32(body, crc)
        lines.append(body + b',"c":"%08x"}\n' % crc)
    return b"".join(lines)


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_what_is_written_is_read_back(chunks: list[bytes]) -> None:
    tape = whole(written(chunks))
    (connection,) = tape.connections
    assert [data for _, data in connection.chunks] == chunks
    assert [t for t, _ in connection.chunks] == list(range(2, 2 + len(chunks)))
    assert (connection.api, connection.headers, connection.opened) == ("responses", {"x-request-id": "r"}, 1)
    assert (tape.head.model, tape.end.status, tape.damage) == ("m", "completed", "")


def test_each_byte_of_a_tape_flipped_is_refused() -> None:
    data = written(error={"kind": "stalled", "message": "x"})
    for at in range(len(data)):
        for mask in (1, 0x20, 0x80, 0xFF):
            changed = data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]
            with pytest.raises(ProtocolError):
                whole(changed)


def test_of_a_flipped_journal_only_what_stood_before_is_believed() -> None:
    data = written(end=None)
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        try:
            tape = read(changed)
        except ProtocolError:
            assert at <= data.index(b"\n")
            continue
        before = data.count(b"\n", 0, at)
        found = [data for c in tape.connections for _, data in c.chunks]
        assert found == CHUNKS[: max(0, before - 2)]
        assert tape.damage


def test_each_cut_gives_the_records_before_it() -> None:
    data = written()
    first = data.index(b"\n") + 1
    for at in range(len(data)):
        if at < first:
            with pytest.raises(ProtocolError):
                read(data[:at])
            continue
        tape = read(data[:at])
        found = [data for c in tape.connections for _, data in c.chunks]
        assert found == CHUNKS[: max(0, data.count(b"\n", 0, at) - 2)]
        assert bool(tape.damage) == (data[at - 1] != 10)
        with pytest.raises(ProtocolError, match="Expected a whole tape"):
            whole(data[:at])


def test_lines_left_out_doubled_or_swapped_are_noticed() -> None:
    lines = written().splitlines(keepends=True)
    for i in range(1, len(lines) - 1):
        for changed in ([*lines[:i], *lines[i + 1 :]], [*lines[:i], lines[i], *lines[i:]]):
            with pytest.raises(ProtocolError):
                whole(b"".join(changed))
        swapped = [*lines[: i - 1], lines[i], lines[i - 1], *lines[i + 1 :]]
        with pytest.raises(ProtocolError):
            whole(b"".join(swapped))


OPEN = {"t": 0, "open": {"api": "responses"}}
NONSENSE = {
    "unknown field": {"t": 0, "run": "rm"},
    "two at once": {"t": 0, "d": "x", "b": "eA=="},
    "nothing": {"t": 0},
    "no time": {"d": "x"},
    "time that runs back": {"t": -1, "d": "x"},
    "a time beyond all": {"t": 2**60, "d": "x"},
    "no base64": {"t": 0, "b": "*"},
    "wrong type": {"t": 0, "d": 7},
    "deep": {"t": 0, "open": {"api": "responses", "headers": {"a": [[]]}}},
    "wrong sums": {"t": 0, "end": {"status": "completed", "records": 2, "sha256": "0" * 64}},
}


@pytest.mark.parametrize("record", NONSENSE.values(), ids=NONSENSE)
def test_a_checksum_proves_nothing_of_who_wrote_it(record: dict) -> None:
    assert read(forged(OPEN, record)).damage
    with pytest.raises(ProtocolError):
        whole(forged(OPEN, record))


def test_bytes_without_a_connection_are_not_believed() -> None:
    assert "no connection" in read(forged({"t": 0, "d": "x"})).damage
    assert "no connection" in read(forged({"t": 0, "whole": "e30="})).damage
    assert "no connection" in read(forged(OPEN, {"t": 0, "whole": "e30="}, {"t": 0, "d": "x"})).damage


def test_nothing_follows_the_end() -> None:
    data = written()
    writer = Writer()
    writer._crc = int(data[-11:-3], 16)
    assert "follows the last line" in read(data + writer.chunk(100, b"x")).damage


def test_nested_beyond_reason_is_refused_without_a_crash() -> None:
    deep = b'{"streamcell":"tape","version":1,"at":0,"api":"a","request":' + b'{"a":' * 100_000
    with pytest.raises(ProtocolError):
        read(deep + b"\n")


def test_another_version_is_refused_with_its_number() -> None:
    with pytest.raises(ProtocolError, match="got version 2"):
        read(forged(version=2))


@pytest.mark.parametrize("data", [b"", b"\n", b"{}\n", b'{"nbformat": 4}\n', b"\xff" * 100, b'{"streamcell":"x"}\n'])
def test_other_files_are_refused_as_what_they_are(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="another kind of file"):
        read(data)


def test_a_file_over_the_cap_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        read(bytes(MAX_BYTES + 1))
    assert caught.value.kind == "too_large"


def test_a_file_of_nothing_but_line_ends_is_left_at_the_first() -> None:
    assert read(forged(OPEN) + b"\n" * (MAX_BYTES // 2)).damage == "a line does not fit its checksum"


@given(st.binary(max_size=300))
def test_random_bytes_never_crash_the_reader(noise: bytes) -> None:
    data = written()
    at = random.Random(noise).randrange(len(data))
    for bad in (noise, data[:at] + noise, data + noise):
        try:
            tape = whole(bad)
        except ProtocolError:
            continue
        assert bad == data
        assert tape.end


def test_only_harmless_headers_are_kept() -> None:
    assert all(keeps(n) for n in ("Content-Type", "x-request-id", "X-RateLimit-Remaining-Requests"))
    assert not any(keeps(n) for n in ("set-cookie", "Authorization", "api-key", "openai-organization", "x-my-key"))
    tape = read(forged({"t": 0, "open": {"api": "chat", "headers": {"set-cookie": "a", "content-type": "b" * 999}}}))
    assert tape.connections[0].headers == {"content-type": "b" * 200}


def test_our_own_events_are_written_as_a_server_says_them() -> None:
    delta = {"type": "response.output_text.delta", "delta": "x", "output_index": 0}
    assert json.loads(as_bytes(from_dict(delta))[6:])["delta"] == "x"
    other = {"type": "response.new_thing", "x": 1}
    assert isinstance(from_dict(other), UnknownEvent)
    assert json.loads(as_bytes(from_dict(other))[6:]) == other
