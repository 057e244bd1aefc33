"""What each kind of service can do; what it does not know never reaches it."""

from __future__ import annotations

import pytest

from agent.core.dialect import GA, PREVIEW, VOICE_LIVE
from agent.core.profiles import OPTIONAL, PROFILES, optional

SESSION = {
    "type": "realtime",
    "instructions": "x",
    "output_modalities": ["text", "audio"],
    "temperature": 0.7,
    "truncation": "auto",
    "tool_choice": "auto",
    "reasoning": {"effort": "low"},
    "input_audio_echo_cancellation": {"type": "server_echo_cancellation"},
    "of_tomorrow": 1,
    "audio": {
        "input": {
            "noise_reduction": {"type": "azure_deep_noise_suppression"},
            "transcription": {"model": "m", "phrase_list": ["Vocative"]},
            "turn_detection": {"type": "azure_semantic_vad", "remove_filler_words": True},
            "format": {"type": "audio/pcm", "rate": 24000},
        },
        "output": {"voice": {"type": "azure-standard", "name": "Ava"}, "speed": 1.2},
    },
}


def test_there_is_one_for_each_kind_of_service():
    assert [*PROFILES] == ["openai", "azure", "azure-preview", "voice-live", "engine", "compatible"]
    assert all(profile.name == name for name, profile in PROFILES.items())
    names = {name: profile.dialect for name, profile in PROFILES.items() if profile.dialect is not GA}
    assert names == {"azure-preview": PREVIEW, "voice-live": VOICE_LIVE}
    assert {name for name, profile in PROFILES.items() if not profile.sideband} == {"azure-preview", "voice-live"}


@pytest.mark.parametrize("name", ["openai", "azure", "engine", "compatible"])
def test_a_ga_service_gets_what_ga_knows(name):
    """Trap livekit#3489: Azure rejects fields that others take."""
    assert PROFILES[name].lay_out(SESSION) == {
        "type": "realtime",
        "instructions": "x",
        "output_modalities": ["audio"],
        "truncation": "auto",
        "tool_choice": "auto",
        "reasoning": {"effort": "low"},
        "audio": {
            "input": {
                "noise_reduction": None,
                "transcription": {"model": "m"},
                "turn_detection": {"type": "semantic_vad"},
                "format": {"type": "audio/pcm", "rate": 24000},
            },
            "output": {"voice": "Ava", "speed": 1.2},
        },
    }


def test_a_preview_service_gets_what_preview_knows():
    """Trap pipecat PR#4762: one field of GA's rejects the whole update."""
    assert PROFILES["azure-preview"].lay_out(SESSION) == {
        "instructions": "x",
        "modalities": ["text", "audio"],
        "temperature": 0.7,
        "tool_choice": "auto",
        "input_audio_format": "pcm16",
        "input_audio_noise_reduction": None,
        "input_audio_transcription": {"model": "m"},
        "turn_detection": {"type": "semantic_vad"},
        "voice": "Ava",
        "speed": 1.2,
    }


def test_voice_live_gets_azures_own_settings():
    assert PROFILES["voice-live"].lay_out(SESSION) == {
        "instructions": "x",
        "modalities": ["text", "audio"],
        "temperature": 0.7,
        "tool_choice": "auto",
        "reasoning_effort": "low",
        "input_audio_echo_cancellation": {"type": "server_echo_cancellation"},
        "input_audio_format": "pcm16",
        "input_audio_sampling_rate": 24000,
        "input_audio_noise_reduction": {"type": "azure_deep_noise_suppression"},
        "input_audio_transcription": {"model": "m", "phrase_list": ["Vocative"]},
        "turn_detection": {"type": "azure_semantic_vad", "remove_filler_words": True},
        "voice": {"type": "azure-standard", "name": "Ava"},
    }


def test_laying_out_changes_nothing_of_what_was_handed_in():
    before = repr(SESSION)
    for profile in PROFILES.values():
        profile.lay_out(SESSION)
    assert repr(SESSION) == before


def test_a_kind_of_turn_detection_that_a_ga_service_has_is_left_as_it_was_written():
    given = {"audio": {"input": {"turn_detection": {"type": "server_vad", "of_tomorrow": 1}}}}
    assert PROFILES["openai"].lay_out(given) == given


def test_what_is_left_out_can_be_told():
    assert PROFILES["openai"].left_out(SESSION) == ["input_audio_echo_cancellation.type", "of_tomorrow", "temperature"]
    assert PROFILES["voice-live"].left_out(SESSION) == ["audio.output.speed", "of_tomorrow", "truncation"]


@pytest.mark.parametrize(
    ("name", "param", "path"),
    [
        ("azure-preview", "session.input_audio_noise_reduction.type", "audio.input.noise_reduction.type"),
        ("voice-live", "session.reasoning_effort", "reasoning.effort"),
        ("azure", "session.audio.output.speed", "audio.output.speed"),
        ("azure", "speed", "speed"),
    ],
)
def test_a_field_that_a_service_names_is_found_in_ga(name, param, path):
    assert PROFILES[name].field_to_ga(param) == path


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("audio.input.noise_reduction", "audio.input.noise_reduction"),
        ("audio.input.noise_reduction.type", "audio.input.noise_reduction"),
        ("include[0]", "include"),
        ("audio.input.noise_reductions", None),
        ("tools[0].strict", None),
        ("instructions", None),
        ("audio.input.turn_detection", None),
    ],
)
def test_a_session_can_do_without_some_fields_and_not_without_others(path, field):
    assert optional(path) == field


def test_what_the_operator_relies_on_is_never_optional():
    needed = {"instructions", "tools", "tool_choice", "max_output_tokens", "output_modalities", "audio.output.voice"}
    assert not needed & set(OPTIONAL)
