"""Throws damaged streams at the whole kernel side: bytes → events → snapshot → frames → saved HTML and text.

    python scripts/fuzz.py --minutes 10

Hypothesis chooses a recorded or written stream, damages it (in its bytes and in its JSON), cuts it, and checks what
must always hold: nothing raises but our own `ProtocolError` for oversize; the frames applied to the first snapshot give
the last one; the text encodes; the saved HTML holds no tag or attribute that is not on the list. Seeds are the vectors
of the tests, and the recordings beside the checkout where they are. A failure prints the smallest case that is found.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from streamcell import fallback
from streamcell.errors import ProtocolError
from streamcell.frames import FrameEncoder, apply_frame
from streamcell.providers import PROVIDERS
from streamcell.state import ResponseState

ROOT = Path(__file__).resolve().parents[1]
_TAGS = """a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre s section
small span strong sub summary sup table tbody td th thead tr ul"""
_ATTRIBUTES = "href title start align lang dir class rel target referrerpolicy open alt src"
TAGS, ATTRIBUTES = frozenset(_TAGS.split()), frozenset(_ATTRIBUTES.split())
HOSTILE: list[Any] = [
    None, True, -1, 0, 1e308, 10**30, "", "x", "\ud800", "\udc00x", "<script>alert(1)</script>", "javascript:alert(1)",
    "![x](http://evil.example/a.png)", "[a](javascript:x)", "\u202e\u2066", "`" * 50, "|" * 60, "[" * 200, [], {},
    [None], {"type": None}, {"type": "message", "content": [None, 5, {"type": "output_text", "text": 7}]}, [[[[]]]],
    "[DONE]",
]  # fmt: skip


def seeds() -> list[tuple[str, bytes]]:
    """(api, bytes) of every stream at hand, short ones only."""
    folders = [ROOT / "tests" / "vectors", ROOT.parent / "shared" / "corpus"]
    names = {"responses": "responses", "chat": "chat", "chat_completions": "chat", "completions": "completions"}
    found = []
    for path in (p for folder in folders for p in sorted(folder.rglob("*.sse"))):
        api = names.get(path.parent.name)
        if api and path.stat().st_size < 40_000:
            found.append((api, path.read_bytes()))
    return found


class Strict(HTMLParser):
    """Raises on whatever is not on the lists."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, f"tag {tag}"
        for name, value in attrs:
            assert name in ATTRIBUTES, f"attribute {name} on {tag}"
            if name == "href":
                assert (value or "").lower().startswith(("http://", "https://", "mailto:")), f"href {value!r}"
            if name == "src":
                assert (value or "").startswith("data:image/"), f"src {value!r}"


def damaged_json(draw: Any, value: Any, depth: int = 0) -> Any:
    """``value`` with some place in it replaced, dropped, or doubled."""
    if depth > 6 or not isinstance(value, dict | list) or not value or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(HOSTILE))
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = draw(st.sampled_from(keys))
    copy = dict(value) if isinstance(value, dict) else list(value)
    if draw(st.integers(0, 4)) == 0:
        del copy[key]
    else:
        copy[key] = damaged_json(draw, value[key], depth + 1)
    return copy


@st.composite
def cases(draw: Any, streams: list[tuple[str, bytes]]) -> tuple[str, list[bytes]]:
    """(api, chunks) of a damaged stream."""
    api, data = draw(st.sampled_from(streams))
    blocks = data.split(b"\n\n")
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(blocks) - 1))
        blocks = DAMAGES[draw(st.sampled_from(sorted(DAMAGES)))](draw, blocks, at)
        if not blocks:
            break
    data, chunks = b"\n\n".join(blocks), []
    size = draw(st.sampled_from([1, 7, 100, 4096, 10**6]))
    for at in range(0, len(data), size):
        chunks.append(data[at : at + size])
    return api, chunks


def _json(draw: Any, blocks: list[bytes], at: int) -> list[bytes]:
    head, mark, body = blocks[at].partition(b"data: ")
    try:
        value = json.loads(body)
    except ValueError:
        return blocks
    changed = json.dumps(damaged_json(draw, value), ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return [*blocks[:at], head + mark + changed, *blocks[at + 1 :]]


def _bytes(draw: Any, blocks: list[bytes], at: int) -> list[bytes]:
    block = blocks[at]
    where = draw(st.integers(0, len(block)))
    return [*blocks[:at], block[:where] + draw(st.binary(max_size=6)) + block[where + 1 :], *blocks[at + 1 :]]


DAMAGES: dict[str, Any] = {
    "json": _json,
    "bytes": _bytes,
    "drop": lambda draw, blocks, at: [*blocks[:at], *blocks[at + 1 :]],
    "double": lambda draw, blocks, at: [*blocks[: at + 1], *blocks[at:]],
    "swap": lambda draw, blocks, at: [*blocks[:at], *blocks[at : at + 2][::-1], *blocks[at + 2 :]],
    "cut": lambda draw, blocks, at: blocks[:at],
}


def check(api: str, chunks: list[bytes]) -> None:
    """Run the whole kernel side over ``chunks`` and assert what must hold."""
    reader, state, encoder = PROVIDERS[api].reader(), ResponseState(api=api), FrameEncoder("fuzz")
    root, last = state.snapshot(), 0
    try:
        for number, chunk in enumerate([*chunks, None]):
            for event in reader.close() if chunk is None else reader.feed(chunk):
                state.apply(event)
            if chunk is None:
                state.finish()
            if number % 3 == 0 or chunk is None:
                frame = json.loads(json.dumps(encoder.frame(state.drain())))
                root, last = apply_frame(root, last, frame)
    except ProtocolError as error:
        if error.kind != "too_large":
            raise
        return
    snapshot = state.snapshot()
    assert root == json.loads(json.dumps(snapshot)), "frames do not add up to the snapshot"
    json.dumps(snapshot, ensure_ascii=False).encode()
    html = fallback.to_html(snapshot)
    Strict().feed(html)
    fallback.to_text(snapshot).encode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    args = parser.parse_args()
    streams, until, total = seeds(), time.monotonic() + args.minutes * 60, 0

    @settings(
        max_examples=500,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(streams))
    def run(case: tuple[str, list[bytes]]) -> None:
        nonlocal total
        total += 1
        check(*case)

    while time.monotonic() < until:
        run()
        print(f"{total} damaged streams, nothing found", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
