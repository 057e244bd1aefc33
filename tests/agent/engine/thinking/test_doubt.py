"""Whether the passages answer at all: by what the sentences mean, word by word, and by names that stand nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.engine.thinking import reading
from agent.engine.thinking.doubt import doubt, doubtful, features
from agent.engine.thinking.passages import Found

if TYPE_CHECKING:
    from agent.engine.thinking.embedding import Memory

FARES = Found(
    "Passengers over 65 pay half the fare on all ferries. Bicycles travel free of charge. Dogs need their own ticket.",
    title="Fares",
    heading="",
    name="Fares of the Island Line",
    score=None,
)


def read(question: str, memory: Memory, *passages: Found) -> reading.Reading:
    return reading.read(question, passages, memory)


def test_what_the_passages_say_is_answered_and_what_they_do_not_say_is_not(memory: Memory) -> None:
    assert not doubtful(read("Do bicycles travel free of charge?", memory, FARES))
    assert doubtful(read("Who founded the local football club?", memory, FARES))


def test_a_word_for_the_same_thing_is_nearer_than_any_other(memory: Memory) -> None:
    def unsaid(question: str) -> float:
        return features(read(question, memory, FARES))[1]

    assert unsaid("Are bikes free?") < unsaid("Are parcels free?")
    assert unsaid("Do bicycles travel free of charge?") == pytest.approx(0, abs=0.3)


def test_a_name_that_stands_nowhere_makes_the_doubt_greater(memory: Memory) -> None:
    known = read("What do dogs pay on the Island Line?", memory, FARES)
    strange = read("What do dogs pay on the Island Express?", memory, FARES)
    assert features(known)[2] == 0
    assert features(strange)[2] == 1
    assert doubt(features(strange)) > doubt(features(known))


def test_where_nothing_was_found_everything_is_doubtful(memory: Memory) -> None:
    nothing = read("Where is the Harbour Museum?", memory)
    assert features(nothing)[2] == 2
    assert doubtful(nothing)
    assert doubtful(read("What?", memory, Found("", title="", heading="", name="", score=None)))


def test_a_question_without_a_word_of_its_own_is_judged_by_its_meaning(memory: Memory) -> None:
    assert features(read("What about it?", memory, FARES))[1] == 0
