"""Keys: what holds them shows nothing, and foreign text loses them."""

from __future__ import annotations

import copy
import pickle

import pytest

from streamcell.secret import Secret, looks_like_key, redact

KEY = "sk-test-0123456789abcdef0123"


def test_a_secret_shows_nothing_of_its_value() -> None:
    secret = Secret(KEY)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>30}", repr([secret]), repr({"key": secret})]
    assert not any(KEY[:6] in text for text in shown)
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize("copying", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_never_pickled_or_copied(copying) -> None:
    with pytest.raises(TypeError, match="never pickled") as caught:
        copying(Secret(KEY))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}.",
        "Authorization: Bearer abcdef1234567890",
        "https://user:hunter2secret@host/v1",
        "key gsk_0123456789abcdefABCDEF",
        "AIzaSyA0123456789_abcdefghijklmnop",
    ],
)
def test_foreign_text_loses_what_looks_like_a_key(text: str) -> None:
    assert looks_like_key(text)
    assert not looks_like_key(redact(text).replace("[redacted]", ""))
    assert "[redacted]" in redact(text)


def test_the_given_secret_is_removed_whatever_its_shape() -> None:
    assert redact("you sent 'plainpassword'", Secret("plainpassword")) == "you sent '[redacted]'"


@pytest.mark.parametrize("text", ["gpt-5-mini", "ask-me-anything-about-it", "http://localhost:11434/v1", "risk-free"])
def test_ordinary_words_stay(text: str) -> None:
    assert not looks_like_key(text)
    assert redact(text) == text
