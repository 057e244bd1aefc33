"""Spans that stand for something."""

from __future__ import annotations

import pytest

from agent.engine.thinking import spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order A1234", "A1234"),
        ("order 42 17", "4217"),
        ("it is A 1 2 3", "A123"),
        ("four two one", "421"),
        ("none", None),
    ],
)
def test_an_identifier_is_found_whole(text: str, expected: str | None) -> None:
    assert spans.code(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("bob.lee@x.org.", "bob.lee@x.org"), ("ann at x dot co dot uk", "ann@x.co.uk"), ("at home", None)],
)
def test_an_address_is_found_written_or_spoken(text: str, expected: str | None) -> None:
    assert spans.email(text) == expected


@pytest.mark.parametrize(
    ("text", "hints", "expected"),
    [
        ("fly from Oslo to Rome", "origin", "Oslo"),
        ("fly from Oslo to Rome", "destination", "Rome"),
        ("fly to Rome", "origin", None),
        ("the weather in New York tomorrow", "city", "New York"),
        ("weather in rio de janeiro please", "city", "rio de janeiro"),
        ("Invite Ann Lee to lunch", "guest name", "Ann Lee"),
        ("remind me", "person", None),
    ],
)
def test_a_name_is_found_by_what_leads_to_it(text: str, hints: str, expected: str | None) -> None:
    assert spans.name(text, hints) == expected


def test_a_name_that_is_taken_is_not_given_twice() -> None:
    assert spans.name("from Oslo to Rome", "city", ["Oslo"]) == "Rome"


def test_a_label_ends_where_the_request_goes_on() -> None:
    assert spans.label("a list called weekend shopping for tomorrow") == "weekend shopping"
    assert spans.label("a list") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("say: good morning all", "good morning all"), ("tell Bob that I am late.", "I am late"), ("hello", None)],
)
def test_a_message_is_what_is_to_be_said(text: str, expected: str | None) -> None:
    assert spans.message(text) == expected


def test_what_a_pattern_wants_is_joined_only_as_it_fits() -> None:
    assert spans.matching("it is ab 12", "^[A-Z]{2}\\d{2}$") == "AB12"
    assert spans.matching("nothing here", "^\\d+$") is None
