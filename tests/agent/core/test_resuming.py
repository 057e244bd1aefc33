"""A client comes back to its session, and nobody else does."""

from __future__ import annotations

import itertools

import pytest

from agent.core.resuming import Claim, NotResumable, Resuming


@pytest.fixture
def resuming():
    counter = itertools.count(1)
    return Resuming(lambda _session_id: f"secret{next(counter)}", grace=60.0)


def test_a_client_that_lost_its_socket_resumes_its_session(resuming):
    ticket = resuming.issue("s", "ann")
    assert ticket.fields() == {"resume": {"token": "secret1", "grace_ms": 60_000}}
    assert resuming.left("s", 10.0)
    assert resuming.claim("secret1", "ann", 69.9) == Claim("s", held=False)
    assert resuming.next_deadline() is None


def test_a_token_is_good_once_and_a_new_one_makes_the_old_one_void(resuming):
    resuming.issue("s", None)
    resuming.issue("s", None)
    with pytest.raises(NotResumable):
        resuming.claim("secret1", None, 0.0)
    resuming.left("s", 0.0)
    resuming.claim("secret2", None, 1.0)
    with pytest.raises(NotResumable, match="start anew"):
        resuming.claim("secret2", None, 1.0)
    assert resuming.issue("s", None).token == "secret3"


def test_another_user_cannot_use_a_stolen_token_nor_use_it_up(resuming):
    resuming.issue("s", "ann")
    resuming.left("s", 0.0)
    for owner in ("bob", None):
        with pytest.raises(NotResumable):
            resuming.claim("secret1", owner, 1.0)
    assert resuming.claim("secret1", "ann", 1.0).session_id == "s"


def test_a_client_may_return_before_the_server_has_noticed_that_it_was_gone(resuming):
    resuming.issue("s", None)
    assert resuming.claim("secret1", None, 5.0) == Claim("s", held=True)


def test_after_the_grace_time_the_session_is_over(resuming):
    resuming.issue("s", None)
    resuming.issue("t", None)
    resuming.left("s", 0.0)
    assert resuming.next_deadline() == 60.0
    with pytest.raises(NotResumable):
        resuming.claim("secret1", None, 60.0)
    assert resuming.overdue(59.0) == []
    assert resuming.overdue(60.0) == ["s"]
    assert resuming.overdue(99.0) == []
    assert not resuming.left("s", 100.0)


def test_a_session_that_has_ended_cannot_be_resumed(resuming):
    resuming.issue("s", None)
    resuming.ended("s")
    resuming.ended("s")
    with pytest.raises(NotResumable):
        resuming.claim("secret1", None, 0.0)


def test_a_session_without_a_token_does_not_wait_for_its_client(resuming):
    assert not resuming.left("s", 0.0)
    resuming.issue("s", None)
    resuming.claim("secret1", None, 0.0)
    assert not resuming.left("s", 1.0), "it has not been told a new one, so it cannot come back"


def test_the_secret_itself_is_kept_nowhere(resuming):
    resuming.issue("s", None)
    assert "secret1" not in repr(resuming._places) + repr(resuming._by_digest)
    with pytest.raises(NotResumable):
        resuming.claim("half a \ud800 pair", None, 0.0)
