"""What of the model's configuration the core acts on, and the services' defaults for what it leaves out."""

from __future__ import annotations

import pytest

from agent.core.config import Effective, SessionConfig, effective


def audio(detection=None, kind=None):
    return {"audio": {"input": {"turn_detection": detection}, "output": {"format": {"type": kind}}}}


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        ({}, Effective(detects_voice=False)),
        ({"audio": 7}, Effective(detects_voice=False)),
        (audio(None), Effective(detects_voice=False)),
        (audio({"type": "server_vad"}), Effective()),
        (audio({"create_response": False, "interrupt_response": True}), Effective(creates_responses=False)),
        (audio({"create_response": None, "interrupt_response": False}), Effective(interrupts=False)),
        (audio({"type": "server_vad"}, "audio/pcmu"), Effective(bytes_per_ms=8)),
        (audio({"type": "server_vad"}, "audio/unheard-of"), Effective(bytes_per_ms=48)),
    ],
)
def test_a_session_object_is_read_as_the_services_mean_it(session, expected):
    assert effective(session) == expected


def test_a_configuration_needs_no_more_than_the_session():
    config = SessionConfig({"type": "realtime"})
    assert (config.timeouts, config.extensions, config.ready) == ({}, False, {})
