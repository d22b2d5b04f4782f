"""Pacing: what goes to the page, when, and in which order. A fake loop keeps the time."""

from __future__ import annotations

import random

import pytest

from streamcell import background, pump
from streamcell.frames import apply_frame
from streamcell.pump import FRAME_SECONDS, PROCESS_FRAMES_PER_SECOND, Pump


class FakeLoop:
    """Time that passes only when `run` is told so."""

    def __init__(self) -> None:
        self.now, self.calls = 0.0, []

    def time(self) -> float:
        return self.now

    def call_at(self, when, callback, *args):
        handle = Handle(when, callback, args)
        self.calls.append(handle)
        return handle

    def call_later(self, delay, callback, *args):
        return self.call_at(self.now + delay, callback, *args)

    def call_soon_threadsafe(self, callback, *args):
        callback(*args)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [c for c in self.calls if c.when <= end and not c.cancelled]:
            first = min(due, key=lambda c: c.when)
            self.calls.remove(first)
            self.now = max(self.now, first.when)
            first.callback(*first.args)
        self.now = end


class Handle:
    def __init__(self, when, callback, args) -> None:
        self.when, self.callback, self.args, self.cancelled = when, callback, args, False

    def cancel(self) -> None:
        self.cancelled = True


class FakeStream:
    """A text that grows, and what of it was not drained yet."""

    def __init__(self) -> None:
        self.text, self.pending, self.done, self.listener = "", "", False, None

    def subscribe(self, listener) -> None:
        self.listener = listener

    def drain(self):
        ops, self.pending = ([("append", ["text"], self.pending)] if self.pending else []), ""
        return ops

    def snapshot(self):
        assert not self.pending, "a snapshot must not hold what no frame was numbered for"
        return {"text": self.text}

    def add(self, text: str) -> None:
        self.text += text
        self.pending += text
        self.listener()

    def end(self) -> None:
        self.done = True
        self.listener()


class Page:
    """The reference reader behind the sink."""

    def __init__(self) -> None:
        self.root, self.last, self.messages, self.resyncs = {"text": ""}, 0, [], 0

    def __call__(self, message) -> None:
        self.messages.append(message)

    def read(self, message) -> None:
        if message["kind"] == "frame" and message["seq"] == self.last + 1:
            self.root, self.last = apply_frame(self.root, self.last, message)
        elif message["kind"] == "snapshot" and message["seq"] > self.last:
            self.root, self.last = message["response"], message["seq"]


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> FakeLoop:
    fake = FakeLoop()
    monkeypatch.setattr(background, "loop", lambda: fake)
    monkeypatch.setattr(Pump, "_active", 0)
    return fake


def started(loop: FakeLoop) -> tuple[FakeStream, Page, Pump]:
    stream, page = FakeStream(), Page()
    return stream, page, Pump(stream, page)


def test_the_first_delta_after_a_pause_goes_out_at_once(loop: FakeLoop) -> None:
    stream, page, _ = started(loop)
    stream.add("a")
    loop.run(0)
    assert [m["ops"] for m in page.messages] == [[("append", ["text"], "a")]]
    loop.run(1)
    stream.add("b")
    loop.run(0)
    assert len(page.messages) == 2


def test_what_was_noted_before_the_first_snapshot_is_in_it_and_in_no_frame(loop: FakeLoop) -> None:
    stream, page, made = started(loop)
    stream.text = stream.pending = "noted"
    made.resync()
    assert [(m["kind"], m["seq"]) for m in page.messages] == [("snapshot", 0)]
    assert page.messages[0]["response"] == {"text": "noted"}
    stream.add(" and more")
    loop.run(0)
    assert page.messages[-1]["ops"] == [("append", ["text"], " and more")]


def test_a_burst_becomes_one_frame_per_distance(loop: FakeLoop) -> None:
    stream, page, _ = started(loop)
    for _ in range(1000):
        stream.add("x")
        loop.run(0.001)
    loop.run(FRAME_SECONDS)
    assert len(page.messages) <= 1 / FRAME_SECONDS + 2
    assert [m["seq"] for m in page.messages] == list(range(1, len(page.messages) + 1))


def test_many_streams_share_the_budget_of_the_process(loop: FakeLoop) -> None:
    made = [started(loop) for _ in range(100)]
    for _ in range(100):
        for stream, _, _ in made:
            stream.add("x")
        loop.run(0.02)
    sent = sum(len(page.messages) for _, page, _ in made)
    assert sent <= 2 * PROCESS_FRAMES_PER_SECOND + 100
    assert all(page.messages for _, page, _ in made)


def test_the_end_is_sent_at_once_and_once(loop: FakeLoop) -> None:
    stream, page, _ = started(loop)
    stream.add("a")
    loop.run(0)
    stream.add("b")
    stream.end()
    stream.listener()
    assert [m.get("end") for m in page.messages] == [None, True]
    assert Pump._active == 0


def test_an_end_that_nobody_acknowledged_is_named_again(loop: FakeLoop) -> None:
    stream, page, _ = started(loop)
    stream.end()
    loop.run(60)
    assert [m["kind"] for m in page.messages] == ["frame", *["tail"] * len(pump.TAIL_SECONDS)]
    assert {m["seq"] for m in page.messages} == {1}


def test_an_acknowledged_end_is_not_named_again(loop: FakeLoop) -> None:
    stream, page, made = started(loop)
    stream.end()
    made.ack(1)
    loop.run(60)
    assert [m["kind"] for m in page.messages] == ["frame"]


def test_a_stream_that_begins_anew_gets_a_new_numbering_from_a_snapshot(loop: FakeLoop) -> None:
    stream, page, made = started(loop)
    stream.add("old")
    stream.end()
    first = made.epoch
    stream.done, stream.text = False, ""
    stream.add("new")
    loop.run(1)
    stream.end()
    kinds = [(m["kind"], m["seq"], m["epoch"] == first) for m in page.messages]
    assert kinds == [("frame", 1, True), ("snapshot", 0, False), ("frame", 1, False)]
    assert page.messages[1]["response"] == {"text": "new"}
    assert Pump._active == 0


def test_a_closed_pump_sends_nothing(loop: FakeLoop) -> None:
    stream, page, made = started(loop)
    stream.add("a")
    made.close()
    stream.add("b")
    stream.end()
    loop.run(60)
    assert page.messages == []
    assert Pump._active == 0


@pytest.mark.parametrize("seed", range(200))
def test_any_timing_loss_and_resync_end_in_the_same_text(loop: FakeLoop, seed: int) -> None:
    rng = random.Random(seed)
    stream, page, made = started(loop)
    read = 0
    for _ in range(rng.randint(1, 60)):
        stream.add(rng.choice(["a", "é", "😀", "line\n"]) * rng.randint(1, 3))
        loop.run(rng.choice([0, 0, 0.01, 0.05, 1]))
        if rng.random() < 0.2:
            made.resync()
        for message in page.messages[read:]:
            if rng.random() < 0.8:  # the others are lost on the way
                page.read(message)
        read = len(page.messages)
    stream.end()
    loop.run(1)
    made.resync()
    for message in page.messages[read:]:
        page.read(message)
    assert page.root == {"text": stream.text}
