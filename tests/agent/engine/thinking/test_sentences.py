"""Sentences fit to be spoken."""

from __future__ import annotations

import pytest

from agent.engine.thinking import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there! Three?", ["One here.", "Two there!", "Three?"]),
        ("Ask Dr. Lee at 9 a.m. on Monday. Then wait.", ["Ask Dr. Lee at 9 a.m. on Monday.", "Then wait."]),
        ("Bring e.g. a coat. It rains.", ["Bring e.g. a coat.", "It rains."]),
        ("It costs 3.50 euros.", ["It costs 3.50 euros."]),
        ("• First item\n• Second item", ["First item", "Second item"]),
        ("1. Park.\n2. Pay.", ["Park.", "Pay."]),
        ("You get: • one • two", ["You get:", "one", "two"]),
        ("# Fares\nAdults pay 12.", ["Fares", "Adults pay 12."]),
        ("a bro-\nken word", ["a broken word"]),
        ("See [the page](http://x.org) for **more**.", ["See the page for more."]),
        ("| Adult | 12 |\n|---|---|\n| Child | 6 |", ["Adult, 12", "Child, 6"]),
        ("Text.\n\nPage 3 of 9\n12\n\nMore.", ["Text.", "More."]),
        ("\r\n \r\n", []),
        ("***\n---", []),
    ],
)
def test_a_passage_is_cut_into_what_can_be_said(text: str, expected: list[str]) -> None:
    assert sentences.split(text) == expected


def test_lines_that_the_page_broke_are_one_sentence() -> None:
    text = (
        "The plan covers the cost of every visit that a doctor has \nordered in writing for you. \n"
        "Exceptions\nNone at all."
    )

    assert sentences.split(text) == [
        "The plan covers the cost of every visit that a doctor has ordered in writing for you.",
        "Exceptions",
        "None at all.",
    ]


@pytest.mark.parametrize(
    ("written", "spoken"), [("One;", "One."), ("Two:", "Two."), ("Three!", "Three!"), ("Four ", "Four.")]
)
def test_a_sentence_is_said_to_its_end(written: str, spoken: str) -> None:
    assert sentences.speakable(written) == spoken
