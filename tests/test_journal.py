"""The journal: what arrived is on disk soon, whatever happens to the kernel; whatever happens to the disk, the stream
goes on."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from streamcell import recover
from streamcell.events import from_dict
from streamcell.journal import Recorder, directory, journal, prune
from streamcell.recording import recorder
from streamcell.secret import Secret
from streamcell.session import Stream
from streamcell.tape import VERSION, Head, whole
from streamcell.tape_file import OPEN, File, in_use
from streamcell.transport import Answer
from tests.killed import text_of
from tests.test_session import DONE, TEXT, Scripted, options, sse

ROOT = Path(__file__).parents[1]
KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STREAMCELL_JOURNAL_DIR", str(tmp_path / "journal"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return tmp_path / "journal"


def ran(*chunks: object, **given: object) -> Stream:
    return Stream.request(options(**given), Scripted(list(chunks))).start().wait(10)


def files(where: Path) -> list[Path]:
    return sorted(where.iterdir()) if where.is_dir() else []


def head() -> Head:
    return Head(streamcell="tape", version=VERSION, at=1.0, api="responses")


# ---------------------------------------------------------------- what is written
def test_a_whole_answer_leaves_a_whole_journal_for_its_owner_only(where: Path) -> None:
    stream = ran(sse(*TEXT), sse(DONE))
    (path,) = files(where)
    assert not path.name.endswith(OPEN)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(where.stat().st_mode) == 0o700
    tape = whole(path.read_bytes())
    assert tape.end.status == stream.status == "completed"
    assert (tape.head.api, tape.head.model, tape.head.request) == ("auto", "m", {"prompt": "hi"})
    assert tape.head.where == {"base_url": "http://127.0.0.1:1/v1"}
    assert Stream.of_tape(tape).text == stream.text == "Hello"
    assert recover() == []
    assert stream.warnings == {}


def test_events_of_others_are_kept_too(where: Path) -> None:
    for events in ([sse(*TEXT)], [*TEXT], [from_dict(event) for event in TEXT]):
        Stream.of(events).start().wait(10)
    assert [one.text for one in recover()] == ["Hello"] * 3


def test_an_answer_in_one_piece_is_kept(where: Path) -> None:
    class Whole(Scripted):
        @asynccontextmanager
        async def post(self, path: str, body: dict, headers: dict) -> AsyncIterator[Answer]:
            yield Answer({}, self.play([]), json.dumps(DONE["response"]).encode())

    assert Stream.request(options(api="responses"), Whole()).start().wait(10).status == "completed"
    (path,) = files(where)
    assert Stream.of_tape(whole(path.read_bytes())).status == "completed"


@pytest.mark.parametrize("how", ["variable", "option", "word"])
def test_it_can_be_turned_off(where: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how != "option":
        monkeypatch.setenv("STREAMCELL_JOURNAL", {"variable": "0", "word": "off"}[how])
    ran(sse(*TEXT), journal=how != "option")
    assert files(where) == []
    assert recover() == []


def test_it_lies_in_the_users_cache() -> None:
    home = Path(os.path.expanduser("~"))
    assert directory({"STREAMCELL_JOURNAL_DIR": "/x"}) == Path("/x")
    assert directory({"XDG_CACHE_HOME": "/c"}, "linux") == Path("/c/streamcell/journal")
    assert directory({}, "linux") == home / ".cache/streamcell/journal"
    assert directory({}, "darwin") == home / "Library/Caches/streamcell/journal"
    assert directory({"LOCALAPPDATA": "/l"}, "win32") == Path("/l/streamcell/journal")
    assert directory({"STREAMCELL_JOURNAL": "0", "STREAMCELL_JOURNAL_DIR": "/x"}) is None


# ---------------------------------------------------------------- secrets
def test_no_secret_is_ever_written(where: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-0123456789")
    hidden = [KEY, "org-0123456789", "cookie/value=17", "bearer-of-news", "nested-password"]
    echo = "".join(hidden[:4]) + json.dumps("cookie/value=17").replace("/", "\\/")
    said = sse({**TEXT[2], "delta": echo}, {"type": "error", "message": f"wrong key {KEY}"})
    cut = [said[i : i + 7] for i in range(0, len(said), 7)]  # a secret that comes in pieces is one still
    stream = ran(
        sse(*TEXT[:2]),
        *cut,
        api="responses",
        key_env="MY_KEY",
        prompt=f"what is {KEY}",
        headers={"Cookie": "cookie/value=17", "Authorization": "Bearer bearer-of-news", "x-trace": "in_progress"},
        tools=({"type": "mcp", "headers": {"a": "b"}, "authorization": "nested-password"},),
        record=str(tmp_path / "tape"),
    )
    assert KEY in stream.text
    headers = {"x-request-id": f"for {KEY}"}
    Stream.request(options(key_env="MY_KEY"), Scripted([sse(*TEXT)], headers=headers)).start().wait(10)
    for path in (*files(where), tmp_path / "tape"):
        data = path.read_bytes()
        # The view of the bytes as JSON strings, and what comes out of them when they are played.
        played = b"".join(chunk for c in whole(data).connections for _, chunk in c.chunks)
        for word in hidden:
            assert word.encode() not in data, (path, word)
            assert word.encode() not in played.replace(b"\\/", b"/"), (path, word)
        assert b"in_progress" in played  # a header's value that is no login is no secret
        assert played.count(b"\n") == said.count(b"\n") + sse(*TEXT[:2]).count(b"\n")


async def test_the_beginning_of_a_secret_is_held_back_and_given_when_it_was_none(tmp_path: Path) -> None:
    made = File("record", lambda: (os.open(tmp_path / "t", os.O_CREAT | os.O_WRONLY), tmp_path / "t"), borders=True)
    taken = Recorder([made], head, secrets=[Secret(KEY)])
    taken.begin()
    taken.opened("responses", {})
    for chunk in (b"a sk-te", b"st-0123456", b"ever and sk-test-01234", b"56789abcdef b sk"):
        taken.chunk(chunk)
    taken.end("interrupted", None)
    chunks = [chunk for _, chunk in whole((tmp_path / "t").read_bytes()).connections[0].chunks]
    assert b"".join(chunks) == b"a sk-test-0123456ever and [redacted] b sk"


# ---------------------------------------------------------------- trouble of the disk
def full(after: int):
    """`os.write` on a disk with so many bytes left."""
    left = [after]

    def write(fd: int, data: memoryview) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = os.write(fd, data[: left[0]])
        left[0] -= done
        return done

    return write


@pytest.mark.parametrize("room", [0, 10, 150, 400, 2000])
async def test_a_full_disk_costs_one_warning_and_nothing_else(room: int, where: Path) -> None:
    where.mkdir()
    path = where / f"a{OPEN}"
    file = File("journal", lambda: (os.open(path, os.O_CREAT | os.O_WRONLY), path), borders=False, write=full(room))
    warnings: list[str] = []
    taken = Recorder([file], head, warn=warnings.append)
    taken.begin()
    taken.opened("responses", {})
    for event in [*TEXT, *[TEXT[2]] * 100]:
        taken.chunk(sse(event))
    taken.end("interrupted", None)
    assert warnings == ["journal_off"]
    assert [one.text for one in recover()] in ([], [""])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX limits")
def test_a_stream_goes_on_when_files_may_not_grow(where: Path) -> None:
    code = (
        "import resource, streamcell\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "s = streamcell.stream('tour of markdown', display=False, base_url='demo')\n"
        "print(s.status, s.warnings, len(s.text), s.error)"
    )
    environ = {**os.environ, "STREAMCELL_DEMO_SPEED": "20"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ, timeout=60)
    assert done.stdout.split(" ", 1)[0] == "completed", done
    assert "{'journal_off': 1}" in done.stdout
    assert "That was the tour" not in (recovered := recover()[0]).text
    assert recovered.text.startswith("# A tour")
    assert done.stderr == ""


def test_a_journal_that_finds_no_place_costs_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STREAMCELL_JOURNAL_DIR", str(tmp_path / "file" / "x"))
    stream = ran(sse(*TEXT), sse(DONE))
    assert (stream.text, stream.status, stream.warnings) == ("Hello", "completed", {"journal_off": 1})


@pytest.mark.parametrize("error", [OSError(errno.EROFS, "Read-only file system"), ValueError("null byte"), TypeError()])
async def test_a_journal_that_cannot_begin_costs_one_warning(error: Exception, tmp_path: Path) -> None:
    def refuse() -> tuple[int, Path]:
        raise error

    path, warnings = tmp_path / "t", []
    good = File("record", lambda: (os.open(path, os.O_CREAT | os.O_WRONLY), path), borders=True)
    taken = Recorder([File("journal", refuse, borders=False), good], head, warn=warnings.append)
    taken.begin()
    taken.opened("responses", {})
    taken.chunk(b"x")
    taken.end("completed", None)
    assert warnings == ["journal_off"]
    assert whole(path.read_bytes()).end.status == "completed"


# ---------------------------------------------------------------- age, clocks, other kernels
def age(path: Path, seconds: float, size: int = 10) -> Path:
    path.write_bytes(bytes(size))
    os.utime(path, (1e9 - seconds, 1e9 - seconds))
    return path


def test_old_journals_go_and_others_files_stay(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where.mkdir()
    day = 24 * 3600
    old, young = age(where / "a.jsonl", 15 * day), age(where / "b.open.jsonl", 13 * day)
    later, other = age(where / "c.jsonl", -99 * day), age(where / "notes.txt", 99 * day)
    prune(where, now=1e9)
    assert not old.exists()
    assert young.exists()
    assert later.exists()  # written before the clock was set back
    assert other.exists()
    monkeypatch.setattr("streamcell.journal.MAX_TOTAL_BYTES", 15)
    prune(where, now=1e9)
    assert files(where) == [later, other]


async def test_what_is_being_written_is_neither_lost_nor_deleted(where: Path) -> None:
    taken = Recorder([journal(where)], head)
    taken.begin()
    taken.opened("responses", {})
    taken.chunk(sse(*TEXT))
    taken._flush()
    (path,) = files(where)
    if os.name == "posix":
        assert in_use(path)
        assert recover() == []
        os.utime(path, (0, 0))
        prune(where)
    taken.end("interrupted", None)
    assert not in_use(path)
    assert [one.text for one in recover()] == ["Hello"]


async def test_a_clock_that_is_set_back_harms_nothing(where: Path) -> None:
    for text, now in (("new", 2e9), ("old", 1e9)):
        taken = recorder(options(prompt=text), warn=pytest.fail, status=lambda: "in_progress", now=lambda at=now: at)
        taken.begin()
        taken.opened("responses", {})
        taken.chunk(sse(*TEXT))
        taken.end("interrupted", None)
    assert [one.request["prompt"] for one in recover()] == ["new", "old"]
    assert [one.text for one in recover()] == ["Hello", "Hello"]


def test_two_kernels_at_once_write_files_of_their_own(where: Path) -> None:
    code = (
        "import streamcell\n"
        "for s in [streamcell.stream('hi', display=False, wait=False, base_url='demo') for _ in range(10)]: s.wait()"
    )
    environ = {**os.environ, "STREAMCELL_DEMO_SPEED": "0"}
    for kernel in [subprocess.Popen([sys.executable, "-c", code], env=environ) for _ in range(2)]:
        assert kernel.wait(60) == 0
    assert len(files(where)) == 20
    assert {whole(path.read_bytes()).end.status for path in files(where)} == {"completed"}


def test_many_streams_at_once_have_a_journal_each(where: Path) -> None:
    running = [Stream.request(options(), Scripted([sse(*TEXT), sse(DONE)])).start() for _ in range(50)]
    assert {stream.wait(20).status for stream in running} == {"completed"}
    assert len(files(where)) == 50


# ---------------------------------------------------------------- recovering
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the streams are killed in forks")
def test_after_a_kill_all_text_up_to_a_quarter_second_before_is_recovered(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.killed", str(tmp_path), "50"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    killed = json.loads(done.stdout)
    assert len(killed) == 50
    assert sum(one["had"] for one in killed) > 1000
    for one in killed:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("STREAMCELL_JOURNAL_DIR", one["where"])
            (found,), (again,) = recover(), recover()
        assert "".join(text_of(one["seed"])).startswith(found.text)
        assert len(found.text) >= one["had"]
        assert found.status == "interrupted"
        assert (found.text, found.stream.snapshot()) == (again.text, again.stream.snapshot())


def test_a_broken_connection_is_recovered_with_what_is_known_of_it(where: Path) -> None:
    ran(sse(*TEXT), prompt="Why?", model="m1")
    (one,) = recover()
    assert (one.text, one.status, one.model, one.request) == ("Hello", "interrupted", "m1", {"prompt": "Why?"})
    assert (one.response_id, one.resumable) == ("r", False)
    assert one.stream.done
    assert "The recording ends here: The connection ended before the answer did." in str(one.stream.error)
    assert "Hello" in one._repr_mimebundle_()["text/html"]
    assert repr(one).startswith("<Recovered interrupted, 5 characters of text, m1, 20")
    with pytest.raises(ValueError, match="background=True"):
        one.resume()
    one.discard()
    assert recover() == []


def test_a_cancelled_answer_is_no_lost_one(where: Path) -> None:
    stream = Stream.request(options(), Scripted([sse(*TEXT), None])).start()
    next(iter(stream.events))
    stream.cancel()
    assert stream.wait(10).status == "cancelled"
    assert recover() == []


def test_files_that_are_no_journals_are_passed_over(where: Path) -> None:
    ran(sse(*TEXT))
    (where / f"a{OPEN}").write_bytes(b"")
    (where / f"b{OPEN}").write_bytes(b"\xff" * 1000)
    (where / f"c{OPEN}").mkdir()
    assert [one.text for one in recover()] == ["Hello"]


def test_a_flipped_byte_gives_no_text_that_was_not_received(where: Path) -> None:
    ran(sse(TEXT[0]), sse(TEXT[1]), sse(TEXT[2]), sse(TEXT[3]))
    (path,) = files(where)
    data = path.read_bytes()
    for at in range(0, len(data), 3):
        path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        assert [one.text for one in recover()] in ([], [""], ["Hel"], ["Hello"])
        for one in recover():
            assert one.status == "interrupted"


async def test_the_recorder_without_files_does_nothing() -> None:
    idle = Recorder()
    idle.begin()
    idle.opened("responses", {})
    idle.chunk(b"x")
    idle.whole(b"x")
    idle.end("completed", None)
    assert idle._waiting == []
