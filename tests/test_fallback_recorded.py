"""The saved copy of recorded answers: each word of the answer stands in it, as HTML and as text."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from streamcell.fallback import to_html, to_text
from streamcell.providers import PROVIDERS
from streamcell.state import ResponseState

CORPUS = Path(__file__).parents[1].parent / "shared" / "corpus"
EVERY = 7
"""All recorded streams take some seconds; every seventh shows the same."""


def answer(path: Path) -> ResponseState:
    reader = PROVIDERS[path.parent.name].reader()
    state = ResponseState(api=path.parent.name)
    for event in [*reader.feed(path.read_bytes()), *reader.close()]:
        state.apply(event)
    state.finish()
    return state


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text))


@pytest.mark.shared
@pytest.mark.skipif(not CORPUS.exists(), reason="the recorded streams lie beside the checkout, and do not")
@pytest.mark.parametrize("api", ["responses", "chat", "completions"])
def test_every_word_of_a_recorded_answer_is_kept(api: str) -> None:
    for path in sorted((CORPUS / api).glob("*.sse"))[::EVERY]:
        state = answer(path)
        said = words(state.text) | words(state.refusal) | words(state.reasoning)
        targets = words(" ".join(re.findall(r"\]\(([^)]*)\)", state.text)))  # may be refused
        assert said - targets <= words(unescape(re.sub("<[^>]*>", "", to_html(state.snapshot())))), path.name
        assert said <= words(to_text(state.snapshot())), path.name
