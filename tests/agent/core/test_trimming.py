"""What goes when a conversation has grown too long."""

from __future__ import annotations

from agent.core.remembered import Part, Remembered
from agent.core.trimming import Bounds, fit


def said(role, number, text="words"):
    return Remembered(f"{role[0]}{number}", "message", role, {0: Part("text", text)}, whole=True)


def call(call_id):
    return Remembered(f"f_{call_id}", "function_call", call_id=call_id, name="search", whole=True)


def output(call_id, text="found"):
    return Remembered(f"o_{call_id}", "function_call_output", call_id=call_id, text=text, whole=True)


def ids(conversation, **bounds):
    return [item.id for item in fit(conversation, Bounds(**bounds))]


TURNS = [item for number in range(4) for item in (said("user", number), said("assistant", number))]


def test_what_fits_stays_as_it_is():
    assert fit(TURNS, Bounds()) == TURNS
    assert fit([], Bounds()) == []


def test_the_oldest_turns_go_whole():
    assert ids(TURNS, items=5) == ["u2", "a2", "u3", "a3"]
    assert ids(TURNS, characters=100) == ["u3", "a3"]


def test_system_messages_at_the_head_stay():
    assert ids([said("system", 0), *TURNS], items=3) == ["s0", "u3", "a3"]


def test_a_call_and_its_output_go_together_even_where_a_turn_lies_between():
    items = [said("user", 0), call("x"), said("user", 1), output("x"), said("assistant", 1), said("user", 2)]
    assert ids(items, items=5) == ["u1", "a1", "u2"]


def test_a_call_that_still_waits_for_its_output_stays_whatever_else_goes():
    items = [said("user", 0), call("x"), *TURNS[2:]]
    assert ids(items, items=3) == ["f_x", "u3", "a3"]


def test_a_single_turn_without_end_does_not_grow_either():
    items = [said("user", 0), *(item for n in range(9) for item in (call(n), output(n))), said("assistant", 9)]
    assert ids(items, items=4) == ["u0", "f_8", "o_8", "a9"]
    monologue = [said("assistant", number) for number in range(50)]
    assert ids(monologue, items=3) == ["a47", "a48", "a49"]


def test_the_question_and_the_latest_item_stay_even_where_they_are_too_long():
    items = [said("user", 0, "x" * 500), call("x"), output("x", "y" * 500), said("assistant", 0, "z" * 500)]
    assert ids(items, characters=10) == ["u0", "a0"]
