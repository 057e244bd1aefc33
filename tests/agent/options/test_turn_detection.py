"""Turn detection: what goes over the wire, and what is refused where it is written."""

from __future__ import annotations

import pytest
from openai.types.realtime.realtime_audio_input_turn_detection import RealtimeAudioInputTurnDetection
from pydantic import TypeAdapter

from agent import AzureSemanticVad, ConfigurationError, SemanticVad, ServerVad


@pytest.mark.parametrize(
    "option", [ServerVad(), ServerVad(idle_timeout_ms=6000, threshold=0.8), SemanticVad(), SemanticVad(eagerness="low")]
)
def test_what_we_send_is_what_the_official_types_know(option):
    known = TypeAdapter(RealtimeAudioInputTurnDetection).validate_python(option.wire())
    assert known.model_dump(exclude_unset=True) == option.wire()
    assert not known.model_extra


def test_defaults_are_the_services_own():
    assert ServerVad().wire() == {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "create_response": True,
        "interrupt_response": True,
    }


def test_voice_lives_own_detection_leaves_out_what_is_not_given():
    assert AzureSemanticVad().wire() == {
        "type": "azure_semantic_vad",
        "remove_filler_words": False,
        "auto_truncate": False,
        "create_response": True,
        "interrupt_response": True,
    }
    full = AzureSemanticVad(
        multilingual=True,
        threshold=0.4,
        silence_duration_ms=400,
        languages=["en", "de"],
        end_of_utterance="semantic_detection_v1_multilingual",
    ).wire()
    assert full["type"] == "azure_semantic_vad_multilingual"
    assert full["languages"] == ["en", "de"]
    assert full["end_of_utterance_detection"] == {"model": "semantic_detection_v1_multilingual"}
    assert (full["threshold"], full["silence_duration_ms"]) == (0.4, 400)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ServerVad(threshold=1.5), r"ServerVad\(threshold=1.5\): give a number from 0 to 1"),
        (lambda: ServerVad(threshold=True), "threshold=True"),
        (lambda: ServerVad(silence_duration_ms=-1), r"silence_duration_ms=-1\): give a number from 0 to 60000 ms"),
        (lambda: ServerVad(silence_duration_ms=0.5), "whole number"),
        (lambda: ServerVad(idle_timeout_ms=0), "idle_timeout_ms=0"),
        (lambda: ServerVad(create_response="yes"), "True or False"),
        (lambda: SemanticVad(eagerness="very"), r"eagerness='very'\): give one of 'auto', 'low'"),
        (lambda: AzureSemanticVad(remove_filler_words=1), "remove_filler_words=1"),
        (lambda: AzureSemanticVad(languages=[""]), "languages=''"),
        (lambda: AzureSemanticVad(end_of_utterance=" "), "end_of_utterance"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_class_and_field(make, said):
    with pytest.raises(ConfigurationError, match=said):
        make()
