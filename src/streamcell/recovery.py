"""Answers that were cut short, from the journals: `recover` after a killed kernel. It sends nothing by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from streamcell import api
from streamcell.errors import ProtocolError, UsageError
from streamcell.journal import directory, journals
from streamcell.session import Stream
from streamcell.tape import MAX_BYTES, Head, Tape, read
from streamcell.tape_file import OPEN, in_use

__all__ = ["Recovered", "recover"]


class Recovered:
    """One answer that did not come to its end, as far as its journal can be believed. Show it by leaving it as the last
    line of a cell.
    """

    def __init__(self, path: Path, tape: Tape) -> None:
        self.path = path
        """The journal's file; `discard` deletes it."""
        self.stream = Stream.of_tape(tape)
        """What had been received, read like any other stream; it has ended."""
        self._head: Head = tape.head

    @property
    def text(self) -> str:
        """The answer's text, as far as it was received."""
        return self.stream.text

    @property
    def status(self) -> str:
        """``interrupted``, or the status that the service told just before the kernel was killed."""
        return self.stream.status

    @property
    def model(self) -> str | None:
        return self.stream.response["model"] or self._head.model

    @property
    def time(self) -> float:
        """When it was asked, in Unix seconds."""
        return self._head.at

    @property
    def request(self) -> dict[str, Any]:
        """What was asked, without secrets."""
        return self._head.request

    @cached_property
    def response_id(self) -> str | None:
        """The service's name of the response, if it came so far."""
        found = self.stream.response["id"] or self._head.response_id
        return found if isinstance(found, str) else None

    @property
    def resumable(self) -> bool:
        """Whether the service went on with it in the background, so that `resume` may fetch the rest."""
        return self._head.background and self.response_id is not None

    def resume(self, **options: Any) -> Stream:
        """Ask the service for the whole of a background response: `streamcell.resume`, at the address it came from.

        Raises:
            UsageError: It was no background response; the service has nothing more of it.
        """
        if self.response_id is None or not self.resumable:
            raise UsageError(
                "Expected a response made with background=True; of any other the service keeps nothing to fetch.",
                hint="Its text so far is in `.text`.",
            )
        return api.resume(self.response_id, **{**self._head.where, **options})

    def discard(self) -> None:
        """Delete the journal, so that `recover` does not tell of it again."""
        self.path.unlink(missing_ok=True)

    def __repr__(self) -> str:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(min(max(self.time, 0), 2**33)))
        return f"<Recovered {self.status}, {len(self.text)} characters of text, {self.model}, {when}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.stream._repr_mimebundle_()


def recover() -> list[Recovered]:
    """The answers that never came to their end, newest first: of killed kernels, and of broken connections.

    Reads the journals and changes nothing; asked again it gives the same. Answers that are still arriving, in this
    kernel or another, are not among them.
    """
    where = directory()
    found = [Recovered(path, tape) for path, tape in _unfinished(where)] if where else []
    return sorted(found, key=lambda one: (one.time, one.path.name), reverse=True)


def _unfinished(where: Path) -> Iterator[tuple[Path, Tape]]:
    for path in journals(where):
        if path.name.endswith(OPEN) and not in_use(path):
            # What is no journal, or was killed before its first line was whole, has nothing to give.
            with suppress(OSError, ProtocolError), path.open("rb") as file:
                yield path, read(file.read(MAX_BYTES + 1))
