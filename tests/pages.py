"""Stand-ins for the pump's surroundings: time, a stream, and pages behind a bad line to a kernel with bad ears.

`SimulatedPage` does what ``js/src/link.ts`` does; the reference reader of `streamcell.frames` applies its frames.
"""

from __future__ import annotations

import heapq
import random
from itertools import count

from streamcell.audience import Audience
from streamcell.errors import ProtocolError
from streamcell.frames import apply_frame, size
from streamcell.pump import Pump

ACK_SECONDS, ACK_BYTES, RETRY_SECONDS, MAX_EARLY = 1.0, 64 * 1024, (1.0, 8.0), 512
TRIP_SECONDS = 0.01


class FakeLoop:
    """Time that passes only when `run` is told so."""

    def __init__(self) -> None:
        self.now, self.calls, self._order = 0.0, [], count()

    def time(self) -> float:
        return self.now

    def call_at(self, when, callback, *args):
        handle = Handle(callback, args)
        heapq.heappush(self.calls, (when, next(self._order), handle))
        return handle

    def call_later(self, delay, callback, *args):
        return self.call_at(self.now + delay, callback, *args)

    def call_soon_threadsafe(self, callback, *args):
        callback(*args)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.calls and self.calls[0][0] <= end:
            when, _, handle = heapq.heappop(self.calls)
            self.now = max(self.now, when)
            if not handle.cancelled:
                handle.callback(*handle.args)
        self.now = end


class Handle:
    def __init__(self, callback, args) -> None:
        self.callback, self.args, self.cancelled = callback, args, False

    def cancel(self) -> None:
        self.cancelled = True


class FakeStream:
    """A text that grows, and what of it was not drained yet."""

    def __init__(self) -> None:
        self.text, self.pending, self.done, self.listener = "", "", False, None
        self.can_retry = False

    def subscribe(self, listener) -> None:
        self.listener = listener

    def unsubscribe(self, listener) -> None:
        self.listener = lambda: None

    def drain(self, _taker):
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


class Kernel:
    """A kernel with one stream, its pages, and a count of what it sends.

    Args:
        hears: Whether what pages say gets in while the cell runs; `end_cell` lets in what waited.
    """

    def __init__(self, loop: FakeLoop, *, hears: bool = True) -> None:
        self.loop, self.hears, self.waiting = loop, hears, []
        self.audience = Audience()
        self.audience.listen(self._probed, beside_cells=True, in_cell=True)
        self.stream, self.pages, self.messages = FakeStream(), [], []
        self.pump = Pump(self.stream, self._sink, self.audience)
        self.pump.start()

    def _probed(self, callback) -> None:
        self.say(lambda: self.loop.call_later(0, callback))

    def _sink(self, message) -> None:
        self.messages.append(message)
        for page in self.pages:
            page.sent(message)

    def say(self, words) -> None:
        if self.hears:
            words()
        else:
            self.waiting.append(words)

    def end_cell(self) -> None:
        self.hears = True
        waiting, self.waiting = self.waiting, []
        for words in waiting:
            words()

    def bytes(self, *kinds: str) -> int:
        return sum(size(m) for m in self.messages if m["kind"] in kinds)

    def number(self, *kinds: str) -> int:
        return sum(m["kind"] in kinds for m in self.messages)


class SimulatedPage:
    """A page on a line that may lose, swap and double messages, and that may be frozen for a while.

    Args:
        fates: What may happen to a message on the way: ``lose``, ``swap``, ``double`` or ``pass``, drawn by ``rng``.
        late: Whether it was not there from the start; then it begins by asking for all there is.
    """

    def __init__(
        self,
        kernel: Kernel,
        fates: tuple[str, ...] = ("pass",),
        rng: random.Random | None = None,
        *,
        late: bool = False,
    ) -> None:
        self.kernel, self.loop, self.fates, self.rng = kernel, kernel.loop, fates, rng or random.Random(0)
        self.root, self.seq, self.epoch, self.known, self.early = None, 0, "", 0, {}
        self.frozen, self.inbox, self.request, self.timer = False, [], None, None
        self.acked, self.acked_at, self.applied, self.ended = 0, float("-inf"), 0, False
        kernel.pages.append(self)
        if late:
            self._ask()
        else:
            for message in kernel.messages:
                self.sent(message)

    # ---------------------------------------------------------------- the line
    def sent(self, message) -> None:
        fate = self.rng.choice(self.fates)
        delay = TRIP_SECONDS + (0.1 if fate == "swap" else 0)
        for _ in range({"lose": 0, "double": 2}.get(fate, 1)):
            self.loop.call_later(delay, self._do, self._hear, message)

    def _do(self, action, *args) -> None:
        """A frozen page does nothing, and then all at once."""
        if self.frozen:
            self.inbox.append((action, args))
        else:
            action(*args)

    def thaw(self) -> None:
        self.frozen = False
        inbox, self.inbox = self.inbox, []
        for action, args in inbox:
            action(*args)

    def _say(self, words) -> None:
        self.loop.call_later(TRIP_SECONDS, self.kernel.say, words)

    # ---------------------------------------------------------------- as link.ts
    def _hear(self, message) -> None:
        if message["epoch"] != self.epoch:
            self.epoch, self.root, self.seq, self.known, self.early, self.ended = (
                message["epoch"],
                None,
                0,
                0,
                {},
                False,
            )
        self.known = max(self.known, message["seq"])
        if message["kind"] == "frame" and message["seq"] > self.seq:
            if len(self.early) >= MAX_EARLY:
                self.early.clear()
            self.early[message["seq"]] = message
        elif message["kind"] == "snapshot" and (message["seq"] > self.seq or self.root is None):
            self.root, self.seq = dict(message["response"]), message["seq"]
            self.applied += size(message)
            self.ended = message.get("end", False)
        self._advance(message["kind"] == "tail")

    def _advance(self, again: bool) -> None:
        fits = True
        while fits and (frame := self.early.pop(self.seq + 1, None)):
            try:
                self.root, self.seq = apply_frame(self.root, self.seq, frame)
                self.applied += size(frame)
                self.ended = frame.get("end", False)
            except ProtocolError:
                fits = False
        self.early = {seq: frame for seq, frame in self.early.items() if seq > self.seq}
        if self.seq >= self.known:
            self._settle()
        else:
            self._ask()
        if again and self.seq >= self.known:
            self.acked = 0
            self._ack()
        if self.seq != self.acked:
            self._ack_soon()

    def _ask(self, delay: float = RETRY_SECONDS[0]) -> None:
        if self.request is None:
            self.request = self.loop.call_later(delay, self._do, self._ask_again, min(2 * delay, RETRY_SECONDS[1]))
            self._say(self.kernel.pump.resync)

    def _ask_again(self, delay: float) -> None:
        self.request = None
        self._ask(delay)

    def _settle(self) -> None:
        if self.request:
            self.request.cancel()
        self.request = None

    def _ack_soon(self) -> None:
        wait = 0 if self.ended or self.applied >= ACK_BYTES else self.acked_at + ACK_SECONDS - self.loop.now
        if wait <= 0:
            self._ack()
        elif self.timer is None:
            self.timer = self.loop.call_later(wait, self._do, self._ack)

    def _ack(self) -> None:
        if self.timer:
            self.timer.cancel()
        self.timer = None
        if self.seq != self.acked:
            self.acked, self.acked_at, self.applied = self.seq, self.loop.now, 0
            self._say(lambda seq=self.seq: self.kernel.pump.ack(seq))
