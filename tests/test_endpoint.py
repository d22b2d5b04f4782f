"""Where a request goes and which key it carries."""

from __future__ import annotations

import pytest

from streamcell.endpoint import DEMO, HOSTED, resolve
from streamcell.errors import UsageError
from streamcell.options import StreamOptions

KEY = "sk-test-0123456789abcdef0123"


def where(environ: dict[str, str], **options) -> tuple[str, str | None]:
    endpoint = resolve(StreamOptions(prompt="x", **options), environ)
    return endpoint.base_url, endpoint.key.reveal() if endpoint.key else None


def test_with_nothing_set_the_demo_answers() -> None:
    assert where({}) == (DEMO, None)


def test_a_key_alone_means_the_hosted_api() -> None:
    assert where({"OPENAI_API_KEY": KEY}) == (HOSTED, KEY)


def test_the_word_demo_means_the_demo_even_with_a_key() -> None:
    assert where({"OPENAI_API_KEY": KEY}, base_url="demo") == (DEMO, None)


def test_the_key_goes_to_the_standard_base_url() -> None:
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "https://proxy.example/v1/"}
    assert where(environ) == ("https://proxy.example/v1", KEY)
    assert where(environ, base_url="https://proxy.example/v2") == ("https://proxy.example/v2", KEY)


@pytest.mark.parametrize(
    "base_url", ["http://localhost:11434/v1", "https://elsewhere.example/v1", "http://api.openai.com/v1"]
)
def test_the_key_goes_to_no_other_origin(base_url: str) -> None:
    assert where({"OPENAI_API_KEY": KEY}, base_url=base_url) == (base_url, None)


def test_another_host_gets_the_key_that_was_named_for_it() -> None:
    environ = {"OPENAI_API_KEY": KEY, "OTHER_KEY": "other"}
    assert where(environ, base_url="https://o.example/v1", key_env="OTHER_KEY") == ("https://o.example/v1", "other")


@pytest.mark.parametrize(
    ("environ", "options", "words"),
    [
        ({}, {"base_url": HOSTED}, "Expected an API key"),
        ({}, {"base_url": "localhost:11434"}, "got 'localhost:11434'"),
        ({}, {"base_url": "ftp://h/v1"}, "starts with http"),
        ({}, {"base_url": "http://h:port/v1"}, "got 'http://h:port/v1'"),
        ({}, {"base_url": "https://me:secretpw@h/v1"}, "not shown"),
        ({}, {"base_url": "https://h/v1?api-key=abc"}, "not shown"),
        ({}, {"key_env": "MISSING"}, "MISSING, found none"),
        ({}, {"key_env": KEY}, "not shown"),
    ],
)
def test_what_cannot_work_is_one_clear_line(environ: dict, options: dict, words: str) -> None:
    with pytest.raises(UsageError, match="Expected") as caught:
        where(environ, **options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not any(secret in str(caught.value) for secret in (KEY, "secretpw", "api-key=abc"))
