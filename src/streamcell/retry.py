"""Whether and when to try a request again. It knows nothing of sockets; the clock is handed in.

Only before the head of a 2xx answer: a POST that began a paid answer is never sent twice. Two more tries by default,
half a second and its doubles apart, with jitter; what the service asks for is obeyed up to 20 s, and beyond that the
error says when to come back.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from streamcell.errors import StreamcellError

__all__ = ["LONGEST_PAUSE", "pause_before_retry", "retry_after"]

LONGEST_PAUSE = 20.0
"""Seconds; a service that asks for more is not waited for."""
FIRST_PAUSE = 0.5
RETRIED_STATUS = frozenset({408, 409, 429})
RETRIED_KINDS = frozenset({"connect", "dns"})


def pause_before_retry(error: StreamcellError, attempt: int, retries: int) -> float | None:
    """Seconds to wait before the next try, or None when there is to be none.

    Args:
        error: What the try ended in, before any 2xx head.
        attempt: Which try that was, from 0.
        retries: How many further tries there are in all.
    """
    if attempt >= retries or not _may_pass(error):
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_PAUSE else None
    return float(FIRST_PAUSE * 2**attempt * random.uniform(0.75, 1.0))


def _may_pass(error: StreamcellError) -> bool:
    """Whether the same request could well succeed a little later."""
    if error.kind == "quota":
        return False
    if error.status is None:
        return error.kind in RETRIED_KINDS
    return error.status in RETRIED_STATUS or error.status >= 500


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds that the service asks to wait: ``retry-after-ms``, else ``retry-after`` as seconds or as a date.

    None where it asks for nothing, or for nonsense such as a negative time.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - (time.time() if now is None else now))
    except (ValueError, TypeError, OverflowError):
        return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
