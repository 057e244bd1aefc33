"""Answers in the passages' own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.engine.thinking import answering, reading
from agent.engine.thinking.doubt import doubtful, features
from agent.engine.thinking.passages import Found

if TYPE_CHECKING:
    from agent.engine.thinking.embedding import Memory

FARES = Found(
    "Fares\nAn adult ticket costs 12 euros. A child ticket costs 6 euros.\nDogs travel free. It pays to book early.\n"
    "The ferry was built in 1988 by a yard in Hamburg.",
    title="Ferry fares",
    name="Ferry fares fares.html",
)
PLUS = Found("The deductible of the plan is 500 euros a year.", title="Health Plus", name="Health Plus plus.pdf")
STANDARD = Found(
    "The deductible of the plan is 900 euros a year.", title="Health Standard", name="Health Standard standard.pdf"
)


def answer(question: str, passages: list[Found], memory: Memory) -> str:
    return answering.compose(reading.read(question, passages, memory))


def test_the_sentence_that_answers_is_said(memory: Memory) -> None:
    assert "A child ticket costs 6 euros." in answer("How much is a ticket for a child?", [FARES], memory)
    assert answer("When was the ferry built?", [FARES], memory).startswith("The ferry was built in 1988")


def test_the_passage_of_what_the_question_names_is_preferred(memory: Memory) -> None:
    assert "900" in answer("What is the deductible of Health Standard?", [PLUS, STANDARD], memory)
    assert "500" in answer("What is the deductible of Health Plus?", [STANDARD, PLUS], memory)


def test_a_list_is_said_with_its_items(memory: Memory) -> None:
    found = Found("To enter you need:\n• a passport\n• a visa\n• a ticket")

    assert answer("What do I need to enter?", [found], memory) == "To enter you need: a passport; a visa; a ticket."


def test_a_list_ends_where_it_would_be_too_long(memory: Memory) -> None:
    items = "\n".join(f"• item {number} of the things that everyone needs" for number in range(20))

    said = answer("What do I need to enter?", [Found(f"To enter you need:\n{items}")], memory)

    assert len(said.split()) <= answering.SPOKEN_WORDS


def test_an_introduction_without_its_list_is_a_plain_sentence(memory: Memory) -> None:
    assert answer("What do I need to enter?", [Found("To enter you need:")], memory) == "To enter you need."


def test_a_heading_is_no_answer(memory: Memory) -> None:
    assert not answer("What are the fares?", [FARES], memory).startswith("Fares")


def test_an_answer_has_at_most_two_sentences_and_45_words(memory: Memory) -> None:
    text = " ".join(
        f"The ticket for zone {number} costs {number} euros when it is bought on board." for number in range(30)
    )

    said = answer("How much is a ticket?", [Found(text)], memory)

    assert said.count(".") <= 2
    assert len(said.split()) <= answering.SPOKEN_WORDS


def test_without_a_sentence_there_is_no_answer(memory: Memory) -> None:
    assert answer("Why?", [Found("*** 12 ***")], memory) == ""
    assert answer("Why?", [], memory) == ""


def test_no_more_sentences_are_embedded_than_there_is_time_for(memory: Memory) -> None:
    text = " ".join(f"Fact {number} is here." for number in range(200))

    assert len(reading.read("Which fact?", [Found(text)], memory).candidates) == reading.EMBEDDED


def test_what_the_passages_do_not_treat_is_doubtful(memory: Memory) -> None:
    assert doubtful(reading.read("What is the capital of France?", [FARES, PLUS], memory))
    assert doubtful(reading.read("Anything", [], memory))


def test_what_they_answer_is_not(memory: Memory) -> None:
    assert not doubtful(reading.read("How much is an adult ticket?", [FARES, PLUS], memory))


def test_words_of_the_question_that_stand_nowhere_are_counted(memory: Memory) -> None:
    _, said, missing = features(reading.read("Is the ferry ticket valid on helicopters?", [FARES], memory))

    assert 0 < said < 1
    assert missing == 2  # valid, helicopters


def test_a_heading_says_what_its_sentences_leave_out(memory: Memory) -> None:
    conditions = Found(
        "Lost property\n\nFound items are kept for 60 days in the ticket hall.\n\nComplaints\n\n"
        "Every complaint is answered within 14 days. A letter is kept on file for two years."
    )
    read = reading.read("How long do you keep lost property?", [conditions], memory)

    assert answering.compose(read).startswith("Found items are kept for 60 days")
    assert not doubtful(read)


def test_where_a_passage_has_no_heading_its_sections_name_serves(memory: Memory) -> None:
    pensions = Found("Staff get eight percent of it from the company.", heading="Pension")
    pay = Found("Staff get eight percent more from the company.", heading="Night shifts")

    assert answer("What do I get at night?", [pensions, pay], memory).endswith("more from the company.")
    assert answer("What does the company pay into my pension?", [pay, pensions], memory).startswith(
        "Staff get eight percent of it"
    )


def test_a_heading_is_never_said_however_well_it_fits(memory: Memory) -> None:
    weather = Found("What happens if the weather is bad?\n\nWe send a text message.", title="Questions")

    assert answer("What happens if the weather is bad?", [weather], memory) == "We send a text message."


def test_it_is_no_fault_under_a_heading_that_says_what_it_is(memory: Memory) -> None:
    bare = Found("It is valid for seven days.")
    headed = Found("Explorer Pass\n\nIt is valid for seven days.")
    question = "How long is the pass valid?"

    plain, under = (reading.read(question, [found], memory) for found in (bare, headed))
    assert float(max(under.scores)) - float(max(under.likeness)) > float(max(plain.scores)) - float(max(plain.likeness))


def test_a_passage_that_was_found_far_better_counts_for_more_than_its_rank(memory: Memory) -> None:
    def worth(second: float | None) -> float:
        passages = [Found("Dogs travel free.", score=0.6), Found("Cats travel free.", score=second)]
        read = reading.read("Do birds travel free?", passages, memory)
        at = next(at for at, sentence in enumerate(read.candidates) if sentence.passage == 1)
        return float(read.scores[at] - read.likeness[at])

    assert worth(0.59) > worth(0.1)
    assert worth(0.48) == pytest.approx(worth(None))  # where one has no score, the ranks alone count
