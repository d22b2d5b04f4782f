"""Where a request goes and which key it carries, from options and environment. Makes no request.

A key belongs to one host: ``OPENAI_API_KEY`` goes to the hosted API and to ``OPENAI_BASE_URL``, and nowhere else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from streamcell.errors import UsageError
from streamcell.options import StreamOptions
from streamcell.secret import Secret, looks_like_key

__all__ = ["DEMO", "HOSTED", "Endpoint", "resolve"]

HOSTED = "https://api.openai.com/v1"
HOSTED_MODEL = "gpt-5-mini"
DEMO = "demo"
"""In place of a base URL: the built-in stand-in for a model."""

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Endpoint:
    base_url: str
    """Without a slash at the end; `DEMO` for the stand-in."""
    key: Secret | None = None

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


def resolve(options: StreamOptions, environ: Mapping[str, str] | None = None) -> Endpoint:
    """Choose base URL and key.

    Without a base URL in ``options`` it is ``OPENAI_BASE_URL``; without that, the hosted API where ``OPENAI_API_KEY``
    is set, else the demo.

    Raises:
        UsageError: The base URL is not usable, the named variable is empty, or the hosted API was asked for without a
            key. Nothing was sent.
    """
    environ = os.environ if environ is None else environ
    standard = _clean(environ.get("OPENAI_BASE_URL", ""))
    standard_key = environ.get("OPENAI_API_KEY", "").strip()
    base = _clean(options.base_url or "") or standard or (HOSTED if standard_key or options.key_env else DEMO)
    if base == DEMO:
        return Endpoint(DEMO)
    _check_url(base)
    if options.key_env:
        key = _named_key(options.key_env, environ)
    else:
        key = standard_key if _origin(base) in (_origin(HOSTED), _origin(standard)) else ""
    if not key and _origin(base) == _origin(HOSTED):
        raise UsageError(
            f"Expected an API key for {HOSTED}, found none in OPENAI_API_KEY.",
            hint="Set that variable before starting Jupyter (a local server's --base-url and the demo need no key).",
            kind="auth",
        )
    return Endpoint(base, Secret(key) if key else None)


def _clean(url: str) -> str:
    return url.strip().rstrip("/")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _named_key(name: str, environ: Mapping[str, str]) -> str:
    if looks_like_key(name) or not _ENV_NAME.match(name):
        raise UsageError(
            "Expected the name of an environment variable for the key, got something else (not shown).",
            hint="A key must never stand in a cell: set it in the environment, as MY_KEY say, and give that name.",
        )
    key = environ.get(name, "").strip()
    if not key:
        raise UsageError(f"Expected a key in the environment variable {name}, found none.", hint="Set it first.")
    return key


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises on a port that is no number
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        parts, usable = urlsplit(""), False
    if "@" in parts.netloc or looks_like_key(url) or "key=" in parts.query.lower():
        raise UsageError(
            "Expected a base URL without a key or password in it (not shown).",
            hint="Put the key into an environment variable and name that one.",
        )
    if not usable:
        raise UsageError(
            f"Expected a base URL such as http://localhost:11434/v1, got {url!r}.",
            hint="It starts with http:// or https:// and ends before /responses.",
        )
