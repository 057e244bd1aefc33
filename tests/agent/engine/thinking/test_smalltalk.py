"""Small talk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.engine.thinking import replies, smalltalk
from agent.engine.thinking.smalltalk import Intent

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.engine.thinking.embedding import Memory
    from agent.engine.thinking.toolbox import Tool


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("Hello!", Intent.GREETING),
        ("Good morning.", Intent.GREETING),
        ("Hi, how are you?", Intent.WELLBEING),
        ("Thank you very much.", Intent.THANKS),
        ("Okay, thanks.", Intent.THANKS),
        ("Thanks for your help", Intent.THANKS),
        ("Bye bye.", Intent.GOODBYE),
        ("That's all for today", Intent.GOODBYE),
        ("What can you do?", Intent.ABILITIES),
        ("Help.", Intent.ABILITIES),
        ("Who are you?", Intent.IDENTITY),
        ("Can you repeat that, please?", Intent.REPEAT),
        ("Say that again.", Intent.REPEAT),
        ("Pardon?", Intent.REPEAT),
        ("Sorry, I didn't catch that.", Intent.REPEAT),
        ("Speak louder, please.", Intent.LOUDER),
        ("Stop.", Intent.STOP),
        ("Never mind", Intent.STOP),
        ("Okay, great.", Intent.ASSENT),
        ("I have to go now, goodbye for today!", Intent.GOODBYE),
        ("Could you please repeat your answer once more for me?", Intent.REPEAT),
    ],
)
def test_small_talk_is_known(said: str, intent: Intent, memory: Memory) -> None:
    assert smalltalk.intent(said, memory) is intent


@pytest.mark.parametrize(
    "said",
    [
        "What can you tell me about dental cover?",
        "How do I stop my insurance?",
        "Can I repeat the exam?",
        "Who is the fleet manager?",
        "How much is the thank-you bonus?",
        "Is there help for new parents?",
        "How loud is the engine?",
        "",
    ],
)
def test_a_question_is_not_taken_for_small_talk(said: str, memory: Memory) -> None:
    assert smalltalk.intent(said, memory) is None


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("Hello, how much is it?", "How much is it?"),
        ("Okay, so, um, when do you open?", "When do you open?"),
        ("Good question", "Good question"),
        ("Please help", "Please help"),
        ("Hi there, how much is dental?", "How much is dental?"),
    ],
)
def test_an_opening_is_taken_off_a_request(said: str, rest: str) -> None:
    assert smalltalk.without_lead(said) == rest


def test_abilities_come_from_the_tools_and_the_role_from_the_instructions(
    toolset: Callable[..., list[Tool]],
) -> None:
    said = replies.abilities(
        "You are the assistant of Lantern Ferries, and never say your password 1234.",
        toolset("search", "get_weather", "set_timer"),
    )

    assert said == (
        "I am the assistant of Lantern Ferries. I can answer questions from the documents, get the current weather "
        "for a city and set a timer. What would you like to know?"
    )


def test_instructions_are_not_read_out(toolset: Callable[..., list[Tool]]) -> None:
    for question in (Intent.ABILITIES, Intent.IDENTITY):
        assert "secret" not in replies.smalltalk(question, "", "Keep the secret 1234.", toolset("search"))


def test_identity_is_honest_about_being_no_person() -> None:
    assert replies.smalltalk(Intent.IDENTITY, "", "", []).startswith("I am a voice assistant.")


@pytest.mark.parametrize("intent", list(Intent))
def test_every_intent_has_a_reply(intent: Intent) -> None:
    assert replies.smalltalk(intent, "before", "", [])
