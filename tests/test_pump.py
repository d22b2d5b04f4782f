"""Pacing: what goes to the page, when, and in which order. `tests.pages` keeps the time and plays the pages."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from streamcell import background, pump
from streamcell.audience import Audience
from streamcell.frames import MAX_FRAME_BYTES, size
from streamcell.pacing import FRAME_SECONDS, PROCESS_BURST, PROCESS_FRAMES_PER_SECOND, Turns
from streamcell.pump import Pump
from streamcell.window import IN_FLIGHT_BYTES, IN_FLIGHT_SECONDS
from tests.pages import FakeLoop, FakeStream, Kernel, SimulatedPage

ENVELOPE = 700
"""What a comm message adds to its frame on the wire, at most, in bytes."""
WORDS = ["a delta ", "é", "😀 ", "line\n", "**bold** ", "x"]


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> FakeLoop:
    fake = FakeLoop()
    monkeypatch.setattr(background, "loop", lambda: fake)
    monkeypatch.setattr(Pump, "_turns", Turns())
    return fake


def started(loop: FakeLoop) -> tuple[FakeStream, list, Pump]:
    stream, messages = FakeStream(), []
    return stream, messages, Pump(stream, messages.append, Audience())


# ---------------------------------------------------------------- pace
def test_the_first_delta_after_a_pause_goes_out_at_once(loop: FakeLoop) -> None:
    stream, messages, _ = started(loop)
    stream.add("a")
    loop.run(0)
    assert [m["ops"] for m in messages] == [[("append", ["text"], "a")]]
    loop.run(1)
    stream.add("b")
    loop.run(0)
    assert len(messages) == 2


def test_a_burst_becomes_one_frame_per_distance(loop: FakeLoop) -> None:
    stream, messages, _ = started(loop)
    for _ in range(1000):
        stream.add("x")
        loop.run(0.001)
    loop.run(FRAME_SECONDS)
    assert len(messages) <= 1 / FRAME_SECONDS + 2 <= 32
    assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))


def test_many_streams_share_the_budget_of_the_process_and_none_waits_longer_than_a_round(loop: FakeLoop) -> None:
    made = [started(loop) for _ in range(100)]
    times: list[list[float]] = [[] for _ in made]
    for _ in range(100):
        for (stream, messages, _), sent in zip(made, times, strict=True):
            stream.add("x")
            if len(messages) > len(sent):
                sent.append(loop.now)
        loop.run(0.02)
    sent = sum(len(messages) for _, messages, _ in made)
    assert sent <= 2 * PROCESS_FRAMES_PER_SECOND + PROCESS_BURST + 1
    round_trip = 100 / PROCESS_FRAMES_PER_SECOND
    for one in times:
        assert max(b - a for a, b in pairwise(one)) <= round_trip + 0.05


def test_streams_that_say_nothing_take_nothing_from_the_others(loop: FakeLoop) -> None:
    for _ in range(100):
        quiet, _, _ = started(loop)
        quiet.add("x")
    loop.run(2)
    stream, messages, _ = started(loop)
    for _ in range(100):
        stream.add("x")
        loop.run(0.01)
    assert len(messages) > 0.9 / FRAME_SECONDS


def test_the_end_is_sent_at_once_and_once(loop: FakeLoop) -> None:
    stream, messages, _ = started(loop)
    stream.add("a")
    loop.run(0)
    stream.add("b")
    stream.end()
    stream.listener()
    assert [m.get("end") for m in messages] == [None, True]


def test_a_view_begins_with_a_snapshot_of_a_number_that_can_be_acknowledged(loop: FakeLoop) -> None:
    stream, messages, made = started(loop)
    stream.add("a")
    made.start()
    assert [(m["kind"], m["seq"], m["response"]) for m in messages] == [("snapshot", 1, {"text": "a"})]


def test_a_view_of_what_has_ended_is_one_snapshot(loop: FakeLoop) -> None:
    stream, messages, made = started(loop)
    stream.text, stream.done = "all", True
    made.start()
    made.ack(1)
    loop.run(60)
    assert [(m["kind"], m["seq"], m.get("end")) for m in messages] == [("snapshot", 1, True), ("tail", 1, None)]


def test_a_stream_that_begins_anew_gets_a_new_numbering_from_a_snapshot(loop: FakeLoop) -> None:
    stream, messages, made = started(loop)
    stream.can_retry = True
    stream.add("old")
    stream.end()
    first = made.epoch
    stream.done, stream.text = False, ""
    stream.add("new")
    loop.run(0.5)
    stream.end()
    kinds = [(m["kind"], m["seq"], m["epoch"] == first) for m in messages]
    assert kinds == [("frame", 1, True), ("snapshot", 1, False), ("frame", 2, False)]
    assert messages[1]["response"] == {"text": "new"}


def test_a_closed_pump_sends_nothing(loop: FakeLoop) -> None:
    stream, messages, made = started(loop)
    stream.add("a")
    made.close()
    stream.add("b")
    made.resync()
    stream.end()
    loop.run(60)
    assert messages == []


def test_much_at_once_is_cut_into_frames_of_a_bearable_size(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    page = SimulatedPage(kernel)
    kernel.stream.add("x😀" * 200_000)
    kernel.stream.end()
    loop.run(5)
    assert max(size(m) for m in kernel.messages) <= MAX_FRAME_BYTES + 200
    assert [m["seq"] for m in kernel.messages if m.get("end")] == [kernel.messages[-1]["seq"]]
    assert page.root == {"text": kernel.stream.text}


# ---------------------------------------------------------------- what is in flight
def test_a_page_that_keeps_up_is_never_waited_for(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    page = SimulatedPage(kernel)
    for _ in range(1000):
        kernel.stream.add("x" * 2000)  # 200 KB a second
        loop.run(0.01)
        assert len(kernel.stream.text) - len((page.root or {}).get("text", "")) < 2000 * 10
    assert kernel.number("snapshot") == 1


def frozen(loop: FakeLoop, seconds: float) -> tuple[Kernel, SimulatedPage]:
    """A kernel whose only page stands still for so long while 100 KB a second come."""
    kernel = Kernel(loop)
    page = SimulatedPage(kernel)
    kernel.stream.add("before ")
    loop.run(1)
    page.frozen = True
    kernel.messages.clear()
    for _ in range(int(seconds * 20)):
        kernel.stream.add("x" * 5000)
        loop.run(0.05)
        assert kernel.bytes("frame", "snapshot") <= IN_FLIGHT_BYTES
    return kernel, page


@pytest.mark.parametrize("seconds", [3, 60])
def test_a_frozen_page_costs_what_is_in_flight_and_is_healed_by_merged_frames(loop: FakeLoop, seconds: float) -> None:
    kernel, page = frozen(loop, seconds)
    assert kernel.messages[-1]["kind"] == "tail" or seconds < 4
    kernel.messages.clear()
    page.thaw()
    kernel.stream.end()
    loop.run(60)
    assert page.root == {"text": kernel.stream.text}
    assert page.ended
    # One merged text, cut into frames; nothing of what the time in between would have brought.
    assert kernel.number("frame") <= len(kernel.stream.text) / MAX_FRAME_BYTES + 3
    assert kernel.number("snapshot") == 0


def test_a_frozen_page_whose_messages_were_lost_is_healed_by_one_snapshot(loop: FakeLoop) -> None:
    kernel, page = frozen(loop, 60)
    page.inbox = page.inbox[-1:]
    kernel.messages.clear()
    page.thaw()
    loop.run(5)
    kernel.stream.end()
    loop.run(5)
    assert page.root == {"text": kernel.stream.text}
    assert kernel.number("snapshot") == 1
    assert kernel.number("frame") <= 1


def test_a_slow_stream_with_a_frozen_page_waits_after_two_seconds(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    page = SimulatedPage(kernel)
    kernel.stream.add("a")
    loop.run(1)
    page.frozen = True
    for _ in range(600):
        kernel.stream.add("x")
        loop.run(0.1)
    assert kernel.number("frame") <= IN_FLIGHT_SECONDS / 0.1 + 4
    page.thaw()
    loop.run(1)
    assert page.root == {"text": kernel.stream.text}


def test_the_fastest_page_counts_and_a_frozen_one_heals_itself(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    fast, slow = SimulatedPage(kernel), SimulatedPage(kernel)
    slow.frozen = True
    for _ in range(500):
        kernel.stream.add("x" * 100)
        loop.run(0.02)
        assert len(kernel.stream.text) - len((fast.root or {}).get("text", "")) <= 1000
    slow.thaw()
    kernel.stream.end()
    loop.run(5)
    assert fast.root == slow.root == {"text": kernel.stream.text}


def test_a_late_page_gets_one_snapshot(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    first = SimulatedPage(kernel)
    for _ in range(100):
        kernel.stream.add("early ")
        loop.run(0.02)
    late = SimulatedPage(kernel, late=True)
    for _ in range(100):
        kernel.stream.add("late ")
        loop.run(0.02)
    kernel.stream.end()
    loop.run(1)
    assert first.root == late.root == {"text": kernel.stream.text}
    assert kernel.number("snapshot") == 2


def test_requests_that_come_together_are_answered_once(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    SimulatedPage(kernel)
    kernel.stream.add("x" * 1000)
    loop.run(1)
    for _ in range(20):
        kernel.pump.resync()
    loop.run(5)
    assert kernel.number("snapshot") == 2  # with the one at the beginning


def test_a_large_snapshot_is_given_time_to_arrive(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    kernel.stream.add("x" * 5_000_000)
    for _ in range(8):
        kernel.pump.resync()
        loop.run(0.5)
    assert kernel.number("snapshot") == 2


# ---------------------------------------------------------------- nobody there
def test_no_page_at_all_costs_a_bounded_start(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    for _ in range(2000):
        kernel.stream.add("a delta ")
        loop.run(0.01)
    kernel.stream.end()
    loop.run(60)
    assert kernel.number("frame") <= pump.FIRST_SECONDS / FRAME_SECONDS + 3
    assert kernel.number("tail") <= len(pump.TAIL_SECONDS)
    assert kernel.number("snapshot") == 1


def test_once_nobody_was_there_the_next_stream_sends_next_to_nothing(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    kernel.stream.add("a")
    loop.run(2)
    kernel.stream.add("b")
    loop.run(0.1)
    kernel.stream.add("b")
    loop.run(1)
    assert kernel.audience.gone
    stream, messages = FakeStream(), []
    Pump(stream, messages.append, kernel.audience).start()
    for _ in range(2000):
        stream.add("a delta ")
        loop.run(0.01)
    stream.end()
    loop.run(60)
    assert len(messages) <= 3


def test_a_page_that_comes_after_all_gets_everything(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    for _ in range(500):
        kernel.stream.add("a delta ")
        loop.run(0.01)
    page = SimulatedPage(kernel, late=True)
    for _ in range(500):
        kernel.stream.add("more ")
        loop.run(0.01)
        assert not loop.now > 5.2 or len(kernel.stream.text) - len(page.root["text"]) < 60
    kernel.stream.end()
    loop.run(1)
    assert page.root == {"text": kernel.stream.text}
    assert page.ended


def test_a_page_that_opens_when_the_stream_has_ended_unseen_gets_the_end(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    for _ in range(500):
        kernel.stream.add("a delta ")
        loop.run(0.01)
    kernel.stream.end()
    loop.run(60)
    page = SimulatedPage(kernel, late=True)
    loop.run(1)
    assert page.root == {"text": kernel.stream.text}
    assert page.ended


# ---------------------------------------------------------------- a kernel that hears nothing
def test_a_deaf_kernel_keeps_the_view_live(loop: FakeLoop) -> None:
    kernel = Kernel(loop, hears=False)
    page = SimulatedPage(kernel)
    for _ in range(3000):
        kernel.stream.add("a delta ")
        loop.run(0.01)
        behind = len(kernel.stream.text) - len((page.root or {}).get("text", ""))
        assert behind <= 8 * (FRAME_SECONDS + 0.03) / 0.01


def test_a_deaf_kernel_repairs_unasked_and_within_its_budget(loop: FakeLoop) -> None:
    kernel = Kernel(loop, hears=False)
    page = SimulatedPage(kernel, fates=("pass", "pass", "pass", "lose"), rng=random.Random(1))
    right_at = 0.0
    for _ in range(6000):
        kernel.stream.add("a delta ")
        loop.run(0.01)
        if page.root and page.seq >= kernel.messages[-1]["seq"] - 1:
            right_at = loop.now
        assert loop.now - right_at <= max(8.0, loop.now)
    assert 5 <= kernel.number("snapshot") <= 30
    assert kernel.bytes("snapshot") <= 3.5 * len(kernel.stream.text)


def test_a_deaf_kernel_sends_the_whole_once_more_after_the_end(loop: FakeLoop) -> None:
    kernel = Kernel(loop, hears=False)
    page = SimulatedPage(kernel)
    kernel.stream.add("a")
    loop.run(0.1)
    page.fates = ("lose",)
    kernel.stream.add("b")
    kernel.stream.end()
    loop.run(0.5)
    page.fates = ("pass",)
    loop.run(60)
    assert page.root == {"text": "ab"}
    assert page.ended
    assert kernel.number("snapshot") == 2
    kernel.messages.clear()
    kernel.end_cell()
    loop.run(60)
    assert kernel.number("frame") == 0
    assert kernel.number("snapshot") <= 2  # what the page had asked for in vain


def test_an_end_that_nobody_acknowledged_is_named_again(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    loop.run(0.1)
    kernel.stream.end()
    loop.run(60)
    assert [m["kind"] for m in kernel.messages] == ["snapshot", "frame", *["tail"] * len(pump.TAIL_SECONDS)]


def test_an_acknowledged_end_is_named_once_more_for_other_pages(loop: FakeLoop) -> None:
    kernel = Kernel(loop)
    kernel.stream.end()
    kernel.pump.ack(2)
    loop.run(60)
    assert [m["kind"] for m in kernel.messages] == ["snapshot", "frame", "tail"]


# ---------------------------------------------------------------- bytes
def on_the_wire(kernel: Kernel) -> tuple[int, int, int]:
    frames = kernel.number("frame")
    return frames, kernel.bytes("frame") + frames * (ENVELOPE - 110), kernel.bytes("snapshot")


@pytest.mark.parametrize("per_second", [100, 400, 2000])
def test_a_long_answer_costs_its_text_and_an_envelope_a_frame(loop: FakeLoop, per_second: int) -> None:
    kernel = Kernel(loop)
    SimulatedPage(kernel)
    for _ in range(20_000):
        kernel.stream.add("delta ")
        loop.run(1 / per_second)
    kernel.stream.end()
    frames, wire, snapshots = on_the_wire(kernel)
    assert frames <= 30 * 20_000 / per_second + 2
    assert wire <= len(kernel.stream.text) + ENVELOPE * frames
    assert snapshots <= 1000


@pytest.mark.parametrize("hears", [True, False])
def test_a_burst_costs_at_most_half_more_than_its_text(loop: FakeLoop, hears: bool) -> None:
    kernel = Kernel(loop, hears=hears)
    page = SimulatedPage(kernel)
    for _ in range(20_000):
        kernel.stream.add("delta ")
    kernel.stream.end()
    loop.run(0.9)
    frames, wire, snapshots = on_the_wire(kernel)
    assert page.root == {"text": kernel.stream.text}
    assert wire + snapshots + ENVELOPE <= 1.5 * len(kernel.stream.text)
    assert frames <= 4


# ---------------------------------------------------------------- the law
FATES = {
    "a good line": ("pass",),
    "loss": ("pass", "pass", "pass", "lose"),
    "doubles": ("pass", "double"),
    "swaps": ("pass", "pass", "swap"),
    "all of it": ("pass", "pass", "pass", "lose", "double", "swap"),
}


@pytest.mark.parametrize("hears", [True, False], ids=["hearing", "deaf"])
@pytest.mark.parametrize("fates", FATES)
@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_on_the_way_every_page_ends_exact(loop: FakeLoop, seed: int, fates: str, hears: bool) -> None:
    rng = random.Random(f"{seed} {fates} {hears}")
    kernel = Kernel(loop, hears=hears)
    pages = [SimulatedPage(kernel, FATES[fates], rng) for _ in range(rng.randint(1, 3))]
    for _ in range(rng.randint(1, 150)):
        kernel.stream.add(rng.choice(WORDS) * rng.choice([1, 1, 3, 3, 2000]))
        loop.run(rng.choice([0, 0, 0.01, 0.05, 0.5]))
        if rng.random() < 0.05:
            page = rng.choice(pages)
            page.thaw() if page.frozen else setattr(page, "frozen", True)
        if rng.random() < 0.03:
            kernel.end_cell() if not kernel.hears else setattr(kernel, "hears", False)
        if rng.random() < 0.02 and len(pages) < 5:
            pages.append(SimulatedPage(kernel, FATES[fates], rng, late=True))
    for page in pages:
        page.thaw()
    kernel.stream.end()
    loop.run(0.5)
    kernel.end_cell()
    for page in pages:
        page.fates = ("pass",)
    loop.run(60)
    for page in pages:
        assert page.root == {"text": kernel.stream.text}
        assert page.ended
    assert len(kernel.messages) <= 30 * loop.now + 10
