"""Preview's names, both ways."""

from __future__ import annotations

import pytest

from agent.engine.preview_names import EVENTS, PATHS, settings_from_ga, settings_to_ga

PREVIEW = {
    "modalities": ["text", "audio"],
    "input_audio_format": "g711_ulaw",
    "input_audio_transcription": None,
    "turn_detection": None,
    "output_audio_format": "pcm16",
    "voice": "verse",
    "max_response_output_tokens": "inf",
    "instructions": "Be brief.",
}
GA = {
    "output_modalities": ["audio"],
    "audio": {
        "input": {"format": {"type": "audio/pcmu"}, "transcription": None, "turn_detection": None},
        "output": {"format": {"type": "audio/pcm", "rate": 24_000}, "voice": "verse"},
    },
    "max_output_tokens": "inf",
    "instructions": "Be brief.",
}


def test_settings_go_there_and_back():
    assert settings_to_ga(PREVIEW) == GA
    assert settings_from_ga(GA) == PREVIEW


@pytest.mark.parametrize(("preview", "ga"), [(["text"], ["text"]), (["text", "audio"], ["audio"])])
def test_both_modalities_mean_speech(preview, ga):
    assert settings_to_ga({"modalities": preview}) == {"output_modalities": ga}
    assert settings_from_ga({"output_modalities": ga}) == {"modalities": preview}


def test_what_one_side_does_not_know_is_left_out():
    assert settings_to_ga({"temperature": 0.8, "client_secret": {}}) == {}
    assert settings_from_ga({"type": "realtime", "truncation": "auto", "audio": None}) == {}


def test_event_types_lose_what_ga_put_in_front():
    assert EVENTS["response.output_audio_transcript.delta"] == "response.audio_transcript.delta"
    assert EVENTS["conversation.item.added"] == "conversation.item.created"
    assert len(EVENTS) == 7
    assert len(PATHS) == 9
