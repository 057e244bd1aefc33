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
    assert [said.text for said in sentences.split(text)] == expected


def test_lines_that_the_page_broke_are_one_sentence() -> None:
    text = (
        "The plan covers the cost of every visit that a doctor has \nordered in writing for you. \n"
        "Exceptions\nNone at all."
    )

    assert [said.text for said in sentences.split(text)] == [
        "The plan covers the cost of every visit that a doctor has ordered in writing for you.",
        "Exceptions",
        "None at all.",
    ]


def test_a_sentence_knows_the_heading_that_it_stands_under() -> None:
    text = (
        "Found things wait in the hall.\n\nLost property\n\nThey are kept for 60 days. Ask at the desk.\n\n"
        "May I smoke?\n\n- On deck only.\n\n3. Fares\n\nAdults pay 12."
    )

    assert [(said.heading, said.text) for said in sentences.split(text) if not said.heads] == [
        ("", "Found things wait in the hall."),
        ("Lost property", "They are kept for 60 days."),
        ("Lost property", "Ask at the desk."),
        ("May I smoke?", "On deck only."),
        ("Fares", "Adults pay 12."),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "It costs 12 euros.",  # a sentence
        "You need:",  # announces a list
        "- a passport",  # one of a list
        "Ticket | Adult | Child",  # a table's first row
        "Twelve words and no full stop at all, as a long caption has",
    ],
)
def test_what_only_looks_like_a_heading_is_none(line: str) -> None:
    assert not any(said.heads or said.heading for said in sentences.split(f"Before.\n\n{line}\n\nAfter it."))


@pytest.mark.parametrize(
    "text", ["Open at nine", "One here. Two there! Three?\n\nMore.", "You get: • one • two\n\nMore."]
)
def test_neither_a_lone_line_nor_several_sentences_are_a_heading(text: str) -> None:
    assert not any(said.heads for said in sentences.split(text))


def test_a_line_within_a_paragraph_is_no_heading() -> None:
    assert not any(said.heads for said in sentences.split("Lost property\nis kept for 60 days.\nAsk"))


@pytest.mark.parametrize(
    ("written", "spoken"), [("One;", "One."), ("Two:", "Two."), ("Three!", "Three!"), ("Four ", "Four.")]
)
def test_a_sentence_is_said_to_its_end(written: str, spoken: str) -> None:
    assert sentences.speakable(written) == spoken
