"""Plays a tape: acts → beats with their timing, cut at the limit of tokens. It writes no API's events.

The same tape gives the same beats each time, timing included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

from streamcell.demo import tokens
from streamcell.demo.tape import Act, Tape

__all__ = ["Beat", "Outcome", "play"]

BeatKind = Literal["open", "part", "delta", "part_done", "close", "error", "end"]


@dataclass(frozen=True)
class Outcome:
    """How the answer ended, and what it took."""

    status: Literal["completed", "incomplete", "failed"]
    output_tokens: int
    reasoning_tokens: int


@dataclass(frozen=True)
class Beat:
    """One step of the answer: an act opens, a part of it opens, grows, is done; the act closes; all ends."""

    kind: BeatKind
    delay: float = 0.0
    """Seconds of silence before it."""
    act: Act | None = None
    index: int = 0
    """Of the act: the API's ``output_index``."""
    part: int = 0
    text: str = ""
    """Of a delta, what it adds. Of ``part_done``, the part's whole text. Of ``error``, the message."""
    whole: bool = True
    """False where the limit of tokens cut this part or act."""
    outcome: Outcome | None = None
    """Of ``end`` only."""


def play(tape: Tape, limit: int | None) -> Iterator[Beat]:
    """The beats of a tape.

    Args:
        limit: The request's own limit of tokens; the tape may have a lower one.
    """
    return _Player(tape, limit).beats()


class _Player:
    def __init__(self, tape: Tape, limit: int | None) -> None:
        self.tape = tape
        self.left = min(given) if (given := [n for n in (limit, tape.limit) if n is not None]) else None
        self.spent = {"reasoning": 0, "other": 0}
        self.wait = tape.think
        self.cut = False

    def beats(self) -> Iterator[Beat]:
        for index, act in enumerate(self.tape.acts):
            if self.left == 0:
                self.cut = True
                break
            self.wait += act.pause
            if act.kind == "error":
                yield Beat("error", self.wait, act, index, text=act.parts[0])
                yield self._end("failed")
                return
            yield from self._act(act, index)
            if self.cut:
                break
        yield self._end("incomplete" if self.cut else "completed")

    def _act(self, act: Act, index: int) -> Iterator[Beat]:
        yield Beat("open", self._waited(), act, index)
        for part, text in enumerate(act.parts):
            yield Beat("part", 0.0, act, index, part)
            pieces = self._afford(tokens.tokens(text), act)
            for delta in tokens.deltas(pieces):
                yield Beat("delta", self._waited(), act, index, part, delta)
                self.wait = self._pace(delta, act)
            yield Beat("part_done", self._waited(), act, index, part, "".join(pieces), whole=not self.cut)
            if self.cut:
                break
        yield Beat("close", 0.0, act, index, whole=not self.cut)

    def _afford(self, pieces: list[str], act: Act) -> list[str]:
        """The pieces that the limit still allows; all are counted."""
        if self.left is not None:
            self.cut = len(pieces) > self.left
            pieces = pieces[: self.left]
            self.left -= len(pieces)
        self.spent["reasoning" if act.kind == "reasoning" else "other"] += len(pieces)
        return pieces

    def _pace(self, delta: str, act: Act) -> float:
        """Seconds after a delta: the tape's pace, unevenly, and a breath after a sentence."""
        uneven = 0.5 + crc32(delta.encode(errors="replace")) % 100 / 100
        ends = act.kind != "call" and delta.rstrip(' \n*_`")').endswith((".", "!", "?", ":", "。"))
        return uneven / self.tape.pace + (8 / self.tape.pace if ends else 0.0)

    def _waited(self) -> float:
        wait, self.wait = self.wait, 0.0
        return wait

    def _end(self, status: Literal["completed", "incomplete", "failed"]) -> Beat:
        reasoning = self.spent["reasoning"]
        return Beat("end", outcome=Outcome(status, reasoning + self.spent["other"], reasoning))
