"""A session that does not get well again is replaced."""

from __future__ import annotations

from agent.core.poison import MOST_REPLACEMENTS, POISONED_AFTER, Poison, server_failed

FAILED = {"status": "failed", "status_details": {"error": {"type": "server_error"}}}
FINE = {"status": "completed"}


def test_a_poisoned_session_is_told_by_failures_in_a_row():
    poison = Poison()
    assert [poison.response_done(FAILED) for _ in range(POISONED_AFTER)] == [False, False, True]


def test_an_answer_in_between_shows_that_it_lives():
    poison = Poison()
    events = [FAILED, FAILED, FINE, FAILED, {"status": "cancelled"}, FAILED]
    assert not any(poison.response_done(event) for event in events)
    assert poison.response_done(FAILED)


def test_other_failures_are_no_illness_that_a_new_session_would_cure():
    limit = {"status": "failed", "status_details": {"error": {"type": "invalid_request_error", "code": "rate_limit"}}}
    assert not any(Poison().response_done(limit) for _ in range(9))
    assert not server_failed({"status": "failed", "status_details": None})
    assert server_failed({"status": "failed", "status_details": {"error": {"code": "server_error"}}})


def test_sessions_are_not_replaced_for_ever_where_none_gets_well():
    poison = Poison()
    assert sum(poison.response_done(FAILED) for _ in range(50)) == MOST_REPLACEMENTS
    poison.response_done(FINE)
    assert sum(poison.response_done(FAILED) for _ in range(POISONED_AFTER)) == 1


def test_a_new_session_begins_with_a_clean_sheet():
    poison = Poison()
    poison.response_done(FAILED)
    poison.response_done(FAILED)
    poison.renewed()
    assert not poison.response_done(FAILED)
