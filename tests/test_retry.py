"""When a request is tried again, and how long before."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from streamcell.errors import ProtocolError, ProviderError, StreamcellError, TransportError
from streamcell.retry import LONGEST_PAUSE, pause_before_retry, retry_after


@pytest.mark.parametrize(
    "error",
    [
        TransportError("x", kind="connect"),
        TransportError("x", kind="dns"),
        *(ProviderError("x", status=status) for status in (408, 409, 429, 500, 502, 503, 529)),
    ],
)
def test_a_passing_trouble_is_tried_again(error: StreamcellError) -> None:
    assert 0.3 < pause_before_retry(error, 0, 2) <= 0.5
    assert 0.7 < pause_before_retry(error, 1, 2) <= 1.0
    assert pause_before_retry(error, 2, 2) is None
    assert pause_before_retry(error, 0, 0) is None


@pytest.mark.parametrize(
    "error",
    [
        *(ProviderError("x", status=status) for status in (400, 401, 403, 404, 413, 422, 302)),
        ProviderError("x", status=429, kind="quota"),
        TransportError("x", kind="tls"),
        TransportError("x", kind="stalled"),
        TransportError("x", kind="disconnected"),
        ProtocolError("x"),
    ],
)
def test_anything_else_is_not(error: StreamcellError) -> None:
    assert pause_before_retry(error, 0, 2) is None


@pytest.mark.parametrize(("asked", "pause"), [(0.0, 0.0), (3.0, 3.0), (LONGEST_PAUSE, LONGEST_PAUSE), (21.0, None)])
def test_what_the_service_asks_for_is_obeyed_up_to_a_limit(asked: float, pause: float | None) -> None:
    assert pause_before_retry(ProviderError("x", status=429, retry_after=asked), 0, 2) == pause


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": formatdate(1030, usegmt=True)}, 30.0),
        ({"retry-after": formatdate(900, usegmt=True)}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "x", "retry-after": "1"}, 1.0),
    ],
)
def test_the_header_is_read_as_milliseconds_seconds_or_a_date(headers: dict, seconds: float | None) -> None:
    assert retry_after(headers, now=1000) == seconds
