"""Refusal: what a service said, in whatever shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from agent.services.refusal import LONGEST, read_refusal, without_secrets


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": {"code": "DeploymentNotFound", "message": "No."}}, "DeploymentNotFound", "No."),
        ({"error": {"type": "invalid_request_error", "code": None, "message": "No."}}, "invalid_request_error", "No."),
        ({"statusCode": 401, "message": "Access denied"}, "", "Access denied"),
        ({"error": "plainly no"}, "", "plainly no"),
        ({"detail": "no such thing"}, "", "no such thing"),
        (["no"], "", ""),
    ],
)
def test_every_shape_of_an_error_is_read(body, code, message):
    refusal = read_refusal(400, {}, json.dumps(body))
    assert (refusal.code, refusal.message) == (code, message)


def test_a_sentence_is_kept_and_a_page_is_not():
    assert read_refusal(400, {}, b"just \n a sentence").message == "just a sentence"
    assert read_refusal(502, {}, b"<html><h1>Bad Gateway</h1></html>").message == ""
    assert read_refusal(502, {}, None).message == ""
    assert read_refusal(502, {}, b"\xff\xfe").message


def test_an_object_that_was_cut_off_still_tells_its_code_and_the_beginning_of_its_message():
    refusal = read_refusal(404, {}, '{"error": {"code": "DeploymentNotFound", "message": "There is no')
    assert (refusal.code, refusal.message) == ("DeploymentNotFound", "There is no")


def test_a_long_answer_is_cut():
    assert len(read_refusal(400, {}, "x " * 5000).message) == LONGEST


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, 1.5),
        ({"Retry-After": "Wed, 25 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"Retry-After": "Wed, 25 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"Retry-After": "Wed, 25 Nov 2026 12:00:30 -0000"}, 30.0),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_the_time_to_wait_is_read_as_seconds_milliseconds_or_date(headers, seconds):
    now = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
    assert read_refusal(429, headers, None, now).retry_after == seconds


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abc123",
        "sk-abc***xyz",
        "Bearer abc.def",
        "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.sig",
        "0123456789abcdef0123456789abcdef",
        "api-key=abc",
    ],
)
def test_a_service_that_repeats_a_credential_is_not_repeated(secret):
    told = without_secrets(f"wrong: {secret} is no key")
    assert secret not in told
    assert "is no key" in told
    assert secret not in read_refusal(401, {}, json.dumps({"error": {"message": f"wrong: {secret}"}})).quoted


def test_its_words_are_quoted_or_at_least_its_code():
    assert "“No.”" in read_refusal(400, {}, '{"error": {"message": "No."}}').quoted
    assert "code: X" in read_refusal(400, {}, '{"error": {"code": "X"}}').quoted
    assert read_refusal(400, {}, "").quoted == ""
