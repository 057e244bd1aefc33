"""Which dialect a client is spoken to in."""

from __future__ import annotations

import pytest

from agent.engine.faces import DIALECTS, GaFace, dialect_at, face_for


@pytest.mark.parametrize(
    ("path", "beta", "dialect"),
    [
        ("/v1/realtime", None, "ga"),
        ("/openai/v1/realtime", None, "ga"),
        ("/openai/realtime", None, "preview"),
        ("/voice-live/realtime", None, "voice-live"),
        ("/v1/realtime", "realtime=v1", "preview"),
        ("/v1/realtime", "assistants=v2, realtime=v1", "preview"),
        ("/v1/realtime", "assistants=v2", "ga"),
        ("/openai/v1/realtime", "realtime=v1", "preview"),
        ("/voice-live/realtime", "realtime=v1", "voice-live"),
        ("/elsewhere", None, "ga"),
    ],
)
def test_the_header_and_the_path_tell_the_dialect(path, beta, dialect):
    assert dialect_at(path, beta) == dialect


def test_each_session_has_a_face_of_its_own():
    for dialect in DIALECTS:
        assert face_for(dialect) is not face_for(dialect)


def test_a_dialect_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ValueError, match="'beta'; choose one of ga, preview, voice-live"):
        face_for("beta")


def test_ga_is_passed_on_as_the_identical_object():
    face, event, message = GaFace(), {"type": "response.done"}, '{"type": "response.create"}'
    assert face.outward(event)[0] is event
    assert face.inward(message) is message
