"""The format of journals and tapes: what was received, as lines of JSON. Pure: bytes in, records out, and back.

Each line is one JSON object and ends in ``,"c":"xxxxxxxx"}``: the CRC-32 of all before these letters, begun with the
CRC of the line before, so that no line can be changed, left out or moved unseen. The first line is a `Head`, the others
are a `Record` each; the last one of an answer that came to its end tells how many there are and the SHA-256 of all
bytes before it. Who reads trusts none of it: a tape may be a stranger's.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from streamcell.errors import ProtocolError
from streamcell.events import Event, UnknownEvent

__all__ = [
    "LONGEST_HEADER",
    "MAX_BYTES",
    "VERSION",
    "Connection",
    "Head",
    "Opened",
    "Record",
    "Tape",
    "Writer",
    "as_bytes",
    "keeps",
    "read",
    "whole",
]

VERSION = 1
"""Goes up when an older streamcell could not read what a newer one writes."""
MAX_BYTES = 64 * 1024 * 1024
"""A longer file is neither written nor read."""
MAX_CONNECTIONS = 100_000
"""So often one answer may have been continued."""
LONGEST_HEADER = 200
"""Characters of a header's value."""

_SEAL = b',"c":"%08x"}'
"""What a line ends in; in place of its JSON's closing brace."""
_SEAL_LENGTH = len(_SEAL % 0)


def keeps(header: str) -> bool:
    """Whether a header of an answer is kept. Those of the request never are."""
    name = header.lower()
    return name in ("content-type", "x-request-id", "x-streamcell-demo") or name.startswith("x-ratelimit-")


class Head(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The first line: what was asked, without secrets."""

    streamcell: str
    """Always ``tape``; it says what this file is."""
    version: int
    at: float
    """Unix time in seconds; for people, all else goes by the times of the records."""
    api: str
    model: str | None = None
    where: dict[str, str] = {}
    """The options ``base_url`` and ``key_env``, to ask the same service again. Never a key."""
    background: bool = False
    response_id: str | None = None
    """Of an answer that was begun before and is continued here."""
    request: dict[str, Any] = {}
    """The other options, redacted."""


class Opened(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The head of a 2xx answer."""

    api: str
    headers: dict[str, str] = {}


class Ended(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How it ended, and what the file must hold."""

    status: str
    error: dict[str, str | int] | None = None
    """`wire.ErrorInfo`, redacted."""
    records: int
    """Lines before this one, the head's included."""
    sha256: str
    """Of all bytes before this line."""


class Record(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing that happened; just one of the fields after ``t`` is set."""

    t: int
    """Milliseconds since the head, never less than in the record before."""
    d: str | None = None
    """Bytes that came, as text."""
    b: bytes | None = None
    """Bytes that came and are no UTF-8, in base64."""
    whole: bytes | None = None
    """The answer of a server that does not stream, in base64."""
    open: Opened | None = None
    end: Ended | None = None
    c: str = ""
    """The seal of the line; read, not written, as a field."""


@dataclass
class Connection:
    """What came over one connection."""

    api: str
    headers: Mapping[str, str]
    opened: int
    """Milliseconds since the head."""
    chunks: list[tuple[int, bytes]] = field(default_factory=list)
    """(milliseconds since the head, bytes)"""
    whole: bytes | None = None


@dataclass
class Tape:
    """What a file holds, as far as it can be believed."""

    head: Head
    connections: list[Connection] = field(default_factory=list)
    end: Ended | None = None
    damage: str = ""
    """What is wrong with the first line that was not believed; it and all after it are left out."""


class Writer:
    """Makes the lines of one file. Hand each line on before the next is made, in order."""

    def __init__(self) -> None:
        self._crc = 0
        self._sha = sha256()
        self.records = 0

    def line(self, record: Head | Record) -> bytes:
        body = _encode(record)[:-1]
        self._crc = zlib.crc32(body, self._crc)
        line = body + _SEAL % self._crc + b"\n"
        self._sha.update(line)
        self.records += 1
        return line

    def chunk(self, t: int, data: bytes) -> bytes:
        """The line of some bytes that came."""
        try:
            return self.line(Record(t=t, d=data.decode()))
        except UnicodeDecodeError:
            return self.line(Record(t=t, b=data))

    def end(self, t: int, status: str, error: Mapping[str, Any] | None) -> bytes:
        told = None if error is None else dict(error)
        ended = Ended(status=status, error=told, records=self.records, sha256=self._sha.hexdigest())
        return self.line(Record(t=t, end=ended))


def as_bytes(event: Event) -> bytes:
    """One of our own events as a server of the Responses API would send it."""
    return b"data: " + _encode(event.data if isinstance(event, UnknownEvent) else event) + b"\n\n"


def read(data: bytes) -> Tape:
    """The believable part of a file: up to the first line that is not what its writer wrote.

    Raises:
        ProtocolError: It is no tape, of another version, or longer than the cap, or the head itself is damaged.
    """
    if len(data) > MAX_BYTES:
        raise ProtocolError(f"Expected a tape of at most {MAX_BYTES} bytes.", kind="too_large")
    lines = _lines(data)
    first = next(lines, b"")
    tape = Tape(_head(first))
    crc, sha = zlib.crc32(first[:-_SEAL_LENGTH]), sha256(first + b"\n")
    for number, line in enumerate(lines, 1):
        crc = zlib.crc32(line[:-_SEAL_LENGTH], crc)
        if not line.endswith(_SEAL % crc):
            tape.damage = "a line does not fit its checksum"
        else:
            tape.damage = _take(tape, line, number, sha.hexdigest())
        if tape.damage:
            return tape
        sha.update(line + b"\n")
    tape.damage = "" if data.endswith(b"\n") else "the last line has no end"
    return tape


def _lines(data: bytes) -> Iterator[bytes]:
    """The lines that have an end, one by one: a file of nothing but line ends would fill the memory with a list."""
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start:end]
        start = end + 1


def whole(data: bytes) -> Tape:
    """The same, of a file that must be whole.

    Raises:
        ProtocolError: Also for a damaged line, and where the last one is missing.
    """
    tape = read(data)
    if tape.damage or tape.end is None:
        raise ProtocolError(
            f"Expected a whole tape: {tape.damage or 'its last line is missing'}.",
            hint="Record it again; streamcell.recover() has what a killed kernel received.",
        )
    return tape


def _head(line: bytes) -> Head:
    try:
        head = _decode_head(line)
    except (ValueError, RecursionError):
        head = None
    if head is None or head.streamcell != "tape":
        raise ProtocolError("Expected a tape of streamcell, got another kind of file or a damaged one.")
    if head.version != VERSION:
        raise ProtocolError(
            f"Expected a tape of version {VERSION}, got version {head.version}.", hint="Update streamcell to read it."
        )
    if not line.endswith(_SEAL % zlib.crc32(line[:-_SEAL_LENGTH])):
        raise ProtocolError("Expected a whole tape: its first line does not fit its checksum.")
    return head


def _take(tape: Tape, line: bytes, number: int, sha: str) -> str:
    """Add a line to the tape, or say what is wrong with it: a checksum proves nothing of who wrote it."""
    try:
        record = _decode(line)
    except (ValueError, RecursionError):
        return "a line is no record"
    set_ = [name for name in _KINDS if getattr(record, name) is not None]
    if len(set_) != 1 or not _newest(tape) <= record.t < 2**53:
        return "a record makes no sense"
    if tape.end is not None:
        return "something follows the last line"
    if record.end is not None and (record.end.records, record.end.sha256) != (number, sha):
        return "the sums in the last line do not fit"
    return _KINDS[set_[0]](tape, record)


def _newest(tape: Tape) -> int:
    """When the newest record came."""
    connection = tape.connections[-1] if tape.connections else None
    if connection is None:
        return 0
    return connection.chunks[-1][0] if connection.chunks else connection.opened


def _chunk(tape: Tape, record: Record) -> str:
    if not tape.connections or tape.connections[-1].whole is not None:
        return "bytes came over no connection"
    data = record.d.encode() if record.d is not None else record.b or b""
    tape.connections[-1].chunks.append((record.t, data))
    return ""


def _whole(tape: Tape, record: Record) -> str:
    if not tape.connections or tape.connections[-1].whole is not None:
        return "an answer came over no connection"
    tape.connections[-1].whole = record.whole
    return ""


def _open(tape: Tape, record: Record) -> str:
    opened = record.open
    if opened is None or len(tape.connections) >= MAX_CONNECTIONS:
        return "there are too many connections"
    headers = {k: v[:LONGEST_HEADER] for k, v in opened.headers.items() if keeps(k)}
    tape.connections.append(Connection(opened.api, headers, record.t))
    return ""


def _end(tape: Tape, record: Record) -> str:
    tape.end = record.end
    return ""


_KINDS: dict[str, Callable[[Tape, Record], str]] = {
    "d": _chunk, "b": _chunk, "whole": _whole, "open": _open, "end": _end,
}  # fmt: skip
"""Field of a `Record` → what it does to the tape; it returns what is wrong, or nothing."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Record).decode
_decode_head = msgspec.json.Decoder(Head).decode
