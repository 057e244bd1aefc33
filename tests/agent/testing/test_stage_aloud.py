"""Callers who speak: through the packaged voice, heard by the packaged ears; and agents with documents."""

from __future__ import annotations

import pytest

from agent import Agent
from agent.testing import Script, Stage, phone_line
from tools import tool


@tool
def search(query: str) -> str:
    """Search the handbook."""
    return f"About {query}: thirty days."


AGENT = Agent(instructions="Be brief.", tools=[search])
STORY = "Once upon a time there was a very long story that went on and on, and never came to an end. " * 6


@pytest.fixture
def stage():
    script = Script()
    script.when("leave").calls("search", query="leave").then_says("You get thirty days.")
    script.when("story").says(STORY)
    with Stage(script=script) as stage:
        yield stage


@pytest.mark.slow
def test_what_is_said_aloud_is_heard_and_answered(stage):
    exchange = stage.caller(AGENT)("How much leave do I get?", aloud=True)
    exchange.expect_heard("leave").expect_call("search").expect_answer(contains="thirty days")
    assert str(exchange.lines()[0]).startswith("caller:    How much leave do I get?   (heard: ")


@pytest.mark.slow
def test_an_answer_that_was_heard_out_is_not_cut_by_the_next_question(stage):
    caller = stage.caller(AGENT)
    first = caller("How much leave do I get?", aloud=True)
    caller("How much leave do I get?", aloud=True).expect_answer(contains="thirty")
    assert first.interrupted_ms is None


@pytest.mark.slow
async def test_a_caller_breaks_in_where_the_answer_was_heard(stage):
    caller = stage.caller(AGENT)
    story = await caller.says("Tell me a story.", hears_out=False)
    await caller.interrupts_after(700, "How much leave do I get?")
    caller.expect_call("search").expect_answer(contains="thirty")
    story.expect_interrupted()
    assert 600 <= story.interrupted_ms <= 2500
    assert "cut after" in str(caller)


@pytest.mark.slow
def test_breaking_in_can_be_written_in_a_row(stage):
    caller = stage.caller(AGENT)
    caller("Tell me a story.", hears_out=False).interrupts_after(500, "How much leave do I get?").expect_call("search")
    caller.exchanges[0].expect_interrupted()


def test_nobody_can_break_in_on_what_is_over(stage):
    caller = stage.caller(AGENT)
    with pytest.raises(AssertionError, match=r"(?s)nobody can break in after 60000 ms.*assistant: You get"):
        caller("How much leave?", hears_out=False).interrupts_after(60_000, "stop")


def test_what_nobody_can_hear_is_told(stage, monkeypatch):
    monkeypatch.setattr(phone_line, "_NOTICED_S", 0.5)
    with pytest.raises(AssertionError, match=r"no speech was heard .* within 0\.5 s"):
        stage.caller(AGENT)("…", aloud=True)


def test_what_has_no_sound_cannot_be_said_aloud():
    class Mute:
        def speak(self, text, *, speed=1.0):
            yield from ()

    with Stage(voice=Mute()) as stage, pytest.raises(AssertionError, match="no words that can be spoken"):
        stage.caller(AGENT)("…", aloud=True)


@pytest.mark.slow
def test_without_a_script_the_embedded_reasoner_answers_from_documents_and_cites_them(tmp_path):
    (tmp_path / "handbook.md").write_text("# Leave\n\nEveryone gets 25 days of annual leave a year.\n", "utf-8")
    with Stage() as stage:
        exchange = stage.caller(Agent(), [tmp_path])("How many days of annual leave do I get?")
        exchange.expect_call("search").expect_answer(contains="25").expect_citation(
            document="handbook.md", contains="annual leave"
        )
        with pytest.raises(AssertionError, match=r"(?s)no citation of 'safety'.*\[1\] handbook\.md"):
            exchange.expect_citation(document="safety")
        stage.caller(Agent(), [tmp_path])("How many days of annual leave do I get?").expect_citation()
