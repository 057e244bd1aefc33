"""Sentences that are said as they stand, and news of long jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core.messages import aside
from agent.core.policies import awaits_approval, job_done, progressed
from agent.engine.thinking import told

if TYPE_CHECKING:
    from collections.abc import Callable

    Decide = Callable[..., list[Any]]


def message(role: str, text: str) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}


NEWS = message("system", job_done("export", "The file is ready."))


def test_a_sentence_in_the_language_of_the_callers_words_is_said_in_the_engines_own():
    instructions = aside("e1", "Soon over.", 'This is the sentence: "no"').data["response"]["instructions"]
    assert told.verbatim(instructions) == "Soon over."


def test_a_sentence_of_the_middle_tier_is_said_as_it_stands() -> None:
    assert told.verbatim(aside("e1", "One moment,\nplease.").data["response"]["instructions"]) == "One moment,\nplease."


def test_instructions_of_an_operator_are_no_sentence() -> None:
    assert told.verbatim("Be kind. Say exactly this and nothing else: hello") is None


def test_news_are_told_until_the_assistant_has_spoken() -> None:
    question, answer = message("user", "Export it."), message("assistant", "It has begun.")
    assert told.news([question, answer, NEWS]) == (["The file is ready."], False)
    assert told.news([question, answer, NEWS, question]) == (["The file is ready."], True)
    assert told.news([question, NEWS, answer]) == ([], False)
    assert told.news([question]) == ([], False)


def test_other_notes_are_no_news() -> None:
    notes = [message("system", awaits_approval("export")), message("system", progressed("export", "half", 0.5))]
    assert told.news(notes) == ([], False)


def test_the_reasoner_says_the_news_alone_or_before_its_answer(decide: Decide) -> None:
    before = ["user: Export it.", "assistant: It has begun."]
    news = f"system: {job_done('export', 'The file is ready.')}"
    assert decide(*before, news) == ["The file is ready."]
    both = decide(*before, news, "user: Thank you.")
    assert both[0].startswith("The file is ready. ")
    assert len(both[0]) > len("The file is ready. ")


def test_a_result_that_came_late_is_told_after_what_was_asked_meanwhile(decide: Decide) -> None:
    said = decide(
        "user: Set a timer for five minutes.",
        'call 1: set_timer {"minutes": 5}',
        "user: Hello.",
        "assistant: Hello!",
        "output 1: The timer is set.",
    )
    assert said == ["The timer is set."]
