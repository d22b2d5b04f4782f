"""The static copy while a stream runs: what a file holds that is saved at any moment, and when copies are written."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from streamcell import background, copies
from streamcell.copies import Copy, Written, written
from streamcell.session import Stream

WORDS = [f"word{i} " for i in range(200)]
CREATED = {"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}}
DONE = {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": []}}


def delta(text: str) -> dict:
    return {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": text}


class Told:
    """A source of events that gives what it is told, when it is told."""

    def __init__(self) -> None:
        self._given, self._waiting, self._over = [], threading.Condition(), False

    def tell(self, *events: dict, over: bool = False) -> None:
        with self._waiting:
            self._given.extend(events)
            self._over = over
            self._waiting.notify()

    def __iter__(self) -> Iterator[dict]:
        while True:
            with self._waiting:
                while not self._given:
                    if self._over:
                        return
                    self._waiting.wait()
                event = self._given.pop(0)
            yield event


class File:
    """What would stand in the notebook's file: the newest copy."""

    def __init__(self) -> None:
        self.copies: list[Written] = []
        self.threads: list[str] = []
        self._came = threading.Condition()

    def __call__(self, made: Written) -> None:
        with self._came:
            self.copies.append(made)
            self.threads.append(threading.current_thread().name)
            self._came.notify_all()

    def wait(self, count: int) -> Written:
        with self._came:
            assert self._came.wait_for(lambda: len(self.copies) >= count, 20)
            return self.copies[-1]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "COPY_SECONDS", 0.0)


def begun(told: Told, *, awaited: bool = False) -> tuple[Stream, Copy, File]:
    stream, file = Stream.of(told), File()
    copy = Copy(stream, file, awaited=awaited)
    stream.start()
    return stream, copy, file


def settled() -> None:
    """The loop and the writer have done what they had to do."""
    done = threading.Event()
    background.call_soon(done.set)
    assert done.wait(10)
    copies._writer().submit(int).result(10)


@pytest.mark.parametrize("seed", range(3))
def test_a_file_saved_at_any_point_holds_what_was_seen_and_says_that_it_is_not_all(seed: int, often: None) -> None:
    told, chance, seen = Told(), random.Random(seed), 0
    stream, _, file = begun(told)
    told.tell(CREATED)
    for _ in range(20):
        count = chance.randint(1, 10)
        told.tell(*map(delta, WORDS[seen : seen + count]))
        seen += count
        while stream.text != "".join(WORDS[:seen]):
            time.sleep(0.001)
        newest = file.wait(len(file.copies))
        while WORDS[seen - 1].strip() not in newest.text.split():
            newest = file.wait(len(file.copies) + 1)
        assert re.findall(r"word\d+", newest.text) == [word.strip() for word in WORDS[:seen]]
        assert re.findall(r"word\d+", newest.html) == [word.strip() for word in WORDS[:seen]]
        for saved in (newest.html, newest.text):
            assert "Interrupted" in saved
            assert "This copy was saved while the answer was still arriving." in saved
            assert not re.search("in_progress|in progress|Streaming", saved)
    told.tell(DONE, over=True)
    stream.wait(10)
    settled()
    assert "Interrupted" not in file.copies[-1].text
    assert file.copies[-1].text.startswith("[Completed")


def test_before_the_answer_begins_the_copy_says_so_and_leaves_the_place_to_the_view() -> None:
    stream = Stream.of([])
    made = written(stream)
    assert "This copy was saved before the answer began." in made.text
    assert made.has_answer is False


def test_copies_keep_their_distance_and_come_at_each_change_of_state() -> None:
    told = Told()
    stream, _, file = begun(told)
    told.tell(CREATED, *map(delta, WORDS))
    while stream.text != "".join(WORDS):
        time.sleep(0.001)
    settled()
    early = len(file.copies)
    assert early <= 2  # queued to in progress; the text waits for its time
    told.tell(DONE, over=True)
    stream.wait(10)
    settled()
    assert early < len(file.copies) <= early + 2
    assert "word199" in file.copies[-1].text


def test_many_streams_share_what_copies_may_cost() -> None:
    others = [Copy(Stream.of([]), File(), awaited=True) for _ in range(5 * copies.PROCESS_COPIES_PER_SECOND)]
    armed = threading.Event()
    background.call_soon(lambda: (others[0]._on_change(), armed.set()))
    assert armed.wait(10)
    assert others[0]._timer.when() - background.loop().time() > 4.0
    background.call_soon(others[0]._cancel_timer)
    copies._open.difference_update(others)


@pytest.mark.parametrize(("size", "seconds"), [(0, 2.0), (8_000, 3.0), (40_000, 7.0), (10_000_000, 10.0)])
def test_the_longer_the_copy_the_rarer_it_is_but_every_ten_seconds_there_is_one(size: int, seconds: float) -> None:
    stream = Stream.of([])
    copy = Copy(stream, File(), awaited=True)
    copy._size = size
    armed = threading.Event()

    def arm() -> None:
        copy._on_change()
        armed.set()

    background.call_soon(arm)
    assert armed.wait(10)
    left = copy._timer.when() - background.loop().time()
    assert seconds - 1.0 < left <= seconds
    background.call_soon(copy._cancel_timer)


def test_a_long_copy_does_not_keep_the_loop_from_reading(often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "SMALL", 0)
    told = Told()
    stream, _, file = begun(told)
    told.tell(CREATED, *map(delta, WORDS), DONE, over=True)
    stream.wait(10)
    settled()
    assert "word199" in file.copies[-1].text
    assert set(file.threads[1:]) == {"streamcell-copy_0"}


def test_whoever_waits_writes_the_last_copy_on_his_own_thread() -> None:
    told = Told()
    stream, copy, file = begun(told, awaited=True)
    told.tell(CREATED, delta("Hello"), DONE, over=True)
    stream.wait(10)
    settled()
    copy.finish()
    assert file.threads[-1] == "MainThread"
    assert "Hello" in file.copies[-1].text
    count = len(file.copies)
    copy.finish()
    assert len(file.copies) == count  # nothing is left to say


def test_who_stops_waiting_leaves_the_end_to_the_background() -> None:
    told = Told()
    stream, copy, file = begun(told, awaited=True)
    told.tell(CREATED, delta("Hello"))
    while stream.text != "Hello":
        time.sleep(0.001)
    copy.finish()
    assert "Interrupted" in file.copies[-1].text
    told.tell(DONE, over=True)
    stream.wait(10)
    settled()
    assert file.copies[-1].text.startswith("[Completed")


def test_a_stream_that_is_asked_again_is_copied_again() -> None:
    from tests.test_session import DONE as END
    from tests.test_session import TEXT, Scripted, TransportError, options, sse

    broken = TransportError("The line broke.", kind="disconnected")
    stream, file = Stream.request(options(), Scripted([sse(*TEXT), broken], [sse(*TEXT), sse(END)])), File()
    Copy(stream, file, awaited=False)
    stream.start().wait(10)
    settled()
    assert "Connection lost" in file.copies[-1].text
    stream.retry().wait(10)
    settled()
    assert file.copies[-1].text.startswith("[Completed")


def test_a_process_that_ends_in_mid_stream_writes_what_had_come() -> None:
    code = """
import threading, time
from streamcell.copies import Copy
from streamcell.session import Stream
events = [{"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}},
          {"type": "response.output_text.delta", "output_index": 0, "delta": "Hello"}]
def source():
    yield from events
    threading.Event().wait(0.2)
    yield {"type": "response.output_text.delta", "output_index": 0, "delta": " you"}
    arrived.set()
    while True:
        time.sleep(0.05)
        yield {"type": "keepalive"}
arrived = threading.Event()
stream = Stream.of(source())
Copy(stream, lambda made: print("COPY", made.text.replace("\\n", " "), flush=True), awaited=False)
stream.start()
arrived.wait()
while stream.text != "Hello you": time.sleep(0.01)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    last = done.stdout.strip().splitlines()[-1]
    assert "Hello you" in last
    assert "The connection ended before the answer was complete. What had arrived by then is kept." in last
    assert done.stderr == ""
