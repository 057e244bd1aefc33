"""Answers in the passages' own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.engine.thinking import answering, reading
from agent.engine.thinking.doubt import doubtful
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
