"""What may be configured, and that a refusal changes nothing."""

from __future__ import annotations

import pytest

TOOL = {"type": "function", "name": "search", "description": "Looks.", "parameters": {"type": "object"}}


def session_of(events):
    (event,) = events
    assert event["type"] == "session.updated", event
    return event["session"]


def test_an_update_is_merged_deeply_and_answered_in_full(caller):
    session = session_of(caller.configures(audio={"output": {"voice": "marin"}}))
    assert session["audio"]["output"] == {
        "format": {"type": "audio/pcm", "rate": 24000},
        "voice": "marin",
        "speed": 1.0,
    }
    session = session_of(caller.configures(audio={"output": {"speed": 1.2}}, instructions="Be brief."))
    assert session["audio"]["output"]["voice"] == "marin"
    assert session["instructions"] == "Be brief."
    assert session["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 500


def test_tools_are_replaced_wholesale(caller):
    session_of(caller.configures(tools=[TOOL, {**TOOL, "name": "other"}]))
    assert [tool["name"] for tool in session_of(caller.configures(tools=[TOOL]))["tools"]] == ["search"]
    assert session_of(caller.configures(tools=[]))["tools"] == []


def test_empty_instructions_are_the_default_ones_again(caller):
    default = caller.events[0]["session"]["instructions"]
    session_of(caller.configures(instructions="Be brief."))
    assert session_of(caller.configures(instructions=""))["instructions"] == default


def test_turn_detection_merges_within_a_kind_and_starts_anew_for_another(caller):
    detection = session_of(caller.detects_turns({"silence_duration_ms": 200}))["audio"]["input"]["turn_detection"]
    assert (detection["type"], detection["silence_duration_ms"], detection["threshold"]) == ("server_vad", 200, 0.5)
    detection = session_of(caller.detects_turns({"type": "semantic_vad"}))["audio"]["input"]["turn_detection"]
    assert detection["eagerness"] == "auto"
    assert "threshold" not in detection
    assert session_of(caller.detects_turns(None))["audio"]["input"]["turn_detection"] is None
    (event,) = caller.detects_turns({"threshold": 0.4})
    assert event["error"]["param"] == "session.audio.input.turn_detection.type"


def test_a_transcription_is_filled_up_and_taken_off(caller):
    session = session_of(caller.configures(audio={"input": {"transcription": {"model": "whisper-1"}}}))
    assert session["audio"]["input"]["transcription"] == {"model": "whisper-1", "language": None, "prompt": None}
    session = session_of(caller.configures(audio={"input": {"transcription": {"language": "en"}}}))
    assert session["audio"]["input"]["transcription"]["model"] == "whisper-1"
    session = session_of(caller.configures(audio={"input": {"transcription": None}}))
    assert session["audio"]["input"]["transcription"] is None


@pytest.mark.parametrize(
    ("update", "code", "param"),
    [
        ({"type": "transcription"}, "invalid_value", "session.type"),
        ({"turn_detection": None}, "unknown_parameter", "session.turn_detection"),
        ({"temperature": 0.8}, "unknown_parameter", "session.temperature"),
        ({"instructions": 5}, "invalid_type", "session.instructions"),
        ({"output_modalities": ["audio", "text"]}, "invalid_value", "session.output_modalities"),
        ({"output_modalities": ["smell"]}, "invalid_value", "session.output_modalities[0]"),
        ({"max_output_tokens": 0}, "invalid_value", "session.max_output_tokens"),
        ({"max_output_tokens": "many"}, "invalid_value", "session.max_output_tokens"),
        ({"max_output_tokens": 1.5}, "invalid_type", "session.max_output_tokens"),
        ({"tools": {}}, "invalid_type", "session.tools"),
        ({"tools": [{**TOOL, "strict": True}]}, "unknown_parameter", "session.tools[0].strict"),
        ({"tools": [{"type": "function"}]}, "missing_required_parameter", "session.tools[0].name"),
        ({"tools": [{"type": "mcp"}]}, "invalid_value", "session.tools[0].type"),
        ({"tool_choice": "always"}, "invalid_value", "session.tool_choice"),
        ({"tool_choice": {"type": "function", "name": "none"}}, "invalid_value", "session.tool_choice"),
        ({"audio": {"output": {"voice": "robot"}}}, "invalid_value", "session.audio.output.voice"),
        ({"audio": {"output": {"voice": {"id": "v"}}}}, "invalid_type", "session.audio.output.voice"),
        ({"audio": {"output": {"speed": 2}}}, "invalid_value", "session.audio.output.speed"),
        ({"audio": {"input": {"format": {"type": "mp3"}}}}, "invalid_value", "session.audio.input.format.type"),
        (
            {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}},
            "invalid_value",
            "session.audio.input.format.rate",
        ),
        (
            {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "threshold": 0.5}}}},
            "unknown_parameter",
            "session.audio.input.turn_detection.threshold",
        ),
        (
            {"audio": {"input": {"turn_detection": {"type": "psychic"}}}},
            "invalid_value",
            "session.audio.input.turn_detection.type",
        ),
        (
            {"audio": {"input": {"turn_detection": {"type": "server_vad", "create_response": 1}}}},
            "invalid_type",
            "session.audio.input.turn_detection.create_response",
        ),
    ],
)
def test_one_bad_field_refuses_the_whole_update(caller, update, code, param):
    session = {"type": "realtime", "instructions": "Must not be taken.", **update}
    (event,) = caller.sends("session.update", session=session)
    assert (event["error"]["code"], event["error"]["param"]) == (code, param)
    assert session_of(caller.configures()) == caller.events[0]["session"]


def test_the_type_of_the_session_is_required(caller):
    (event,) = caller.sends("session.update", session={"instructions": "x"})
    assert (event["error"]["code"], event["error"]["param"]) == ("missing_required_parameter", "session.type")


def test_the_voice_stays_once_it_was_heard(caller):
    caller.asks("Go")
    caller.model_thinks("Hello there.")
    caller.voice_speaks()
    (event,) = caller.configures(audio={"output": {"voice": "marin"}})
    assert event["error"]["code"] == "cannot_update_voice"
    session_of(caller.configures(audio={"output": {"voice": "alloy", "speed": 1.1}}))


def test_a_model_named_again_changes_nothing(caller):
    assert session_of(caller.configures(model="gpt-realtime"))["model"] == "vocative-engine"


def test_a_session_that_was_sent_does_not_change_afterwards(caller):
    before = caller.events[0]["session"]
    caller.configures(audio={"output": {"voice": "marin"}})
    assert before["audio"]["output"]["voice"] == "alloy"
