"""Calls and their outputs go together, or not at all."""

from __future__ import annotations

from agent.core.pairing import paired
from agent.core.remembered import Remembered


def item(item_id, kind, call_id="", *, whole=True, role=""):
    return Remembered(item_id, kind, role, call_id=call_id, whole=whole)


CALL, OUTPUT = item("f", "function_call", "c"), item("o", "function_call_output", "c")
SAID = item("u", "message", role="user")


def ids(*items, running=()):
    return [each.id for each in paired(items, running)]


def test_a_call_and_its_output_keep_their_places():
    assert ids(CALL, SAID, OUTPUT) == ["f", "u", "o"]


def test_a_call_without_an_output_is_told_only_while_the_output_is_still_to_come():
    assert ids(CALL, SAID) == ["u"]
    assert ids(CALL, SAID, running={"c"}) == ["f", "u"]


def test_an_output_without_its_call_would_be_refused_and_is_left_out():
    assert ids(OUTPUT, SAID) == ["u"]
    assert ids(item("f", "function_call", "c", whole=False), OUTPUT) == []


def test_an_output_that_a_client_put_before_its_call_comes_behind_it():
    assert ids(OUTPUT, SAID, CALL) == ["u", "f", "o"]


def test_an_output_is_told_once():
    assert ids(CALL, OUTPUT, item("o2", "function_call_output", "c")) == ["f", "o"]


def test_an_answer_that_is_still_being_given_is_not_told_yet():
    assert ids(SAID, item("a", "message", role="assistant", whole=False)) == ["u"]
