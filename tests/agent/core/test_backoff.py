"""How long to wait before the next attempt."""

from __future__ import annotations

from agent.core.backoff import Backoff


def test_pauses_double_up_to_the_longest():
    backoff = Backoff(first=0.5, longest=8.0)
    assert [backoff.pause(attempt, 1.0) for attempt in (1, 2, 3, 4, 5, 6, 5000)] == [0.5, 1, 2, 4, 8, 8, 8]


def test_callers_that_lost_their_model_together_do_not_return_together():
    backoff = Backoff(first=1.0)
    assert (backoff.pause(1, 0.0), backoff.pause(1, 0.5), backoff.pause(1, 1.0)) == (0.5, 0.75, 1.0)


def test_attempts_come_to_an_end():
    assert [Backoff(attempts=3).exhausted(attempt) for attempt in (1, 2, 3, 4)] == [False, False, True, True]
