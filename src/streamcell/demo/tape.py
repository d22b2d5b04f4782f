"""Tapes: our own written answers, one small file each in ``tapes/``, read into acts.

A file opens with ``key: value`` lines up to a blank line, then come sections, each opened by a line ``%% kind …``::

    title: What the tape shows
    words: keyword, other keyword
    prompt: A prompt that plays it
    pace: 100                       deltas a second
    think: 0.3                      seconds before the first delta
    limit: 60                       tokens after which the tape ends incomplete by itself

    %% reasoning                    one part of a reasoning summary; neighbours share one item
    %% text                         markdown of the answer
    %% call NAME                    JSON arguments of a function call
    %% refusal                      a refusal in place of an answer
    %% pause SECONDS                silence before what follows
    %% error CODE                   the stream fails here, with this message

It does not know who asks, nor how an API writes an answer down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Literal

__all__ = ["Act", "Tape", "fill", "names", "read"]

ActKind = Literal["reasoning", "text", "refusal", "call", "error"]


@dataclass(frozen=True)
class Act:
    """One output item of an answer, or the failure that ends it."""

    kind: ActKind
    parts: tuple[str, ...]
    """The text; only reasoning has more than one part. Of a call, its JSON arguments. Of an error, its message."""
    name: str = ""
    """Of a call, the function; of an error, its code."""
    pause: float = 0.0
    """Seconds of silence before it."""


@dataclass(frozen=True)
class Tape:
    """An answer as it was written."""

    name: str
    acts: tuple[Act, ...]
    title: str = ""
    words: tuple[str, ...] = ()
    prompt: str = ""
    pace: float = 100.0
    think: float = 0.3
    limit: int | None = None
    facts: dict[str, str] = field(default_factory=dict)


def names() -> list[str]:
    """All tapes, in alphabetical order."""
    return sorted(entry.name[:-3] for entry in (files(__package__) / "tapes").iterdir() if entry.name.endswith(".md"))


@cache
def read(name: str) -> Tape:
    """Read one tape.

    Raises:
        FileNotFoundError: There is no such tape.
        ValueError: The file breaks the form described above; it says where.
    """
    source = (files(__package__) / "tapes" / f"{name}.md").read_text(encoding="utf-8")
    head, _, body = source.partition("\n\n")
    facts = dict(_fact(name, line) for line in head.split("\n"))
    limit = facts.get("limit")
    return Tape(
        name=name,
        acts=_acts(name, body),
        title=facts.get("title", name),
        words=tuple(word.strip() for word in facts.get("words", "").split(",") if word.strip()),
        prompt=facts.get("prompt", ""),
        pace=float(facts.get("pace", 100)),
        think=float(facts.get("think", 0.3)),
        limit=int(limit) if limit else None,
    )


def fill(tape: Tape, values: dict[str, str]) -> Tape:
    """The tape with each ``{{key}}`` in its texts replaced by the value of that key."""
    return replace(
        tape, acts=tuple(replace(act, parts=tuple(_fill(part, values) for part in act.parts)) for act in tape.acts)
    )


def _fill(text: str, values: dict[str, str]) -> str:
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text


def _fact(name: str, line: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon:
        raise ValueError(f"tape {name}: expected 'key: value' in its head, got {line!r}")
    return key.strip(), value.strip()


def _acts(name: str, body: str) -> tuple[Act, ...]:
    acts: list[Act] = []
    pause = 0.0
    for section in ("\n" + body).split("\n%% ")[1:]:
        line, _, text = section.partition("\n")
        kind, _, argument = line.partition(" ")
        if kind == "pause":
            pause += float(argument)
            continue
        act = replace(_act(name, kind, argument.strip(), text.strip("\n")), pause=pause)
        pause = 0.0
        if act.kind == "reasoning" and acts and acts[-1].kind == "reasoning":
            acts[-1] = replace(acts[-1], parts=(*acts[-1].parts, *act.parts))
        else:
            acts.append(act)
    return tuple(acts)


def _act(name: str, kind: str, argument: str, text: str) -> Act:
    if kind == "call":
        return Act("call", (json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")),), argument)
    if kind == "error":
        return Act("error", (text,), argument)
    if kind in ("reasoning", "text", "refusal"):
        return Act(kind, (text,))  # type: ignore[arg-type]  # narrowed by the line above
    raise ValueError(f"tape {name}: no section kind {kind!r}")
