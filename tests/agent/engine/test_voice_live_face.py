"""Voice Live's shape, against a recorded session of the service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.engine.effects import Hear
from agent.engine.parts import Call
from agent.engine.voice_live_face import VoiceLiveFace
from tests.agent.engine.faced import Faced

CASSETTE = Path(__file__).parents[2] / "data" / "cassettes" / "azure_voice_live_ws__tool_call_round.jsonl"
# Fields of the service that only show a default which the engine has no use for.
UNUSED = {
    "speech_duration_ms",
    "end_of_utterance_detection",
    "auto_truncate",
    "appended_text_after_truncation",
    "custom_speech",
    "phrase_list",
    "truncation_strategy",
    "include",
}


@pytest.fixture
def client(new_caller):
    # GA has no 16 kHz, so the session's own events are not checked by GA's types here.
    return Faced(new_caller(input_rates=VoiceLiveFace.input_rates, check=lambda event: None), VoiceLiveFace())


@pytest.fixture
def recorded():
    frames = [json.loads(line) for line in CASSETTE.read_text("utf-8").splitlines()]
    return [(frame["direction"], frame["data"]) for frame in frames if frame["kind"] == "message"]


def shape(value):
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items() if name not in UNUSED}
    return "value"


def test_a_recorded_round_with_a_tool_has_the_same_events_and_fields(client, recorded):
    sent = [data for direction, data in recorded if direction == "sent"]
    client.sends(**{"kind": sent[0]["type"], **{name: sent[0][name] for name in sent[0] if name != "type"}})
    for message in sent[1:3]:
        client.sends(message["type"], **{name: value for name, value in message.items() if name != "type"})
    client.caller.model_thinks(Call("get_weather", '{"city": "London"}'))
    client.looks()
    call_id = client.events[-1]["response"]["output"][0]["call_id"]
    item = {"type": "function_call_output", "call_id": call_id, "output": "foggy"}
    client.sends("conversation.item.create", item=item)
    client.sends("response.create")
    client.caller.model_thinks("It's foggy in London right now.")
    client.looks()
    ours, theirs = {}, {}
    for found, events in ((ours, client.events), (theirs, [data for way, data in recorded if way == "received"])):
        for event in events:
            found.setdefault(event["type"], event)
    assert set(theirs) == set(ours)
    for kind, event in theirs.items():
        if kind.startswith("session."):
            missing = set(shape(event)["session"]) - set(shape(ours[kind])["session"])
        else:
            missing = set(event) - set(ours[kind])
        assert not missing, (kind, missing)


def test_what_only_azure_can_do_is_accepted_and_shown_as_set(client):
    given = {
        "voice": {"type": "azure-standard", "name": "en-US-AvaNeural"},
        "turn_detection": {"type": "azure_semantic_vad", "silence_duration_ms": 300, "remove_filler_words": True},
        "input_audio_noise_reduction": {"type": "azure_deep_noise_suppression"},
        "input_audio_echo_cancellation": {"type": "server_echo_cancellation"},
        "input_audio_transcription": {"model": "azure-speech", "phrase_list": ["Vocative"]},
        "modalities": ["text", "audio"],
    }
    session = client.configures(**given)["session"]
    for name in ("voice", "input_audio_noise_reduction", "input_audio_echo_cancellation", "modalities"):
        assert session[name] == given[name]
    assert session["turn_detection"].items() >= given["turn_detection"].items()
    assert session["input_audio_transcription"]["phrase_list"] == ["Vocative"]
    own = client.caller.session._configuration.session["audio"]
    assert own["input"]["turn_detection"]["type"] == "server_vad"
    assert own["input"]["turn_detection"]["silence_duration_ms"] == 300
    assert own["output"]["voice"] == "alloy"


def test_a_later_update_takes_azures_settings_back(client):
    client.configures(
        turn_detection={"type": "azure_semantic_vad", "remove_filler_words": True},
        input_audio_noise_reduction={"type": "azure_deep_noise_suppression"},
    )
    session = client.configures(
        turn_detection={"type": "server_vad"}, input_audio_noise_reduction={"type": "near_field"}
    )["session"]
    assert "remove_filler_words" not in session["turn_detection"]
    assert session["turn_detection"]["type"] == "server_vad"
    assert session["input_audio_noise_reduction"] == {"type": "near_field"}
    assert client.configures(turn_detection=None)["session"]["turn_detection"] is None


def test_a_voice_is_shown_as_an_object_however_it_was_named(client):
    assert client.configures(voice="echo")["session"]["voice"] == {"name": "echo", "type": "openai"}
    voice = {"type": "openai", "name": "sage"}
    assert client.configures(voice=voice)["session"]["voice"] == voice
    assert client.caller.session._configuration.output["voice"] == "sage"


def test_a_session_shows_no_speed_which_is_previews(client, recorded):
    theirs = next(event["session"] for _, event in recorded if event["type"] == "session.updated")
    assert "speed" not in theirs
    assert "speed" not in client.configures(voice="echo")["session"]


@pytest.mark.parametrize(("rate", "bytes_per_ms"), [(16_000, 32), (8_000, 16), (24_000, 48)])
def test_audio_comes_at_the_rate_that_was_set(client, rate, bytes_per_ms):
    assert client.configures(input_audio_sampling_rate=rate)["session"]["input_audio_sampling_rate"] == rate
    client.configures(input_audio_format="pcm16")
    client.caller.appends(32)
    heard = next(each for each in reversed(client.caller.effects) if isinstance(each, Hear))
    assert heard.format.bytes_per_ms == bytes_per_ms


@pytest.mark.parametrize(
    ("session", "param"),
    [
        ({"input_audio_sampling_rate": 44_100}, "session.input_audio_sampling_rate"),
        ({"input_audio_sampling_rate": "16k"}, "session.input_audio_sampling_rate"),
        ({"turn_detection": {"type": "telepathy"}}, "session.turn_detection.type"),
        ({"turn_detection": {"silence_duration_ms": 300}}, "session.turn_detection.type"),
        ({"voice": {"name": "alloy"}}, "session.voice.type"),
        ({"audio": {}}, "session.audio"),
        ({"speed": 1.2}, "session.speed"),
    ],
)
def test_what_voice_live_does_not_have_is_refused_by_name(client, session, param):
    refused = client.configures(**session)
    assert (refused["type"], refused["error"]["param"]) == ("error", param)


def test_a_response_takes_a_voice_object_and_azures_own_fields(client):
    created = client.sends(
        "response.create",
        response={"voice": {"type": "openai", "name": "coral"}, "interim_response": None, "modalities": ["text"]},
    )
    assert [event["type"] for event in created] == ["response.created"]
    assert created[0]["response"]["modalities"] == ["text"]
    assert client.caller.session._responses.in_conversation.settings.output["voice"] == "coral"


def test_ga_sessions_take_24_khz_only(caller):
    for way in ("input", "output"):
        error = caller.configures(audio={way: {"format": {"type": "audio/pcm", "rate": 16_000}}})[-1]["error"]
        assert error["param"] == f"session.audio.{way}.format.rate"
        assert "24000 Hz only" in error["message"]
