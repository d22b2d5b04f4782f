"""What a service's HTTP answer means when it is no stream: status and body → a `ProviderError` that helps.

The shapes of error bodies are those that real servers send: an ``error`` object, an ``error`` string, ``detail``, a
bare ``message``, a JSON list of one of these, HTML, or nothing. It knows nothing of httpx.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from streamcell.endpoint import Endpoint
from streamcell.errors import ProviderError
from streamcell.retry import LONGEST_PAUSE, retry_after
from streamcell.secret import redact

__all__ = ["error_from_answer"]

LONGEST_MESSAGE = 500
"""Characters of a service's own words that are shown."""


class Meaning(NamedTuple):
    kind: str
    words: str
    hint: str


_MEANINGS: dict[int, Meaning] = {
    400: Meaning("bad_request", "did not accept the request", "Change what it names and run the cell again."),
    401: Meaning("auth", "did not accept the key", "Check the key in {key_from}."),
    403: Meaning("auth", "does not allow this", "Check what this key may use."),
    404: Meaning("not_found", "knows no such address or model", "Check the model name and the base URL."),
    408: Meaning("timeout", "took too long", "Run the cell again."),
    413: Meaning("too_large", "finds the request too large", "Shorten the prompt."),
    422: Meaning("bad_request", "did not accept the request", "Change what it names and run the cell again."),
    429: Meaning("rate_limit", "asks for fewer requests", "Wait a little, then run the cell again."),
}
_QUOTA = Meaning("quota", "says the quota is used up", "Check the plan and billing of this account.")
_SERVER = Meaning("server", "failed", "This is the server's own trouble: try again later.")
_REDIRECT = Meaning(
    "redirect", "sends the request elsewhere, which is never followed", "Put the new address into the base URL."
)
_OTHER = Meaning("bad_request", "did not accept the request", "Check the base URL and the options.")


def error_from_answer(status: int, headers: Mapping[str, str], body: bytes, endpoint: Endpoint) -> ProviderError:
    """The error for an answer whose status is not 2xx.

    Args:
        headers: With lower-case names.
        body: As much of it as was read.
    """
    message, code = _words_of(body)
    meaning = _meaning_of(status, code)
    said = redact(message, endpoint.key).strip()
    hint = meaning.hint.format(key_from=endpoint.key_from)
    if meaning.kind == "auth" and endpoint.key is None:
        hint = "No key was sent: name the environment variable that holds it with --key-env."
    wait = retry_after(headers)
    if wait is not None and wait > LONGEST_PAUSE:
        hint = f"It asks to wait {wait:.0f} s."
    return ProviderError(
        f"{endpoint.host} {meaning.words} (HTTP {status}{f', {code}' if code else ''})"
        + (f": {said.rstrip('.')}." if said else "."),
        kind=meaning.kind,
        hint=hint,
        status=status,
        code=code,
        request_id=headers.get("x-request-id") or headers.get("apim-request-id"),
        retry_after=wait,
    )


def _meaning_of(status: int, code: str | None) -> Meaning:
    if status == 429 and code in ("insufficient_quota", "billing_hard_limit_reached"):
        return _QUOTA
    if status in _MEANINGS:
        return _MEANINGS[status]
    return _SERVER if status >= 500 else _REDIRECT if 300 <= status < 400 else _OTHER


def _words_of(body: bytes) -> tuple[str, str | None]:
    """(message, code) of an error body in any of its shapes."""
    text = body.decode("utf-8", "replace").strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _shortened(_without_tags(text)), None
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str):
        return _shortened(value), None
    outer: dict[str, Any] = value if isinstance(value, dict) else {}
    inner = outer.get("error")
    error: dict[str, Any] = inner if isinstance(inner, dict) else outer
    message = next((m for m in (error.get("message"), error.get("detail"), inner) if isinstance(m, str) and m), "")
    if not message and error.get("detail"):
        message = json.dumps(error["detail"], ensure_ascii=False)
    code = next((c for c in (error.get("code"), error.get("type")) if isinstance(c, str) and c), None)
    return _shortened(message), redact(code)[:80] if code else None


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    title = re.search(r"<title[^>]*>([^<]{1,200})", text, re.I)
    return title[1] if title else "(an HTML page)"


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"
