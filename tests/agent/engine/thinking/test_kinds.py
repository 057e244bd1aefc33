"""What kind of thing a question asks for."""

from __future__ import annotations

import pytest

from agent.engine.thinking import kinds


@pytest.mark.parametrize(
    ("question", "has", "lacks"),
    [
        ("How much is a ticket?", "It costs £12.", "It is sold on board."),
        ("How many steps are there?", "There are 142 steps.", "There are steps and no lift."),
        ("When do you open?", "We open at half past six on Monday.", "We open the doors."),
        ("Why was it late?", "It was late because of the wind.", "It was late."),
        ("Who runs the fleet?", "Priya Nand runs the fleet.", "It runs well."),
        ("Where is the defibrillator?", "It hangs behind the bar.", "It hangs."),
    ],
)
def test_a_sentence_that_has_it_is_told_from_one_that_lacks_it(question: str, has: str, lacks: str) -> None:
    assert kinds.fit(question, has) > kinds.fit(question, lacks)


def test_a_question_that_asks_for_no_such_thing_prefers_no_sentence() -> None:
    assert kinds.fit("Tell me about the ferry.", "It costs £12 on Monday.") == 0
