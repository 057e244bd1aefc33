"""What writes down the user's words: as the environment has it, at the resource that it says it of."""

from __future__ import annotations

import pytest

from agent.config import Settings
from agent.services.choice import choose
from agent.services.transcribing import VARIABLES

AZURE = {"AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/", "AZURE_OPENAI_REALTIME_DEPLOYMENT": "d"}
NAMED = {
    "AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT": "ears",
    "AZURE_VOICELIVE_TRANSCRIPTION_MODEL": "azure-speech",
    "OPENAI_TRANSCRIPTION_MODEL": "gpt-live-transcribe",
}


@pytest.mark.parametrize(
    ("variables", "model", "transcription"),
    [
        (AZURE, None, "ears"),
        (AZURE, "azure:other", "ears"),
        (AZURE, "azure-preview", "ears"),
        (AZURE, "wss://r.openai.azure.com/openai/v1/realtime?model=other", "ears"),
        (AZURE, "wss://another.openai.azure.com/openai/v1/realtime?model=d", ""),
        (AZURE, "engine", ""),
        ({"AZURE_VOICELIVE_ENDPOINT": "https://v.services.ai.azure.com/"}, None, "azure-speech"),
        ({"OPENAI_API_KEY": "k"}, "openai", "gpt-live-transcribe"),
        ({}, "wss://api.openai.com/v1/realtime?model=m", "gpt-live-transcribe"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, "openai:m", "gpt-live-transcribe"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, "wss://api.openai.com/v1/realtime?model=m", ""),
        ({}, "ws://127.0.0.1:9/v1/realtime", ""),
    ],
)
def test_a_name_counts_at_the_resource_that_it_stands_with(settings, variables, model, transcription):
    assert choose(model, settings(**NAMED, **variables)).transcription == transcription


def test_without_a_variable_the_kind_of_service_decides(settings):
    assert choose(None, settings(**AZURE)).transcription == ""


def test_the_variables_are_those_that_are_read():
    assert {each.lower() for each in VARIABLES.values()} <= set(Settings.model_fields)
