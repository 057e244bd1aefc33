"""The transition table: which signals move whom, and that none can wedge the session."""

from __future__ import annotations

import itertools

import pytest

from agent.core.turns import TABLE, Model, Signal, Turns, User


@pytest.mark.parametrize(("signal", "user", "model"), [*itertools.product(Signal, User, Model)])
def test_every_signal_is_defined_in_every_state(signal, user, model):
    turns = Turns()
    turns.user, turns.model = user, model
    turns.move(signal)
    assert (turns.user, turns.model) in set(itertools.product(User, Model))


def test_every_signal_has_its_row_and_every_row_can_move_something():
    assert set(TABLE) == set(Signal)
    assert all(users or models for users, models in TABLE.values())


@pytest.mark.parametrize(("user", "model"), [*itertools.product(User, Model)])
def test_a_response_may_be_asked_for_at_one_corner_only(user, model):
    turns = Turns()
    turns.user, turns.model = user, model
    assert turns.free == ((user, model) == (User.SILENT, Model.IDLE))


@pytest.mark.parametrize(("user", "model"), [*itertools.product(User, Model)])
def test_from_every_state_there_is_a_way_back(user, model):
    turns = Turns()
    turns.user, turns.model = user, model
    for signal in (Signal.SPEECH_ENDED, Signal.UNANSWERED, Signal.LOST, Signal.DONE):
        turns.move(signal)
    assert turns.free
