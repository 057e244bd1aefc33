"""Callers on a stage: through the server, its relay and the engine, with a script in place of a model."""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from agent import Agent, ConfigurationError
from agent.testing import Drop, Expire, Fail, Faults, Refuse, Script, Stage
from tools import ToolError, tool


@tool
def search(query: str) -> str:
    """Search the handbook."""
    if query == "nothing":
        raise ToolError("The handbook is closed.")
    return f"About {query}: thirty days."


AGENT = Agent(instructions="Be brief.", tools=[search])


@pytest.fixture
def script():
    script = Script()
    script.when("leave").calls("search", query="leave").then_says("Thirty days.")
    script.when("hello").says("Good morning.")
    script.when("everything").says("This is a very long story that goes on and on. " * 8)
    return script


@pytest.fixture
def stage(script):
    with Stage(script=script, patience_s=20) as stage:
        yield stage


def test_a_typed_question_runs_the_tool_and_is_answered(stage):
    exchange = stage.caller(AGENT)("How much leave do I get?")
    exchange.expect_call("search", query="leave").expect_calls("search").expect_answer(contains="thirty")
    assert exchange.calls[0].status == "completed"
    assert exchange.audio_ms > 500
    assert not exchange.errors


async def test_an_async_test_keeps_its_own_loop_free(stage):
    caller = stage.caller(AGENT)
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    await caller.says("How much leave?")
    ticking.cancel()
    caller.expect_call("search").expect_answer(equals="Thirty days.")
    assert caller.answer == "Thirty days."
    assert ticks > 3


def test_exchanges_follow_one_another_in_one_session(stage):
    caller = stage.caller(AGENT)
    caller("hello").expect_answer(contains="morning").expect_calls()
    caller("And leave?").expect_answer(contains="thirty").expect_calls("search")
    assert [each.words for each in caller.exchanges] == ["hello", "And leave?"]
    assert {event["session_id"] for event in caller.events if event["type"] == "extension.ready"}


def test_two_callers_have_a_session_each(stage):
    one, other = stage.caller(AGENT), stage.caller(AGENT)
    one("hello")
    other("leave").expect_calls("search")
    one.expect_calls()


def test_a_tool_that_fails_is_seen_to_fail(stage, script):
    script.when("closed").calls("search", query="nothing").then_says(lambda outputs: f"It said {outputs[0]}")
    exchange = stage.caller(AGENT)("closed?").expect_answer(contains="The handbook is closed.")
    assert (exchange.calls[0].status, exchange.calls[0].error) == ("failed", "tool_error")


def test_silence_is_the_end_of_an_exchange_too(stage, script):
    script.when("hush").stays_silent()
    stage.caller(AGENT)("hush").expect_no_answer().expect_calls()


def test_a_failing_model_is_told_in_the_exchange(stage, script):
    script.when("fail").fails("bad day")
    exchange = stage.caller(AGENT)("fail").expect_error("reasoner_failed")
    assert "bad day" in exchange.errors[0]["message"]


def test_words_without_a_line_are_told_in_the_failure(stage):
    exchange = stage.caller(AGENT)("what is this?")
    with pytest.raises(AssertionError, match=r"(?s)there was no answer.*no line for 'what is this\?'"):
        exchange.expect_answer()


@pytest.mark.parametrize(
    ("expect", "complaint"),
    [
        (lambda each: each.expect_call("book"), "book was not called"),
        (lambda each: each.expect_call("search", query="sick"), "search was not called with query='sick'"),
        (lambda each: each.expect_calls(), r"expected the calls \[\], but there were \['search'\]"),
        (lambda each: each.expect_answer(contains=["days", "forty"]), "does not contain 'forty'"),
        (lambda each: each.expect_answer(matches=r"\d"), "does not match"),
        (lambda each: each.expect_answer(equals="No."), "the answer is not 'No.'"),
        (lambda each: each.expect_no_answer(), "an answer was not expected"),
        (lambda each: each.expect_citation(document="handbook"), "no citation of 'handbook'"),
        (lambda each: each.expect_heard("sick"), "'sick' was not heard"),
        (lambda each: each.expect_interrupted(), "was not interrupted"),
        (lambda each: each.expect_error("x"), "there was no error 'x'"),
    ],
)
def test_an_expectation_that_is_not_met_shows_the_dialogue(stage, expect, complaint):
    exchange = stage.caller(AGENT)("How much leave?")
    with pytest.raises(AssertionError, match=complaint) as failed:
        expect(exchange)
    told = str(failed.value)
    assert "caller:    How much leave?" in told
    assert 'search({"query": "leave"}) → completed' in told
    assert "assistant: Thirty days." in told


def test_arguments_may_be_expected_by_pattern_and_by_function(stage):
    exchange = stage.caller(AGENT)("How much leave?")
    exchange.expect_call("search", query=re.compile("^l")).expect_call("search", query=str.islower)


def test_a_refused_connection_is_told_and_the_next_one_holds(script):
    with Stage(script=script, faults=Faults(Refuse(status=429, times=1))) as stage:
        with pytest.raises(AssertionError, match=r"did not open: .*429"):
            stage.caller(AGENT)
        stage.caller(AGENT)("hello").expect_answer()


def test_a_poisoned_response_is_told(script):
    with Stage(script=script, faults=Faults(Fail(times=1))) as stage:
        caller = stage.caller(AGENT)
        caller("hello").expect_error("server_error").expect_no_answer()
        caller("hello").expect_answer()


def test_a_session_that_ends_under_way_ends_the_exchange(script):
    # The model's session breaks, and there is no other: 2 and 4 are what takes the place of 1 and 3.
    refused = [Refuse(status=401, session=number) for number in (2, 4)]
    with Stage(script=script, faults=Faults(Drop(event="response.created", code=1011), *refused)) as stage:
        exchange = stage.caller(AGENT)("hello")
        assert exchange.closed is not None
        with pytest.raises(AssertionError, match="closed:"):
            exchange.expect_answer()
        assert stage.caller(AGENT)("hello").closed is not None


def test_no_answer_in_time_shows_the_dialogue(script):
    script.when("slow").waits(60_000).says("Late.")
    complaint = pytest.raises(AssertionError, match=r"(?s)did not end within 0\.3 s.*caller:    slow")
    with Stage(script=script, patience_s=0.3) as stage, complaint:
        stage.caller(AGENT)("slow")


def test_before_anything_was_said_nothing_can_be_expected(stage):
    caller = stage.caller(AGENT)
    with pytest.raises(AssertionError, match="nothing was said yet"):
        caller.expect_answer()
    with pytest.raises(AttributeError, match="no 'expects'"):
        _ = caller.expects


def test_events_can_be_sent_and_waited_for(stage):
    caller = stage.caller(AGENT)
    for pause in (0, 0.2):  # the answer may come before anybody waits for it
        caller.sends({"type": "input_audio_buffer.clear"})
        time.sleep(pause)
        assert caller.waits_for("input_audio_buffer.cleared")
    caller.hangs_up()


def test_the_engine_is_served_to_any_client(stage):
    assert stage.url == stage.url
    assert re.fullmatch(r"ws://127\.0\.0\.1:\d+", stage.url)


def test_an_expiring_session_is_seen(script):
    with Stage(script=script, faults=Faults(Expire(after_s=0.4, session=1))) as stage:
        caller = stage.caller(AGENT)
        assert caller.waits_for("extension.reconnected")["reason"] in {"expiring", "expired"}


def test_a_stage_that_was_never_entered_can_be_closed(script):
    Stage(script=script).close()


def test_a_stage_that_is_not_open_says_so_and_keeps_nobody_waiting(script):
    stage = Stage(script=script)
    with pytest.raises(ConfigurationError, match="with Stage"):
        stage.caller(AGENT)
    stage.close()
    with pytest.raises(ConfigurationError, match="not open"):
        _ = stage.url
