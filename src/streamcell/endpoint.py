"""Where a request goes and which key it carries, from options and environment. Makes no request.

A key belongs to one host: ``OPENAI_API_KEY`` goes to the hosted API and to ``OPENAI_BASE_URL``,
``AZURE_OPENAI_API_KEY`` to resources of Azure OpenAI, and neither anywhere else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from streamcell.errors import UsageError
from streamcell.keys import checked, given_key, named_key
from streamcell.options import StreamOptions
from streamcell.secret import Secret, looks_like_key

__all__ = ["DEMO", "HOSTED", "Endpoint", "resolve"]

HOSTED = "https://api.openai.com/v1"
HOSTED_MODEL = "gpt-5-mini"
DEMO = "demo"
"""In place of a base URL: the built-in stand-in for a model."""

AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com", ".openai.azure.us")
"""Ends of host names of Azure OpenAI resources. They take a key in the header ``api-key``."""
ACCOUNT_HEADERS = {"OPENAI_ORG_ID": "openai-organization", "OPENAI_PROJECT_ID": "openai-project"}
"""Environment variable → header, for the hosted API alone."""


@dataclass(frozen=True)
class Endpoint:
    base_url: str
    """Without a slash at the end; perhaps with a query such as ``?api-version=…``. `DEMO` for the stand-in."""
    key: Secret | None = None
    key_from: str = "OPENAI_API_KEY"
    """Name of the variable, keyring entry or argument that the key came from, for messages."""
    account: Mapping[str, Secret] = field(default_factory=dict)
    """Headers that say whose account pays."""

    @property
    def is_demo(self) -> bool:
        return self.base_url == DEMO

    @property
    def default_model(self) -> str | None:
        """The model to ask for where none was named; None where the server must be asked what it has."""
        return DEMO if self.is_demo else HOSTED_MODEL if _origin(self.base_url) == _origin(HOSTED) else None

    @property
    def host(self) -> str:
        return DEMO if self.is_demo else urlsplit(self.base_url).netloc

    @property
    def is_loopback(self) -> bool:
        """Whether the server runs on this machine, where no proxy is in between."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    def url(self, path: str) -> str:
        """The whole address of ``path``, which may have a query as the base URL may."""
        base = urlsplit("http://demo.invalid/v1" if self.is_demo else self.base_url)
        path, _, query = path.partition("?")
        joined = "&".join(filter(None, (base.query, query)))
        return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + path, joined, ""))

    def auth_headers(self) -> dict[str, Secret]:
        """The headers that carry the key and name the account."""
        if self.key is None:
            return dict(self.account)
        # A token of Entra ID is a JWT, and goes where other services have their keys.
        if _is_azure(self.base_url) and not self.key.reveal().startswith("eyJ"):
            return {**self.account, "api-key": self.key}
        return {**self.account, "authorization": Secret(f"Bearer {self.key.reveal()}")}


def resolve(options: StreamOptions, environ: Mapping[str, str] | None = None) -> Endpoint:
    """Choose base URL and key.

    Without a base URL in ``options`` it is ``OPENAI_BASE_URL``; without that, the hosted API where ``OPENAI_API_KEY``
    is set or a key is given, else the demo.

    Raises:
        UsageError: The base URL is not usable, the key is missing or no key, or the hosted API was asked for without
            one. Nothing was sent.
    """
    environ = os.environ if environ is None else environ
    standard = _clean(environ.get("OPENAI_BASE_URL", ""))
    has_key = bool(environ.get("OPENAI_API_KEY", "").strip() or options.key_env or options.api_key)
    base = _clean(options.base_url or "") or standard or (HOSTED if has_key else DEMO)
    if base == DEMO:
        return Endpoint(DEMO)
    _check_url(base)
    base = _with_version(base, environ)
    is_hosted = _origin(base) == _origin(HOSTED)
    key, key_from = _key_for(base, standard, options, environ)
    if key is None and is_hosted:
        raise UsageError(
            f"Expected an API key for {HOSTED}, found none in OPENAI_API_KEY.",
            hint="Set that variable before starting Jupyter (a local server's --base-url and the demo need no key).",
            kind="auth",
        )
    account = {header: environ.get(name, "").strip() for name, header in ACCOUNT_HEADERS.items()} if is_hosted else {}
    named = {header: checked(Secret(value), header) for header, value in account.items() if value}
    return Endpoint(base, key, key_from, named)


def _key_for(base: str, standard: str, options: StreamOptions, environ: Mapping[str, str]) -> tuple[Secret | None, str]:
    """(key, where it came from)."""
    if options.api_key is not None and options.key_env:
        raise UsageError("Expected api_key or key_env, got both.")
    if options.api_key is not None:
        return given_key(options.api_key), "the argument api_key"
    if options.key_env:
        return named_key(options.key_env, environ), options.key_env
    name = _standard_name(base, standard)
    if name and environ.get(name, "").strip():
        return named_key(name, environ), name
    return None, name or "OPENAI_API_KEY"


def _standard_name(base: str, standard: str) -> str | None:
    """The variable whose key is meant for this address without being named."""
    if _origin(base) in (_origin(HOSTED), _origin(standard)):
        return "OPENAI_API_KEY"
    return "AZURE_OPENAI_API_KEY" if _is_azure(base) else None


def _is_azure(base: str) -> bool:
    parts = urlsplit(base)
    return parts.scheme == "https" and (parts.hostname or "").endswith(AZURE)


def _with_version(base: str, environ: Mapping[str, str]) -> str:
    """Azure's dated addresses want ``api-version``; like the official SDK we take it from the environment."""
    version = environ.get("OPENAI_API_VERSION", "").strip()
    return f"{base}?api-version={version}" if version and _is_azure(base) and "?" not in base else base


def _clean(url: str) -> str:
    return url.strip().rstrip("/")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises on a port that is no number
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        parts, usable = urlsplit(""), False
    if "@" in parts.netloc or looks_like_key(url) or any(word in parts.query.lower() for word in ("key=", "token=")):
        raise UsageError(
            "Expected a base URL without a key or password in it (not shown).",
            hint="Put the key into an environment variable and name that one.",
        )
    if not usable:
        raise UsageError(
            f"Expected a base URL such as http://localhost:11434/v1, got {url!r}.",
            hint="It starts with http:// or https:// and ends before /responses.",
        )
