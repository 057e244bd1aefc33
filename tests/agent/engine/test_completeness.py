from __future__ import annotations

import pytest

from agent.engine.completeness import seems_complete


@pytest.mark.parametrize(
    "said",
    [
        "How much leave do I have?",
        "Book a room on Monday.",
        "Yes",
        "Who is it for?",
        "Stop!",
        "Tell me about dental care",
    ],
)
def test_a_finished_thought_is_complete(said):
    assert seems_complete(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "  ",
        "...",
        "I would like to know about the",
        "Book a room and",
        "Um.",
        "Well, let's",
        "So I think...",
        "First,",
        "It\u2019s my",
    ],
)
def test_an_open_end_is_not(said):
    assert not seems_complete(said)
