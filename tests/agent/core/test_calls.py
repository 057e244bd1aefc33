"""Every call leaves the running state exactly once."""

from __future__ import annotations

import math

import pytest

from agent.core.calls import Call, Calls, CallState


@pytest.fixture
def calls():
    calls = Calls()
    calls.open(Call("c1", "search", "r1", 0.0, 5.0))
    calls.open(Call("c2", "order", "r2", 0.0, math.inf))
    return calls


def test_a_call_id_that_was_seen_is_never_opened_again(calls):
    assert not calls.open(Call("c1", "search", "r9", 1.0, 9.0))
    calls.close("c1", CallState.FINISHED)
    assert not calls.open(Call("c1", "search", "r9", 1.0, 9.0))


@pytest.mark.parametrize("state", [CallState.FINISHED, CallState.TIMED_OUT, CallState.CANCELLED])
def test_a_call_is_concluded_once(calls, state):
    call = calls.close("c1", state)
    assert call.state is state
    assert calls.close("c1", CallState.FINISHED) is None
    assert call.state is state
    assert calls.close("unknown", state) is None


def test_open_calls_are_known_by_response_deadline_and_id(calls):
    assert calls.any_open("r1")
    assert not calls.any_open("r9")
    assert not calls.any_open(None)
    assert calls.next_deadline() == 5.0
    assert [call.call_id for call in calls.overdue(5.0)] == ["c1"]
    assert calls.overdue(4.9) == []
    assert calls.open_ids() == ["c1", "c2"]
    assert calls.running("c2").name == "order"
    calls.close("c1", CallState.FINISHED)
    assert calls.running("c1") is None
    assert calls.next_deadline() == math.inf
