"""Two sets of names for the same protocol; what one does not know is left out on the way to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.core.dialect import DIALECTS, GA, PREVIEW, VOICE_LIVE

GA_SESSION = {
    "type": "realtime",
    "instructions": "be brief",
    "tools": [],
    "output_modalities": ["audio"],
    "max_output_tokens": 100,
    "truncation": "auto",
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24000},
            "transcription": {"model": "m"},
            "noise_reduction": None,
            "turn_detection": {"type": "server_vad"},
        },
        "output": {"format": {"type": "audio/pcmu"}, "voice": "alloy", "speed": 1.1},
    },
}
PREVIEW_SESSION = {
    "instructions": "be brief",
    "tools": [],
    "modalities": ["text", "audio"],
    "max_response_output_tokens": 100,
    "input_audio_format": "pcm16",
    "input_audio_transcription": {"model": "m"},
    "input_audio_noise_reduction": None,
    "turn_detection": {"type": "server_vad"},
    "output_audio_format": "g711_ulaw",
    "voice": "alloy",
    "speed": 1.1,
}


def test_a_ga_session_becomes_one_that_preview_endpoints_take():
    """Trap livekit#3489, pipecat PR#4762: one unknown field rejects a whole update."""
    assert PREVIEW.session_from_ga(GA_SESSION) == PREVIEW_SESSION


def test_a_preview_session_becomes_a_ga_session():
    back = PREVIEW.session_to_ga(PREVIEW_SESSION | {"temperature": 0.8, "client_secret": {"value": "x"}})
    assert back == {name: value for name, value in GA_SESSION.items() if name != "truncation"}


def test_ga_is_left_as_it_is():
    assert GA.session_from_ga(GA_SESSION) == GA.session_to_ga(GA_SESSION) == GA_SESSION
    assert GA.event_to_ga("response.output_text.delta") == "response.output_text.delta"
    assert DIALECTS == {"ga": GA, "preview": PREVIEW, "voice-live": VOICE_LIVE}


@pytest.mark.parametrize("kind", sorted(PREVIEW.events))
def test_event_names_translate_there_and_back(kind):
    """Trap VoiceRAG 5: conversation.item.created where a GA service sends .added and .done."""
    assert PREVIEW.event_from_ga(PREVIEW.event_to_ga(kind)) == kind


def test_event_names_without_a_twin_stay():
    assert PREVIEW.event_to_ga("response.done") == PREVIEW.event_from_ga("response.done") == "response.done"


@pytest.mark.parametrize(("preview", "ga"), [(["text"], ["text"]), (["audio", "text"], ["audio"])])
def test_modalities_are_one_of_two_in_ga(preview, ga):
    assert PREVIEW.session_to_ga({"modalities": preview})["output_modalities"] == ga


def test_text_only_stays_text_only_in_preview():
    assert PREVIEW.session_from_ga({"output_modalities": ["text"]}) == {"modalities": ["text"]}


@pytest.mark.parametrize("odd", [{"type": "audio/opus"}, "opus", None])
def test_formats_without_a_twin_are_left_to_the_service_to_refuse(odd):
    assert PREVIEW.session_from_ga({"audio": {"output": {"format": odd}}}) == {"output_audio_format": odd}
    assert PREVIEW.session_to_ga({"output_audio_format": "opus"})["audio"]["output"]["format"] == "opus"


def test_voice_live_may_name_the_rate_alone():
    ga = VOICE_LIVE.session_to_ga({"input_audio_sampling_rate": 16000})
    assert ga["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 16000}
    assert VOICE_LIVE.session_from_ga(ga) == {"input_audio_format": "pcm16_16000hz", "input_audio_sampling_rate": 16000}


@pytest.mark.parametrize("name", ["metadata", "speed", "avatar", "temperature"])
def test_what_ga_sessions_do_not_have_stays_with_voice_live(name):
    assert VOICE_LIVE.session_to_ga({name: 1}) == {"type": "realtime"}


def test_the_example_of_the_docs_runs():
    text = (Path(__file__).parents[3] / "docs" / "dialects.md").read_text("utf-8")
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    assert any(line.startswith("assert") for line in lines)
    exec("\n".join(lines), {})
