"""What is asked of the model's session, and what becomes of a field that the service rejects."""

from __future__ import annotations

import pytest

from agent.core.client_tools import ClientTools
from agent.core.configuration import Configuration, named_field
from agent.core.events import ErrorReported
from agent.core.profiles import PROFILES

OURS = {"type": "function", "name": "search"}
THEIRS = {"type": "function", "name": "show"}
ENFORCED = {
    "instructions": "x",
    "tools": [OURS],
    "audio": {"input": {"noise_reduction": {"type": "near_field"}}, "output": {"voice": "alloy"}},
}


@pytest.fixture
def make():
    def configuration(profile="azure", **changes):
        tools = ClientTools(ENFORCED["tools"], enabled=True)
        return Configuration(ENFORCED | changes, tools, PROFILES[profile]), tools

    return configuration


def rejection(param, message="Unknown parameter."):
    return ErrorReported("unknown_parameter", message, param, None)


def test_everything_is_asked_of_a_new_session(make):
    configuration, _ = make()
    assert configuration.whole() == {"type": "realtime"} | ENFORCED
    assert make("azure-preview")[0].whole()["input_audio_noise_reduction"] == {"type": "near_field"}


def test_a_session_of_a_successor_is_asked_what_the_client_chose_and_offered_as_well(make):
    """Trap VoiceRAG 15: after a reconnect the session has no prompt, no tools and no voice."""
    configuration, tools = make()
    tools.offer([THEIRS])
    configuration.change({"audio": {"input": {"turn_detection": None}}})
    whole = configuration.whole()
    assert whole["tools"] == [OURS, THEIRS]
    assert whole["audio"]["input"] == {"noise_reduction": {"type": "near_field"}, "turn_detection": None}
    assert whole["instructions"] == "x"


def test_what_the_client_chooses_is_sent_alone(make):
    configuration, _ = make()
    assert configuration.change({"type": "realtime", "output_modalities": ["text"]}) == {
        "type": "realtime",
        "output_modalities": ["text"],
    }


def test_what_the_service_does_not_know_is_not_sent(make):
    configuration, _ = make("voice-live")
    assert configuration.change({"audio": {"output": {"speed": 1.2}}}) is None
    assert configuration.change({}) is None


@pytest.mark.parametrize(
    ("profile", "param"),
    [
        ("azure", "session.audio.input.noise_reduction.type"),
        ("azure-preview", "session.input_audio_noise_reduction"),
        ("voice-live", "input_audio_noise_reduction"),
    ],
)
def test_a_field_that_the_session_can_do_without_is_left_out_from_then_on(make, profile, param):
    configuration, _ = make(profile)
    assert configuration.reject(rejection(param))
    assert configuration.rejected == ["audio.input.noise_reduction"]
    assert "near_field" not in str(configuration.whole())
    assert configuration.change({"audio": {"input": {"noise_reduction": {"type": "far_field"}}}}) is None


@pytest.mark.parametrize("param", ["session.instructions", "session.tools[0].strict", "session.voice", None])
def test_a_session_cannot_do_without_what_the_operator_relies_on(make, param):
    configuration, _ = make("azure-preview")
    assert not configuration.reject(rejection(param))
    assert configuration.rejected == []


def test_a_field_that_is_rejected_again_is_not_tried_again(make):
    configuration, _ = make()
    assert configuration.reject(rejection("session.truncation"))
    assert not configuration.reject(rejection("session.truncation"))
    assert configuration.reject(rejection("session.audio.input.noise_reduction"))


@pytest.mark.parametrize(
    ("param", "message", "name"),
    [
        ("session.voice", "no", "session.voice"),
        (None, "Unknown parameter: 'session.audio.output.speed'.", "session.audio.output.speed"),
        (None, "no", None),
    ],
)
def test_a_service_names_the_field_or_writes_it_into_its_text(param, message, name):
    assert named_field(rejection(param, message)) == name
