"""What the environment configures: the address behind each short form."""

from __future__ import annotations

import pytest

from agent.errors import ConfigurationError
from agent.services.configured import BUILDERS, configured, unfinished

HOST = "r.openai.azure.com"


@pytest.mark.parametrize(
    "endpoint",
    [
        f"https://{HOST}",
        f"https://{HOST}/",
        f"wss://{HOST}",
        HOST,
        f"https://{HOST}/openai/v1/",
        f"https://{HOST}/openai/realtime?api-version=2025-04-01-preview&deployment=other",
        f"https://{HOST}/api/projects/p",
    ],
)
def test_an_endpoint_is_taken_however_it_was_pasted(settings, endpoint):
    service = BUILDERS["azure"](settings(AZURE_OPENAI_ENDPOINT=endpoint, AZURE_OPENAI_DEPLOYMENT_NAME="d"), "")
    assert service.url == f"wss://{HOST}/openai/v1/realtime?model=d"


def test_the_preview_takes_its_version_from_the_settings_then_the_endpoint_then_the_latest(settings):
    def version(**variables):
        return BUILDERS["azure-preview"](settings(AZURE_OPENAI_DEPLOYMENT_NAME="d", **variables), "").api_version

    assert version(AZURE_OPENAI_ENDPOINT=HOST) == "2025-04-01-preview"
    pasted = f"https://{HOST}/openai/realtime?api-version=2025-03-01-preview"
    assert version(AZURE_OPENAI_ENDPOINT=pasted) == "2025-03-01-preview"
    assert version(AZURE_OPENAI_ENDPOINT=pasted, OPENAI_API_VERSION="2024-12-17") == "2024-12-17"


def test_a_pasted_address_that_names_a_deployment_is_complete_by_itself(settings):
    pasted = settings(AZURE_OPENAI_ENDPOINT=f"https://{HOST}/openai/realtime?api-version=2024-12-17&deployment=d")
    assert configured(pasted) == [("azure-preview", "AZURE_OPENAI_ENDPOINT")]
    assert BUILDERS["azure-preview"](pasted, "").model == "d"


def test_a_gateways_own_path_is_kept(settings):
    gateway = settings(AZURE_OPENAI_ENDPOINT="https://g.azure-api.net/speech/openai", AZURE_OPENAI_DEPLOYMENT_NAME="d")
    assert BUILDERS["azure"](gateway, "").url == "wss://g.azure-api.net/speech/openai/v1/realtime?model=d"


def test_voice_live_has_a_default_model_and_version(settings):
    service = BUILDERS["voice-live"](settings(AZURE_VOICELIVE_ENDPOINT="https://r.services.ai.azure.com/"), "")
    expected = "wss://r.services.ai.azure.com/voice-live/realtime?api-version=2026-07-15&model=gpt-realtime"
    assert sorted(service.url.split("?")[1].split("&")) == sorted(expected.split("?")[1].split("&"))
    older = settings(AZURE_VOICELIVE_API_VERSION="2025-10-01", AZURE_VOICELIVE_MODEL="gpt-4.1")
    assert (BUILDERS["voice-live"](older, "").api_version, BUILDERS["voice-live"](older, "").model) == (
        "2025-10-01",
        "gpt-4.1",
    )


@pytest.mark.parametrize(
    ("base", "dialled"),
    [
        (None, "wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1"),
        ("https://api.openai.com/v1/", "wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1"),
        ("http://localhost:8000/v1", "ws://localhost:8000/v1/realtime?model=gpt-realtime-2.1"),
        ("wss://h.example/v1/realtime?model=m", "wss://h.example/v1/realtime?model=m"),
    ],
)
def test_openai_is_where_its_base_address_says(settings, base, dialled):
    given = settings() if base is None else settings(OPENAI_BASE_URL=base)
    assert BUILDERS["openai"](given, "").url == dialled


@pytest.mark.parametrize(
    ("form", "variables", "missing"),
    [
        ("azure", {}, "AZURE_OPENAI_ENDPOINT"),
        ("azure", {"AZURE_OPENAI_ENDPOINT": HOST}, "AZURE_OPENAI_REALTIME_DEPLOYMENT.*azure:NAME"),
        ("azure-preview", {"AZURE_OPENAI_ENDPOINT": HOST}, "AZURE_OPENAI_REALTIME_DEPLOYMENT"),
        ("voice-live", {}, "AZURE_VOICELIVE_ENDPOINT"),
    ],
)
def test_a_setting_that_is_missing_is_named_with_an_example(settings, form, variables, missing):
    with pytest.raises(ConfigurationError, match=f"--model {form} needs {missing}"):
        BUILDERS[form](settings(**variables), "")


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"AZURE_OPENAI_ENDPOINT": HOST}, ["AZURE_OPENAI_REALTIME_DEPLOYMENT"]),
        ({"AZURE_OPENAI_DEPLOYMENT_NAME": "d"}, ["AZURE_OPENAI_ENDPOINT"]),
        ({"AZURE_VOICELIVE_MODEL": "m"}, ["AZURE_VOICELIVE_ENDPOINT"]),
        ({"AZURE_OPENAI_ENDPOINT": HOST, "AZURE_OPENAI_DEPLOYMENT_NAME": "d"}, []),
        ({"AZURE_OPENAI_ENDPOINT": HOST, "OPENAI_REALTIME_MODEL": "m"}, []),
        ({"OPENAI_API_KEY": "k"}, []),
    ],
)
def test_what_is_configured_by_half_is_told_unless_something_is_configured_wholly(settings, variables, missing):
    assert [sentence.split()[0] for sentence in unfinished(settings(**variables))] == missing
