"""A key that nothing can print, pickle or save, and the removal of keys from foreign text.

It knows nothing of where keys come from or go to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

__all__ = ["Secret", "looks_like_key", "masked", "redact", "sealed", "unfinished"]

MASK = "[redacted]"

# Shapes of keys that services hand out; a prefix and at least twelve characters after it.
_KEY_SHAPES = re.compile(
    r"\b(?:sk|pk|rk|xai|gsk|hf|ghp|glpat|nvapi|fw|pplx|tgp|csk|or)[-_][A-Za-z0-9_\-]{12,}"
    r"|\bAIza[A-Za-z0-9_\-]{20,}"
    r"|(?<=[Bb]earer )[A-Za-z0-9._~+/=\-]{8,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)


class Secret:
    """Holds one key. Its value leaves it only through `reveal`, which only the transport's auth hook calls."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The key itself. Never store, log, or put the result into a message."""
        return self.__value

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A Secret is never pickled or copied; read the key again where it is needed.")

    def __bool__(self) -> bool:
        return bool(self.__value)

    @property
    def is_telling(self) -> bool:
        """Whether it can be told from ordinary words, so that it may be taken out of an answer. ``ollama`` cannot."""
        value = self.__value
        return len(value) >= 16 and " " not in value and any(c.isdigit() for c in value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.__value == other.__value

    __hash__ = None  # type: ignore[assignment]  # a hash would tell two keys apart


def sealed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with ``api_key`` and the values of ``headers`` as secrets.

    The outermost call does this first of all, so that no frame below it, and no traceback that prints variables, holds
    one in plain text. What is neither a string nor a mapping of strings is left for others to refuse.
    """
    given = dict(given)
    if isinstance(given.get("api_key"), str):
        given["api_key"] = Secret(given["api_key"])
    if isinstance(given.get("headers"), Mapping):
        given["headers"] = {n: Secret(v) if isinstance(v, str) else v for n, v in given["headers"].items()}
    return given


def looks_like_key(text: str) -> bool:
    """Whether a word has the shape of an API key."""
    return _KEY_SHAPES.search(text) is not None


def redact(text: str, *secrets: Secret | None) -> str:
    """``text`` without the given secrets and without anything that has the shape of a key.

    Every string from outside passes through here before it is shown, logged or stored: some servers repeat the key in
    their 401 message.
    """
    for secret in secrets:
        if secret and len(secret.reveal()) >= 4:
            text = text.replace(secret.reveal(), MASK)
    return _KEY_SHAPES.sub(MASK, text)


def masked(data: bytes, secrets: Iterable[Secret]) -> bytes:
    """Bytes of a server's answer without the given secrets."""
    for secret in secrets:
        data = data.replace(secret.reveal().encode(), MASK.encode())
    return data


def unfinished(data: bytes, secrets: Iterable[Secret]) -> int:
    """How many bytes at the end may be the beginning of a secret, whose rest comes with the next chunk.

    A key holds no line end, so no event of a stream ever waits for this.
    """
    if data.endswith(b"\n"):
        return 0
    return max((_overlap(data, secret.reveal().encode()) for secret in secrets), default=0)


def _overlap(data: bytes, key: bytes) -> int:
    longest = min(len(data), len(key) - 1)
    return next((n for n in range(longest, 0, -1) if key.startswith(data[-n:])), 0)
