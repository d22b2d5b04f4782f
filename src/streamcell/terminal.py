"""Prints a stream where no page is: in a terminal, in the output of a script. It knows nothing of notebooks.

The text is printed as it comes; what else the answer holds (reasoning, calls, sources), when it is complete. What the
model writes cannot steer the terminal: control characters are written out.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from streamcell.fallback import facts, write_text
from streamcell.fallback.blocks import Block
from streamcell.fallback.chips import visible
from streamcell.fallback.items import item_blocks
from streamcell.session import Stream

__all__ = ["Printed"]

TEXTS = ("response.output_text.delta", "response.refusal.delta")
_OPEN = re.compile("[\r\u200c\u200d\ufe00-\ufe0f]+$")
"""What only its next character tells how to show."""


class Printed:
    """One printing of a stream. The caller follows it, then finishes.

    Args:
        stream: What to print; not started yet.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._pending = self._last = ""
        self._is_text_open = self._said = False

    def follow(self) -> None:
        """Print what comes, until the stream ends. Blocks."""
        for event in self._stream.events:
            self._take(event)

    async def afollow(self) -> None:
        """The same, awaited."""
        async for event in self._stream.events:
            self._take(event)

    def finish(self) -> None:
        """End with what went wrong, if something did, and a line on how the stream ended."""
        snapshot = self._stream.snapshot()
        if not self._said and self._stream.text:  # it came in one piece, without deltas
            self._text(self._stream.text)
        self._close_text()
        title, lines = facts.failure(snapshot) or (facts.status_word(snapshot), [facts.ending(snapshot)])
        if any(lines):
            self._blocks([Block("notice", "\n".join(line for line in lines if line), title=title)])
        told = [facts.status_word(snapshot), *facts.summary(snapshot), *facts.usage(snapshot)]
        _print(f"[{visible(' · '.join(told))}]\n")

    def _take(self, event: Any) -> None:
        if event.type in TEXTS:
            self._text(event.delta or "")
        elif event.type == "response.output_item.done":
            self._close_text()
            blocks = list(item_blocks(event.item))
            is_message = facts.as_dict(event.item).get("type") == "message"
            self._blocks([b for b in blocks if b.kind == "list"] if is_message else blocks)

    def _text(self, delta: str) -> None:
        text = self._pending + delta
        held = _OPEN.search(text)
        self._pending = text[held.start() :] if held else ""
        self._print_text(text[: len(text) - len(self._pending)])

    def _print_text(self, text: str) -> None:
        if text:
            # The character before decides how a joiner is shown; it is printed already.
            _print(visible(self._last + text)[len(self._last) :])
            self._last = text[-1] if visible(text[-1]) == text[-1] else ""
            self._is_text_open = self._said = True

    def _close_text(self) -> None:
        pending, self._pending = self._pending, ""
        self._print_text(pending)
        if self._is_text_open:
            _print("\n\n")
        self._last, self._is_text_open = "", False

    def _blocks(self, blocks: list[Block]) -> None:
        if text := write_text.write(blocks):
            _print(text + "\n\n")


def _print(text: str) -> None:
    """Print at once; what the output's encoding does not know becomes a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), end="", flush=True)
