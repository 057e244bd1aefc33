"""Choice: what `--model`, an agent and the environment mean together."""

from __future__ import annotations

import re

import pytest

from agent.errors import ConfigurationError
from agent.services.choice import check_model, choose

AZURE = {"AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/", "AZURE_OPENAI_REALTIME_DEPLOYMENT": "d"}
VOICE_LIVE = {"AZURE_VOICELIVE_ENDPOINT": "https://v.services.ai.azure.com/"}
OPENAI = {"OPENAI_REALTIME_MODEL": "gpt-realtime-2"}


def test_where_nothing_is_configured_it_is_the_engine(settings):
    assert choose(None, settings()).profile == "engine"


def test_a_key_alone_decides_nothing(settings):
    assert choose(None, settings(OPENAI_API_KEY="k", AZURE_OPENAI_API_KEY="k")).profile == "engine"


@pytest.mark.parametrize(
    ("variables", "profile", "why"),
    [
        (AZURE, "azure", "AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_REALTIME_DEPLOYMENT"),
        (AZURE | {"OPENAI_API_VERSION": "2024-12-17"}, "azure-preview", "OPENAI_API_VERSION"),
        (VOICE_LIVE, "voice-live", "AZURE_VOICELIVE_ENDPOINT"),
        (OPENAI, "openai", "OPENAI_REALTIME_MODEL"),
        (AZURE | VOICE_LIVE | OPENAI, "azure", r"\(voice-live and openai configured too\)"),
        ({"AZURE_OPENAI_ENDPOINT": AZURE["AZURE_OPENAI_ENDPOINT"]}, "engine", ""),
    ],
)
def test_what_the_environment_configures_completely_is_used_and_said(settings, variables, profile, why):
    service = choose(None, settings(**variables))
    assert service.profile == profile
    assert re.search(why, service.describe())


def test_what_is_asked_for_overrules_the_environment(settings):
    configured = settings(**AZURE)
    assert choose("engine", configured).profile == "engine"
    assert choose("wss://api.openai.com/v1/realtime?model=m", configured).profile == "openai"
    assert choose("engine", configured).chosen_by == ""


def test_a_variable_stands_in_for_the_option(settings):
    service = choose(None, settings(VOCATIVE_MODEL="ws://127.0.0.1:1/v1/realtime", **AZURE))
    assert service.profile == "compatible"
    assert "VOCATIVE_MODEL" in service.chosen_by
    assert choose("azure", settings()).profile == "azure"


def test_a_short_form_may_name_the_model_or_deployment(settings):
    configured = settings(**AZURE, **VOICE_LIVE)
    assert choose("azure:other", configured).model == "other"
    assert choose("azure-preview:other", configured).model == "other"
    assert choose("voice-live:gpt-4.1", configured).model == "gpt-4.1"
    assert choose("openai:gpt-realtime-2", configured).model == "gpt-realtime-2"


def test_an_address_of_the_configured_resource_needs_no_deployment_of_its_own(settings):
    configured = settings(**AZURE, **VOICE_LIVE, AZURE_VOICELIVE_MODEL="m", **OPENAI)
    assert choose("https://r.openai.azure.com/", configured).model == "d"
    assert choose("wss://v.services.ai.azure.com/voice-live/realtime", configured).model == "m"
    assert choose("https://api.openai.com/v1", configured).model == "gpt-realtime-2"
    with pytest.raises(ConfigurationError, match="names no deployment"):
        choose("https://another.openai.azure.com/", configured)


@pytest.mark.parametrize("model", ["gpt-realtime", "engine:fast", "azur", "openai//x", ""])
def test_what_names_no_model_is_refused_with_what_there_is(model):
    with pytest.raises(ConfigurationError, match=r"engine.*azure, azure-preview, voice-live, openai.*wss://.*ws://"):
        check_model(model)


@pytest.mark.parametrize(
    "model", ["engine", "azure", "openai:m", "https://r.openai.azure.com/", "ws://h:1/v1/realtime"]
)
def test_what_may_name_a_model_passes_before_any_setting_is_known(model):
    assert check_model(model) == model
