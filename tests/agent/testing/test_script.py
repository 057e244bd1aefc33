"""Scripts: what the model says and calls, as it was written down."""

from __future__ import annotations

import json
import re

import pytest

from agent.engine.parts import Arguments, Call, ReasonerError, Say, Thought
from agent.errors import ConfigurationError
from agent.testing.script import Script


@pytest.fixture
def slept():
    return []


@pytest.fixture
def script(slept):
    async def sleep(seconds):
        slept.append(seconds)

    return Script(sleep=sleep)


def user(words, kind="text"):
    return {"type": "message", "role": "user", "content": [{"type": f"input_{kind}", kind: words}]}


def called(call_id, output=None):
    items = [{"type": "function_call", "call_id": call_id, "name": "search", "arguments": "{}"}]
    if output is not None:
        items.append({"type": "function_call_output", "call_id": call_id, "output": output})
    return items


async def answer(script, *items):
    return [piece async for piece in script.respond(Thought("", items, ()))]


async def test_a_call_is_followed_by_an_answer_once_its_output_is_there(script):
    script.when("leave").calls("search", query="leave").then_says("Thirty days.")
    assert await answer(script, user("How much leave?")) == [Call("search", '{"query": "leave"}')]
    assert await answer(script, user("How much leave?"), *called("1", "…")) == [Say("Thirty days.")]


async def test_words_are_found_in_any_case_and_without_punctuation(script):
    script.when("How much LEAVE, then?").says("Thirty days.")
    assert await answer(script, user("well how much leave then", "transcript")) == [Say("Thirty days.")]


@pytest.mark.parametrize("said", [re.compile(r"\d+ days"), lambda words: words.endswith("days")])
async def test_a_line_may_be_found_by_a_pattern_or_a_function(script, said):
    script.when(said).says("Yes.")
    script.otherwise().says("Pardon?")
    assert await answer(script, user("30 days")) == [Say("Yes.")]
    assert await answer(script, user("some time")) == [Say("Pardon?")]


async def test_the_first_line_that_fits_counts(script):
    script.when("leave").says("One.")
    script.when("sick leave").says("Two.")
    assert await answer(script, user("sick leave")) == [Say("One.")]


async def test_one_response_may_hold_a_message_and_several_calls(script):
    script.when("both").says("One moment.").calls("a").calls("b", n=1).then_says("Done.")
    assert await answer(script, user("both")) == [Say("One moment."), Call("a", "{}"), Call("b", '{"n": 1}')]
    both = [*called("1"), *called("2", "two")]
    assert await answer(script, user("both"), *both) == [Say("Done.")]


async def test_calls_may_follow_calls(script):
    script.when("book").calls("find").then_calls("book", seat=1).then_says("Booked.")
    first, second = called("1", "found"), called("2", "booked")
    assert await answer(script, user("book"), *first) == [Call("book", '{"seat": 1}')]
    assert await answer(script, user("book"), *first, *second) == [Say("Booked.")]


async def test_an_answer_may_be_made_of_the_outputs_in_the_order_of_the_calls(script):
    script.when("both").calls("a").calls("b").then_says(" and ".join)
    calls = [*called("1"), *called("2", "two"), {"type": "function_call_output", "call_id": "1", "output": "one"}]
    assert await answer(script, user("both"), *calls) == [Say("one and two")]


async def test_what_the_caller_says_last_begins_anew(script):
    script.when("leave").calls("search").then_says("Thirty days.")
    before = [user("leave"), *called("1", "…")]
    assert await answer(script, *before, user("leave again")) == [Call("search", "{}")]


async def test_after_its_last_response_a_line_is_silent(script):
    script.when("leave").calls("search")
    assert await answer(script, user("leave"), *called("1", "…")) == []


async def test_silence_can_be_written(script):
    script.when("hush").stays_silent()
    assert await answer(script, user("hush")) == []


async def test_thinking_takes_its_time(script, slept):
    script.when("slow").waits(300).says("Here.")
    assert await answer(script, user("slow")) == [Say("Here.")]
    assert slept == [0.3]


async def test_arguments_may_come_in_parts_over_some_time(script, slept):
    script.when("slow").slowly(200).calls("search", query="a long question about leave").says("Soon.")
    call, *more, say = await answer(script, user("slow"))
    assert call.more
    assert all(isinstance(each, Arguments) for each in more)
    whole = call.arguments + "".join(each.text for each in more)
    assert json.loads(whole) == {"query": "a long question about leave"}
    assert sum(slept) == pytest.approx(0.2)
    assert say == Say("Soon.")


async def test_words_may_come_in_parts_too(script, slept):
    script.when("slow").slowly(80).says("A long answer in parts.")
    pieces = await answer(script, user("slow"))
    assert len(pieces) == len(slept) + 1 == 8
    assert "".join(each.text for each in pieces) == "A long answer in parts."


async def test_arguments_may_be_as_wrong_as_a_models(script):
    script.when("wrong").calls_with("search", '{"query": ')
    assert await answer(script, user("wrong")) == [Call("search", '{"query": ')]


async def test_a_response_can_fail_in_the_middle(script):
    script.when("fail").says("Well").fails("bad day")
    with pytest.raises(ReasonerError, match="bad day"):
        await answer(script, user("fail"))


async def test_without_a_line_the_response_fails_with_the_words(script):
    with pytest.raises(ReasonerError, match=r"no line for 'Hello\.': add script\.when"):
        await answer(script, user("Hello."))


def test_an_answer_that_would_never_come_is_refused(script):
    with pytest.raises(ConfigurationError, match=r"put calls\(…\) before then"):
        script.when("leave").says("One moment.").then_says("Thirty days.")


def test_a_line_without_words_is_refused(script):
    with pytest.raises(ConfigurationError, match="otherwise"):
        script.when("?!")


async def test_a_conversation_without_words_is_answered_otherwise(script):
    script.otherwise().says("Hello?")
    assert await answer(script) == [Say("Hello?")]
    await script.warm()
    await script.close()
