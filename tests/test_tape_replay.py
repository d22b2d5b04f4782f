"""Tapes recorded and played: the same bytes through the same reader, nothing sent, and a stranger's tape trusted with
nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamcell import ProtocolError, ProviderError, TransportError, UsageError, magics
from streamcell.api import stream
from streamcell.replay import LONGEST_PAUSE, ReplayTransport, load
from streamcell.session import Stream
from streamcell.tape import Opened, Record, Writer, read, whole
from tests.test_session import DONE, TEXT, Scripted, numbered, options, sse
from tests.test_tape import forged, head, written


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STREAMCELL_DEMO_SPEED", "0")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return tmp_path / "a.tape"


def recorded(file: Path, transport: Scripted, **given) -> Stream:
    return Stream.request(options(record=str(file), **given), transport).start().wait(10)


def played(file: Path, **given) -> Stream:
    return stream(replay=str(file), display=False, **{"speed": 0, **given})


def without_times(made: Stream) -> dict:
    """The answer itself: not when it came, what stands above it, and whether there is a request to send again."""
    snapshot = made.snapshot()
    for key in ("started_at", "first_text_ms", "elapsed_ms", "label", "note", "can_retry"):
        snapshot["streamcell"].pop(key, None)
    return snapshot


@pytest.mark.parametrize("api", ["responses", "chat", "completions"])
@pytest.mark.parametrize("model", ["demo/tour", "demo/weather", "demo/error"])
def test_what_was_recorded_is_played_to_the_same_snapshot(api: str, model: str, file: Path) -> None:
    made = stream("hi", display=False, base_url="demo", api=api, model=model, record=str(file))
    again = played(file)
    assert without_times(again) == without_times(made)
    assert again.status == made.status
    assert list(again.events) == list(made.events)
    assert again.snapshot()["streamcell"]["label"] == "replay of a.tape; demo: canned answers, no model"


def test_the_borders_of_chunks_are_kept(file: Path) -> None:
    data = sse(*TEXT, DONE)
    chunks = [data[i : i + 9] for i in range(0, len(data), 9)]
    recorded(file, Scripted(chunks))
    tape = load(str(file))
    (connection,) = tape.connections
    assert tape.head.where == {}
    assert [chunk for _, chunk in connection.chunks] == chunks


def test_nothing_is_sent_and_no_key_is_needed(file: Path) -> None:
    recorded(file, Scripted([sse(*TEXT, DONE)]))

    class Untouchable:
        def __getattr__(self, name: str) -> None:
            pytest.fail(f"the client was asked for {name}")

    made = played(file, base_url="https://api.openai.com/v1", client=Untouchable(), prompt="is not sent")
    assert (made.text, made.status, made.error, made.replayed) == ("Hello", "completed", None, True)


def test_a_continued_answer_is_played_over_all_its_connections(file: Path) -> None:
    events = numbered(*TEXT, DONE)
    made = recorded(
        file,
        Scripted([sse(*events[:3])], [sse(*events[2:4])], [sse(*events[4:])]),
        api="responses",
        background=True,
    )
    again = played(file)
    assert (again.text, again.status) == (made.text, made.status) == ("Hello", "completed")
    assert len(load(str(file)).connections) == 3


@pytest.mark.parametrize("end", [None, TransportError("It broke.", kind="stalled"), ProviderError("No.", status=500)])
def test_an_answer_that_broke_is_played_to_the_same_break(end: Exception | None, file: Path) -> None:
    chunks = [sse(*TEXT)] + ([end] if end else [])
    made = recorded(file, Scripted(chunks), api="responses", retries=0)
    again = played(file)
    assert (again.text, again.status) == (made.text, made.status)
    assert again.error.kind == made.error.kind
    assert str(again.error).startswith(f"The recording ends here: {made.error.message}")


def test_a_refused_request_is_played_as_one(file: Path) -> None:
    refused = ProviderError("Slow down.", kind="rate_limit", status=429)
    recorded(file, Scripted(refused), api="responses", retries=0)
    again = played(file, retries=5)
    assert (again.status, again.error.kind) == ("failed", "rate_limit")
    assert str(again.error) == "The recording ends here: Slow down."


def test_a_tape_can_be_recorded_from_a_tape_onto_itself(file: Path) -> None:
    recorded(file, Scripted([sse(*TEXT, DONE)]))
    assert played(file, record=str(file)).text == "Hello"
    assert played(file).text == "Hello"


def test_a_journal_is_a_tape(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMCELL_JOURNAL_DIR", str(tmp_path / "journal"))
    Stream.request(options(), Scripted([sse(*TEXT, DONE)])).start().wait(10)
    (path,) = (tmp_path / "journal").iterdir()
    assert played(path).text == "Hello"
    assert list((tmp_path / "journal").iterdir()) == [path]  # a replay is not journalled


# ---------------------------------------------------------------- speed
async def waits(speed: float) -> list[float]:
    waited: list[float] = []
    times = (1000, 1500, 3500, 1_000_000)
    data = forged({"t": 1000, "open": {"api": "responses"}}, *({"t": t, "d": "x"} for t in times))

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async with ReplayTransport(read(data), speed, sleep).post("/responses", {}, {}) as answer:
        assert [chunk async for chunk in answer.chunks] == [b"x"] * 4
    return waited


async def test_it_plays_at_the_recorded_speed_or_any_other() -> None:
    assert await waits(1) == [0.5, 2.0, LONGEST_PAUSE]
    assert await waits(4) == [0.125, 0.5, LONGEST_PAUSE]
    assert await waits(0) == []


@pytest.mark.parametrize("speed", [-1, float("nan"), float("inf"), "fast", True])
def test_a_speed_that_is_none_is_refused(speed: object, file: Path) -> None:
    recorded(file, Scripted([sse(*TEXT, DONE)]))
    with pytest.raises(UsageError, match="Expected a speed from 0 up"):
        played(file, speed=speed)


# ---------------------------------------------------------------- what is refused
def test_each_flipped_byte_is_refused_before_anything_is_shown(file: Path) -> None:
    recorded(file, Scripted([sse(*TEXT), sse(DONE)]))
    data = file.read_bytes()
    for at in range(len(data)):
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(ProtocolError):
            Stream.request(options(replay=str(file)))


def test_what_is_no_tape_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="found no file"):
        played(file)
    with pytest.raises(UsageError, match="found no file"):
        played(tmp_path)
    for data, words in (
        (b'{"cells": []}', "another kind of file"),
        (forged(version=9), "got version 9"),
        (written(end=None), "last line is missing"),
    ):
        file.write_bytes(data)
        with pytest.raises(ProtocolError, match=words):
            played(file)


def strangers(file: Path, *records: dict, status: str = "completed", error: dict | None = None) -> Stream:
    """A stranger's tape, with right sums."""
    writer = Writer()
    lines = [writer.line(head())]
    lines += [writer.line(Record(**record)) for record in records]
    file.write_bytes(b"".join([*lines, writer.end(9, status, error)]))
    return played(file)


def test_a_strangers_tape_is_read_like_a_strangers_server(file: Path) -> None:
    opened = Opened(api="responses")
    hostile = b'data: {"type": "response.output_text.delta", "delta": ' + b"[" * 100_000 + b"\n\n"
    made = strangers(file, {"t": 0, "open": opened}, {"t": 1, "b": hostile}, {"t": 1, "d": "\x00\xff"})
    assert (made.status, made.text) == ("interrupted", "")
    key = "sk-abcdefghijklmnop123456"
    made = strangers(file, error={"kind": "rm -rf", "message": f"the key {key}" + "x" * 9999, "status": 429})
    assert (made.status, made.error.kind, made.error.status) == ("interrupted", "disconnected", None)
    assert key not in str(made.error)
    assert len(str(made.error)) < 600
    with pytest.raises(ProtocolError, match="got another"):
        strangers(file, {"t": 0, "open": Opened(api="soap")})
    assert strangers(file).error is not None


# ---------------------------------------------------------------- where it is written
def test_nothing_but_a_tape_is_overwritten(file: Path, tmp_path: Path) -> None:
    file.write_text("my thesis")
    for path in (file, tmp_path, tmp_path / "no" / "folder"):
        with pytest.raises(UsageError, match="to record to"):
            recorded(path, Scripted())
    assert file.read_text() == "my thesis"
    file.unlink()
    for _ in range(2):
        recorded(file, Scripted([sse(*TEXT, DONE)]))
    assert whole(file.read_bytes()).end.status == "completed"


def test_the_magic_takes_the_options() -> None:
    given, prompt = magics._read_line("--record a.tape --replay 'b c.tape' --speed 2.5 Why?")
    assert (given["record"], given["replay"], given["speed"], prompt) == ("a.tape", "b c.tape", 2.5, "Why?")
    given, prompt = magics._read_line("--replay b.tape")
    assert (given["replay"], given["speed"], prompt) == ("b.tape", 1.0, "")
