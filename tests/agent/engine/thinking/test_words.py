"""Words of plain text."""

from __future__ import annotations

import pytest

from agent.engine.thinking import words


@pytest.mark.parametrize(
    "forms",
    [
        ["claim", "claims", "claiming", "claimed"],
        ["policy", "policies"],
        ["cost", "costs"],
        ["employee", "employees"],
        ["cancel", "cancelled", "cancelling"],
        ["organise", "organize", "organisation", "organization"],
        ["book", "booking", "bookings"],
        ["captain", "captain's", "captains"],
        ["stop", "stopped", "stopping"],
    ],
)
def test_forms_of_a_word_share_a_stem(forms: list[str]) -> None:
    assert len({words.stem(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("bus", "bush"), ("sing", "sin"), ("10", "100")])
def test_other_words_do_not(one: str, other: str) -> None:
    assert words.stem(one) != words.stem(other)


def test_tokens_are_words_and_numbers_in_lower_case() -> None:
    assert words.tokens("It\u2019s 1,250.50 or A1234, co-pay!") == ["it's", "1,250.50", "or", "a1234", "co", "pay"]


def test_content_words_come_once_and_without_stop_words() -> None:
    assert words.content("What is the fare, and is the fare fair?") == ["fare", "fair"]


def test_the_wrapping_of_a_question_is_not_its_subject() -> None:
    said = words.tokens("What is the purpose of the clinical review process?")
    assert [word for word in said if words.tells(word)] == ["clinical", "review"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What does Northwind Health Plus cover?", ["Northwind Health Plus"]),
        ("Does Bank of England pay?", ["Bank of England"]),
        ("Lantern Ferries sails", ["Lantern Ferries"]),
        ("Tickets are dear", []),
        ("Who? Me and Ann.", ["Ann"]),
        ("", []),
    ],
)
def test_names_are_runs_of_capitals(text: str, names: list[str]) -> None:
    assert words.capitalised(text) == names
