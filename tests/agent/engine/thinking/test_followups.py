"""Follow-ups made whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.engine.thinking import followups

if TYPE_CHECKING:
    from agent.engine.thinking.embedding import Memory


@pytest.mark.parametrize(
    ("earlier", "request_", "holds", "lacks"),
    [
        ("What is the deductible for vision?", "And for dental?", ["deductible", "dental"], ["vision"]),
        ("How much leave do full-timers get?", "What about part-timers?", ["leave", "part-timers"], ["full-timers"]),
        ("What's the weather in Paris?", "How about London?", ["weather", "London"], ["Paris"]),
        ("What is parental leave?", "How long does it take?", ["how long", "parental", "leave"], []),
        ("When does the ticket hall open?", "And on Sundays?", ["ticket hall", "open", "Sundays"], []),
        ("What does the Northwind Standard plan cover?", "Why?", ["why", "Northwind Standard"], []),
    ],
)
def test_a_follow_up_takes_its_subject_from_before(
    earlier: str, request_: str, holds: list[str], lacks: list[str], memory: Memory
) -> None:
    whole = followups.resolve(request_, [earlier], memory).lower()

    assert all(word.lower() in whole for word in holds), whole
    assert not any(word.lower() in whole for word in lacks), whole


@pytest.mark.parametrize(
    "request_",
    [
        "What is the deductible for dental care?",
        "Is there a doctor on the island?",
        "And what is the policy for working from home on public holidays?",
        "Does this plan cover acupuncture and massage therapy?",
    ],
)
def test_a_question_that_stands_on_its_own_is_left_alone(request_: str, memory: Memory) -> None:
    assert followups.resolve(request_, ["How much is parking?"], memory) == request_


def test_a_chain_of_follow_ups_keeps_its_subject(memory: Memory) -> None:
    whole = followups.resolve("And for dogs?", ["How much is a ticket for adults?", "And for children?"], memory)

    assert "ticket" in whole
    assert "dogs" in whole


def test_without_anything_before_a_follow_up_stays_as_it_is(memory: Memory) -> None:
    assert followups.resolve("And for dental?", [], memory) == "And for dental?"
    assert followups.resolve("And for dental?", ["Yes."], memory) != ""
