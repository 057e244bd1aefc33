"""How long a session may stay."""

from __future__ import annotations

import pytest

from agent.door.guard import Guard
from agent.door.limits import Limits

LIMITS = Limits(idle_s=60, duration_s=600, recheck_s=100)


def guard(valid_for=None):
    return Guard(LIMITS, now=1000.0, valid_for=valid_for)


def test_a_session_in_which_nothing_is_said_ends():
    watched = guard()
    assert watched.next_deadline() == 1060.0
    assert watched.due(1059.9) is None
    end = watched.due(1060.0)
    assert (end.close_code, end.code) == (1001, "idle_timeout")
    assert "1 minutes" in end.reason


def test_whatever_the_client_sends_keeps_it_open():
    watched = guard()
    assert watched.take(1050.0, 10, True) is None
    assert watched.due(1060.0) is None
    assert watched.next_deadline() == 1100.0  # to look at the credential again
    watched.renew(1100.0, None)
    assert watched.next_deadline() == 1110.0


def test_a_session_does_not_last_for_ever_however_lively_it_is():
    watched = guard()
    watched.take(1599.0, 10, True)
    end = watched.due(1600.0)
    assert (end.close_code, end.code) == (1001, "session_expired")


def test_a_session_ends_with_the_callers_sign_in():
    watched = guard(valid_for=30.0)
    assert watched.next_deadline() == 1030.0
    assert watched.due(1029.9) is None
    end = watched.due(1030.0)
    assert (end.close_code, end.code) == (1008, "authentication_expired")


def test_a_renewed_sign_in_keeps_it_open():
    watched = guard(valid_for=30.0)
    watched.renew(1020.0, 30.0)
    assert watched.due(1030.0) is None
    assert watched.due(1050.0).code == "authentication_expired"


def test_a_credential_is_looked_at_again_after_a_while():
    watched = guard()
    assert not watched.wants_recheck(1099.9)
    assert watched.wants_recheck(1100.0)
    watched.renew(1100.0, None)
    assert not watched.wants_recheck(1199.9)
    assert watched.wants_recheck(1200.0)


def test_what_is_sent_is_counted():
    watched = guard()
    assert watched.take(1000.0, LIMITS.message_bytes + 1, False).close_code == 1009


@pytest.mark.parametrize("valid_for", [0.0, -5.0])
def test_a_sign_in_that_is_over_already_ends_it_at_once(valid_for):
    assert guard(valid_for).due(1000.0).code == "authentication_expired"
