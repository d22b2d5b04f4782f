"""What the tests of the protocol share: bytes of events, ways to cut them, and what they come to."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from streamcell.events import Event
from streamcell.frames import apply_ops
from streamcell.providers import PROVIDERS
from streamcell.state import ResponseState

SHARED = Path(__file__).parents[1].parent / "shared"
VECTORS = Path(__file__).parent / "vectors"
FOLDERS = {"responses": "responses", "chat_completions": "chat", "completions": "completions"}


def load(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, case) of all vectors of one API."""
    for path in sorted((VECTORS / folder).glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            yield f"{path.stem}: {case['name']}", case


def sse(events: Iterable[Any], *, names: bool = False, start: str = "", end: str = "") -> bytes:
    """Events as a server would write them."""
    blocks = [start]
    for event in events:
        name = f"event: {event['type']}\n" if names and isinstance(event.get("type"), str) else ""
        blocks.append(f"{name}data: {json.dumps(event)}\n\n")
    return "".join([*blocks, end]).encode("utf-8", "replace")


def wire(case: dict[str, Any]) -> bytes:
    return sse(case["events"], start=case.get("start", ""), end=case.get("end", ""))


def cuttings(data: bytes, seed: int = 1) -> Iterator[list[bytes]]:
    """The bytes whole, event by event, one by one, and in pieces of random sizes."""
    yield [data]
    yield [block + b"\n\n" for block in data.split(b"\n\n")[:-1]] + [data.rpartition(b"\n\n")[2]]
    yield [data[i : i + 1] for i in range(len(data))]
    rng = random.Random(seed)
    pieces, at = [], 0
    while at < len(data):
        size = rng.choice([1, 3, 50, 400])
        pieces.append(data[at : at + size])
        at += size
    yield pieces


def events_of(chunks: Iterable[bytes], api: str = "responses") -> list[Event]:
    reader = PROVIDERS[api].reader()
    return [event for chunk in chunks for event in reader.feed(chunk)] + reader.close()


def fold(events: Iterable[Any], api: str = "responses") -> ResponseState:
    state = ResponseState(api)
    for event in events:
        state.apply(event)
    state.finish()
    return state


def by_ops(events: Iterable[Event], api: str, rng: random.Random) -> tuple[dict[str, Any], ResponseState]:
    """The snapshot as a page has it, that got ops now and then."""
    state = ResponseState(api)
    page: Any = state.snapshot()
    for event in events:
        state.apply(event)
        if rng.random() < 0.3:
            page = apply_ops(page, json.loads(json.dumps(state.drain())))
            assert page == state.snapshot()
    state.finish()
    return apply_ops(page, state.drain()), state


def described(state: ResponseState) -> dict[str, Any]:
    """The snapshot, with what is read off it beside it."""
    return {
        **state.snapshot(),
        "text": state.text,
        "refusal": state.refusal,
        "reasoning": state.reasoning,
        "tool_calls": state.tool_calls,
        "items": [item["type"] for item in state.output],
    }


def assert_holds(got: Any, want: Any, where: str = "") -> None:
    """All that ``want`` says is so in ``got``; of an object it may leave fields out, of a list nothing."""
    if isinstance(want, dict) and isinstance(got, dict) and want:
        for key, value in want.items():
            assert key in got, f"{where}.{key} is missing"
            assert_holds(got[key], value, f"{where}.{key}")
    elif isinstance(want, list) and isinstance(got, list):
        assert len(got) == len(want), f"{where}: {len(got)} values, want {len(want)}: {got}"
        for index, value in enumerate(want):
            if value != {}:
                assert_holds(got[index], value, f"{where}[{index}]")
    else:
        assert got == want, f"{where}: got {got!r}, want {want!r}"
