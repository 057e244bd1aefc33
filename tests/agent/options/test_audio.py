"""Audio: transcription and Azure's voices."""

from __future__ import annotations

import pytest
from openai.types.realtime import AudioTranscription

from agent import AzureVoice, ConfigurationError, Transcription


def test_a_transcription_is_what_the_official_types_know_and_nothing_that_was_not_given():
    assert Transcription().wire() == {}
    full = Transcription(model="whisper-1", language="en", prompt="PerksPlus").wire()
    assert AudioTranscription.model_validate(full).model_dump(exclude_unset=True) == full


def test_a_voice_of_azures_is_an_object():
    assert AzureVoice(name="en-US-Ava:DragonHDLatestNeural").wire() == {
        "type": "azure-standard",
        "name": "en-US-Ava:DragonHDLatestNeural",
    }
    assert AzureVoice(name="mine", type="azure-custom", endpoint_id="e", rate="1.1", temperature=0.7).wire() == {
        "type": "azure-custom",
        "name": "mine",
        "endpoint_id": "e",
        "rate": "1.1",
        "temperature": 0.7,
    }


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Transcription(model=""), r"Transcription\(model=''\)"),
        (lambda: Transcription(language=1), "language=1"),
        (lambda: AzureVoice(name="x", type="alloy"), r"type='alloy'\): give one of 'azure-standard'"),
        (lambda: AzureVoice(name="x", type="azure-custom"), r"type='azure-custom'\) needs endpoint_id"),
        (lambda: AzureVoice(name="x", type="azure-personal"), r"needs model"),
        (lambda: AzureVoice(name=" "), "name="),
        (lambda: AzureVoice(name="x", temperature=2), "0 to 1"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_class_and_field(make, said):
    with pytest.raises(ConfigurationError, match=said):
        make()
