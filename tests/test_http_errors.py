"""Answers that are no stream: every shape of error body gives one helpful line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamcell.endpoint import Endpoint
from streamcell.http_errors import LONGEST_MESSAGE, error_from_answer
from streamcell.secret import Secret

KEY = "sk-test-0123456789abcdef0123"
ENDPOINT = Endpoint("https://h.example/v1", Secret(KEY))
SHARED = Path(__file__).parents[1].parent / "shared"


def error(status: int, body: object, headers: dict | None = None, endpoint: Endpoint = ENDPOINT):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_from_answer(status, headers or {}, raw, endpoint)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "No such thing", "code": "x"}},
        {"error": "No such thing"},
        {"detail": "No such thing"},
        {"object": "error", "message": "No such thing", "code": None},
        [{"error": {"message": "No such thing"}}],
        "No such thing",
        b"No such thing",
        b"<html><head><title>No such thing</title></head></html>",
        {"error": {"message": "No such thing", "code": 404}},
    ],
)
def test_the_servers_words_are_found_in_every_shape_of_body(body: object) -> None:
    assert "No such thing" in str(error(404, body))


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[" * 100_000, b"null", b"[]", b'{"error": {"message": 5}}', b"{}"]
)
def test_a_body_that_says_nothing_still_gives_a_line(body: bytes) -> None:
    assert str(error(500, body)).startswith("h.example failed (HTTP 500)")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, None, "bad_request"), (401, None, "auth"), (403, None, "auth"), (404, None, "not_found"),
        (408, None, "timeout"), (422, None, "bad_request"), (429, None, "rate_limit"),
        (429, "insufficient_quota", "quota"), (500, None, "server"), (529, None, "server"), (302, None, "redirect"),
        (418, None, "bad_request"),
    ],
)  # fmt: skip
def test_the_kind_tells_what_went_wrong(status: int, code: str | None, kind: str) -> None:
    assert error(status, {"error": {"message": "m", "code": code}}).kind == kind


def test_a_server_that_repeats_the_key_does_not_make_us_repeat_it() -> None:
    for_key = error(401, {"error": {"message": f"Incorrect API key: {KEY}", "code": KEY}})
    assert KEY not in str(for_key) + repr(for_key.code)
    assert "OPENAI_API_KEY" in for_key.hint


def test_without_a_key_the_hint_says_how_to_name_one() -> None:
    assert "--key-env" in error(401, {}, endpoint=Endpoint("http://localhost:1/v1")).hint


def test_request_id_and_retry_after_are_kept() -> None:
    found = error(429, {}, {"x-request-id": "req_1", "retry-after": "2.5"})
    assert (found.request_id, found.retry_after, found.status) == ("req_1", 2.5, 429)
    assert error(429, {}, {"retry-after": "soon"}).retry_after is None


def test_a_long_message_is_cut() -> None:
    assert len(error(400, {"error": "x" * 10_000}).message) < LONGEST_MESSAGE + 100


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded errors lie beside the checkout, and are not there")
def test_every_recorded_error_gives_one_line_with_its_status() -> None:
    recorded = sorted((SHARED / "corpus" / "errors").glob("*.json"))
    assert len(recorded) > 50
    for path in recorded:
        case = json.loads(path.read_text(encoding="utf-8"))
        body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
        found = error(case["status"], body.encode())
        assert f"HTTP {case['status']}" in str(found), path.name
        assert "\n" not in str(found), path.name
        assert found.kind != "api_error", path.name
