"""What a client that opted in is told."""

from __future__ import annotations

from agent.core import notices


def test_a_client_is_told_of_a_gap_and_of_its_end():
    assert notices.reconnecting("e", "lost").data == {
        "type": "extension.reconnecting",
        "event_id": "e",
        "reason": "lost",
    }
    assert notices.reconnected("e", "lost", 350).data == {
        "type": "extension.reconnected",
        "event_id": "e",
        "reason": "lost",
        "gap_ms": 350,
    }


def test_a_client_that_is_back_is_told_what_it_missed():
    assert notices.resumed("e", 3, complete=False).data == {
        "type": "extension.resumed",
        "event_id": "e",
        "missed": 3,
        "complete": False,
    }
