"""Where a request goes and which key it carries."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

import streamcell
from streamcell.endpoint import DEMO, HOSTED, Endpoint, resolve
from streamcell.errors import UsageError
from streamcell.options import StreamOptions
from streamcell.secret import Secret

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


# ---------------------------------------------------------------- other places a key comes from
AZURE = "https://res.openai.azure.com/openai/v1"


def sent(environ: dict[str, str], **options) -> dict[str, str]:
    headers = resolve(StreamOptions(prompt="x", **options), environ).auth_headers()
    return {name: value.reveal() for name, value in headers.items()}


@pytest.mark.parametrize("key", [KEY, Secret(KEY), lambda: KEY, lambda: Secret(f" {KEY}\n")])
def test_a_key_in_python_may_be_a_string_a_secret_or_what_gives_one(key: object) -> None:
    assert sent({}, api_key=key, base_url="https://h.example/v1") == {"authorization": f"Bearer {KEY}"}
    assert where({}, api_key=key) == (HOSTED, KEY)


def test_options_hold_keys_and_headers_as_secrets_from_the_start() -> None:
    options = StreamOptions(prompt="x", api_key=KEY, headers={"x-custom": KEY})
    assert KEY not in repr(options)
    assert KEY not in repr(vars(options))
    assert KEY not in repr(replace(options, model="m"))


def refuses() -> str:
    raise ValueError(f"no such token {KEY}")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"api_key": refuses}, "it raised ValueError"),
        ({"api_key": 5}, "got int"),
        ({"api_key": ""}, "got nothing"),
        ({"api_key": f"{KEY}\n{KEY}"}, "characters that no key has"),
        ({"api_key": "schlüssel"}, "characters that no key has"),
        ({"api_key": KEY, "key_env": "OTHER"}, "got both"),
        ({"key_env": "keyring:"}, "keyring:SERVICE/USER"),
        ({"key_env": f"keyring:service/{KEY}"}, "not shown"),
    ],
)
def test_a_key_that_is_none_is_refused_without_being_repeated(options: dict, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(StreamOptions(prompt="x", base_url="https://h.example/v1", **options), {})
    assert words in str(caught.value)
    assert KEY not in str(caught.value)


class Keyring:
    """In place of the package, which need not be installed."""

    def get_password(self, service: str, user: str) -> str | None:
        return {("llm", "me"): KEY}.get((service, user))


def test_a_key_is_read_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Keyring())
    assert where({}, base_url="https://h.example/v1", key_env="keyring:llm/me")[1] == KEY
    with pytest.raises(UsageError, match="keyring set llm you"):
        where({}, base_url="https://h.example/v1", key_env="keyring:llm/you")
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(UsageError, match="pip install keyring"):
        where({}, base_url="https://h.example/v1", key_env="keyring:llm/me")


def test_a_key_can_be_typed_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamcell.keys.getpass", lambda prompt: f"{KEY} ")
    key = streamcell.ask_key()
    assert (repr(key), key.reveal()) == ("<secret>", KEY)


# ---------------------------------------------------------------- Azure, accounts
def test_azure_takes_its_own_key_in_its_own_header_and_no_other() -> None:
    environ = {"OPENAI_API_KEY": KEY, "AZURE_OPENAI_API_KEY": "azure-key"}
    assert sent(environ, base_url=AZURE) == {"api-key": "azure-key"}
    assert sent({"OPENAI_API_KEY": KEY}, base_url=AZURE) == {}
    assert sent({"OPENAI_API_KEY": "azure", "OPENAI_BASE_URL": AZURE}) == {"api-key": "azure"}
    assert sent(environ, base_url="https://res.openai.azure.com.evil.example/v1") == {}
    assert sent(environ, base_url="http://res.openai.azure.com/v1") == {}


def test_a_token_of_entra_id_is_a_bearer_token() -> None:
    assert sent({}, base_url=AZURE, api_key=lambda: "eyJhbGci.e30.x") == {"authorization": "Bearer eyJhbGci.e30.x"}


@pytest.mark.parametrize(
    ("base_url", "version", "path", "expected"),
    [
        (AZURE, "", "/responses", f"{AZURE}/responses"),
        (f"{AZURE}/?api-version=preview", "", "/responses", f"{AZURE}/responses?api-version=preview"),
        (AZURE, "2025-04-01", "/responses", f"{AZURE}/responses?api-version=2025-04-01"),
        (AZURE, "2025", "/responses/r?stream=true", f"{AZURE}/responses/r?api-version=2025&stream=true"),
        ("https://h.example/v1", "2025", "/responses", "https://h.example/v1/responses"),
    ],
)
def test_the_version_stays_behind_the_path(base_url: str, version: str, path: str, expected: str) -> None:
    environ = {"OPENAI_API_VERSION": version}
    assert resolve(StreamOptions(prompt="x", base_url=base_url), environ).url(path) == expected


def test_organisation_and_project_are_named_to_the_hosted_api_alone() -> None:
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj_1"}
    assert sent(environ) == {
        "openai-organization": "org-1",
        "openai-project": "proj_1",
        "authorization": f"Bearer {KEY}",
    }
    for base_url in ("http://localhost:11434/v1", AZURE):
        assert sent(environ, base_url=base_url) == {}


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.0.0.9/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://localhost.example/v1", False),
        ("http://10.0.0.1/v1", False),
    ],
)
def test_this_machine_is_recognised(base_url: str, expected: bool) -> None:
    assert Endpoint(base_url).is_loopback is expected
