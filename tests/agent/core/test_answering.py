"""Which answer is still owed when an upstream has gone."""

from __future__ import annotations

import pytest

from agent.core.answering import STALE, Answering
from agent.core.floor import Floor
from agent.core.frames import Frame
from agent.core.handover import Ask
from agent.core.history import History


def history_of(*kinds):
    history = History()
    for number, kind in enumerate(kinds):
        item = {"id": f"i{number}", "type": "function_call_output" if kind == "output" else "message", "role": kind}
        history.take("conversation.item.added", Frame.of({"type": "conversation.item.added", "item": item}))
    return history


def owed(floor, *kinds):
    answering = Answering(history_of(*kinds))
    answering.broken_off(floor)
    return answering.take(0.0)


@pytest.mark.parametrize("kinds", [("user",), ("user", "output"), ()], ids=["a question", "an output", "a greeting"])
def test_an_answer_of_which_nothing_was_heard_is_asked_for_again(kinds):
    assert owed(Floor(response_id="r"), *kinds) == Ask(None)


def test_one_that_answered_nothing_is_not():
    assert owed(Floor(response_id="r"), "user", "assistant") is None


def test_one_that_was_heard_in_part_is_left():
    assert owed(Floor(response_id="r", passed_on=True), "user") is None


def test_one_that_waits_for_its_calls_is_asked_for_when_they_are_done():
    assert owed(Floor(response_id="r", running=frozenset({"c"})), "user") is None


def test_it_is_asked_again_once_and_not_for_ever():
    answering = Answering(history_of("user"))
    answering.broken_off(Floor(response_id="r"))
    assert answering.take(0.0) == Ask(None)
    assert answering.take(0.0) is None
    answering.broken_off(Floor(response_id="r2"))
    assert answering.take(0.0) is None
    answering.new_turn()
    answering.broken_off(Floor(response_id="r3"))
    assert answering.take(0.0) == Ask(None)
    answering.answered()
    answering.broken_off(Floor(response_id="r4"))
    assert answering.take(0.0) == Ask(None)


def test_a_turn_that_was_about_to_be_answered_is_answered_by_the_next_session():
    assert owed(Floor(awaited=True), "user") == Ask(None)
    assert owed(Floor(awaited=True), "user", "assistant") is None, "the turn itself was lost"
    assert owed(Floor(), "user") is None


def test_a_request_that_was_on_its_way_is_sent_again_as_it_was():
    request = Frame.of({"type": "response.create", "response": {"metadata": {"a": "b"}}})
    assert owed(Floor(request=request), "user") == Ask(request)


def test_what_is_asked_for_while_nobody_can_be_is_asked_once_later_unless_it_is_cancelled():
    answering = Answering(History())
    first, last = Frame("1"), Frame("2")
    answering.want(first)
    answering.want(last)
    assert answering.take(0.0) == Ask(last)
    answering.want(first)
    answering.withdraw()
    assert answering.take(0.0) is None


def test_a_failed_response_is_made_good_by_another_session_while_somebody_expects_it():
    answering = Answering(history_of("user"))
    answering.failed(10.0)
    assert answering.take(10.0 + STALE) == Ask(None)
    answering.failed(10.0)
    assert answering.take(10.1 + STALE) is None
