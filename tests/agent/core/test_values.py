"""Settings whose values differ between the dialects."""

from __future__ import annotations

import pytest

from agent.core import values

PCM = {"type": "audio/pcm", "rate": 24000}


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("pcm16", PCM),
        ("g711_ulaw", {"type": "audio/pcmu"}),
        ("g711_alaw", {"type": "audio/pcma"}),
        ("pcm16_16000hz", PCM | {"rate": 16000}),
        ("opus", "opus"),
        (None, None),
    ],
)
def test_formats_there_and_back(name, shape):
    assert values.format_to_ga(name) == shape
    assert values.format_from_ga(shape) == name


def test_a_format_at_an_unheard_of_rate_gets_the_name_of_its_kind():
    assert values.format_from_ga({"type": "audio/pcm"}) == "pcm16"
    assert values.format_from_ga({"type": "audio/opus"}) == {"type": "audio/opus"}


@pytest.mark.parametrize("odd", [None, 7, "audio"])
def test_modalities_that_are_no_list_are_left_alone(odd):
    assert values.modalities_to_ga(odd) == values.modalities_from_ga(odd) == values.one_modality(odd) == odd


def test_two_modalities_become_the_one_that_means_the_same():
    assert values.one_modality(["text", "audio"]) == ["audio"]
    assert values.one_modality(["text"]) == ["text"]


@pytest.mark.parametrize(
    ("voice", "name"),
    [("alloy", "alloy"), ({"type": "azure-standard", "name": "Ava"}, "Ava"), ({"id": "voice_1"}, "voice_1")],
)
def test_a_voice_that_is_an_object_has_a_name(voice, name):
    assert values.voice_name(voice) == name


def test_a_custom_voice_stays_an_object_where_azures_become_a_name():
    assert values.plain_voice({"id": "voice_1"}) == {"id": "voice_1"}
    assert values.plain_voice({"type": "openai", "name": "alloy"}) == "alloy"
    assert values.plain_voice("alloy") == "alloy"


def test_azures_own_settings_are_left_out_where_nobody_knows_them():
    assert values.plain_noise_reduction({"type": "azure_deep_noise_suppression"}) is None
    assert values.plain_noise_reduction({"type": "near_field"}) == {"type": "near_field"}
    assert values.plain_transcription({"model": "m", "phrase_list": ["a"]}) == {"model": "m"}
    assert values.plain_transcription(None) is None


@pytest.mark.parametrize(
    ("kinds", "given", "expected"),
    [
        (values.GA_DETECTION, "azure_semantic_vad_multilingual", "semantic_vad"),
        (values.VOICE_LIVE_DETECTION, "semantic_vad", "azure_semantic_vad"),
        (values.VOICE_LIVE_DETECTION, "azure_semantic_vad_en", "azure_semantic_vad_en"),
        ({"server_vad": frozenset({"type"})}, "semantic_vad", "server_vad"),
        (values.GA_DETECTION, "of_tomorrow", "of_tomorrow"),
    ],
)
def test_turn_detection_becomes_the_nearest_of_the_kinds_that_are_known(kinds, given, expected):
    assert values.detection_for(kinds, {"type": given})["type"] == expected


def test_turn_detection_keeps_only_the_keys_that_its_kind_knows():
    given = {"type": "azure_semantic_vad", "remove_filler_words": True, "create_response": False}
    assert values.detection_for(values.GA_DETECTION, given) == {"type": "semantic_vad", "create_response": False}


@pytest.mark.parametrize("odd", [None, 7, {"threshold": 1}, {"type": 7}])
def test_turn_detection_that_is_off_or_odd_is_left_alone(odd):
    assert values.detection_for(values.GA_DETECTION, odd) == odd
