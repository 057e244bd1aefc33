"""Addresses: which service is meant, and what is completed or refused."""

from __future__ import annotations

import pytest

from agent.errors import ConfigurationError
from agent.services.address import cloud_of, service_at

COGNITIVE = "https://cognitiveservices.azure.com/.default"


@pytest.mark.parametrize(
    ("address", "profile", "dialled"),
    [
        (
            "wss://r.openai.azure.com/openai/v1/realtime?model=d",
            "azure",
            "wss://r.openai.azure.com/openai/v1/realtime?model=d",
        ),
        (
            "https://r.openai.azure.com/openai/realtime?api-version=2024-12-17&deployment=d",
            "azure-preview",
            "wss://r.openai.azure.com/openai/realtime?api-version=2024-12-17&deployment=d",
        ),
        (
            "wss://r.openai.azure.com/openai/realtime?deployment=d",
            "azure-preview",
            "wss://r.openai.azure.com/openai/realtime?deployment=d&api-version=2025-04-01-preview",
        ),
        (
            "wss://r.services.ai.azure.com/voice-live/realtime?model=d",
            "voice-live",
            "wss://r.services.ai.azure.com/voice-live/realtime?model=d&api-version=2026-07-15",
        ),
        (
            "https://r.cognitiveservices.azure.com/voice-live?model=d",
            "voice-live",
            "wss://r.cognitiveservices.azure.com/voice-live/realtime?model=d&api-version=2026-07-15",
        ),
        ("wss://api.openai.com/v1/realtime?model=d", "openai", "wss://api.openai.com/v1/realtime?model=d"),
        ("https://eu.api.openai.com/v1?model=d", "openai", "wss://eu.api.openai.com/v1/realtime?model=d"),
        ("https://r.openai.azure.com/?model=d", "azure", "wss://r.openai.azure.com/openai/v1/realtime?model=d"),
        (
            "https://r.services.ai.azure.com/api/projects/p?model=d",
            "azure",
            "wss://r.services.ai.azure.com/openai/v1/realtime?model=d",
        ),
        (
            "wss://gateway.azure-api.net/speech/openai/v1/realtime/?model=d",
            "azure",
            "wss://gateway.azure-api.net/speech/openai/v1/realtime?model=d",
        ),
        ("ws://127.0.0.1:8766/v1/realtime", "compatible", "ws://127.0.0.1:8766/v1/realtime"),
        ("http://localhost:8766/v1/realtime?model=d", "compatible", "ws://localhost:8766/v1/realtime?model=d"),
        ("ws://127.0.0.1:8766/openai/realtime?deployment=d&api-version=1", "azure-preview", None),
    ],
)
def test_a_service_is_known_by_host_and_path(address, profile, dialled):
    service = service_at(address)
    assert service.profile == profile
    assert service.url == (dialled or address)
    assert service.model == ("d" if "=d" in address else "")


def test_every_service_names_its_token_scope_and_sovereign_clouds_have_their_own():
    def scope(address):
        return service_at(address).scope

    assert scope("wss://r.openai.azure.com/openai/v1/realtime?model=d") == COGNITIVE
    assert scope("wss://r.openai.azure.com/openai/realtime?deployment=d") == COGNITIVE
    assert scope("wss://r.services.ai.azure.com/voice-live/realtime?model=m") == "https://ai.azure.com/.default"
    assert scope("wss://r.openai.azure.us/openai/v1/realtime?model=d") == "https://cognitiveservices.azure.us/.default"
    assert scope("wss://api.openai.com/v1/realtime?model=d") is None


def test_a_machine_that_somebody_rents_from_azure_is_not_one_of_azures_services():
    assert cloud_of("r.openai.azure.com:443") is not None
    assert cloud_of("someone.westeurope.cloudapp.azure.com") is None
    assert cloud_of("evil-openai.azure.com.example.org") is None


def test_a_model_is_filled_in_where_the_address_names_none_and_never_replaced():
    assert service_at("https://r.openai.azure.com/", "mine").model == "mine"
    assert service_at("https://r.openai.azure.com/?model=theirs", "mine").model == "theirs"
    assert service_at("wss://r.openai.azure.com/openai/v1/realtime?model=a%20b").url.endswith("?model=a%20b")


def test_the_two_protocols_names_for_the_deployment_are_exchanged_and_that_is_noted():
    ga = service_at("wss://r.openai.azure.com/openai/v1/realtime?deployment=d")
    preview = service_at("wss://r.openai.azure.com/openai/realtime?model=d")
    assert (ga.model, preview.model) == ("d", "d")
    assert "?model=d" in ga.url
    assert "deployment=d" in preview.url
    assert "renamed" in ga.notes[0]


def test_the_ga_address_loses_an_api_version_which_would_be_refused_with_401():
    service = service_at("wss://r.openai.azure.com/openai/v1/realtime?api-version=2025-04-01-preview&model=d")
    assert service.api_version == ""
    assert "api-version" in service.notes[0]


def test_the_first_preview_has_retired_and_is_refused_with_advice():
    with pytest.raises(ConfigurationError, match=r"2024-10-01-preview.*2025-04-01-preview.*/openai/v1/realtime"):
        service_at("wss://r.openai.azure.com/openai/realtime?api-version=2024-10-01-preview&deployment=d")


@pytest.mark.parametrize("query", ["call_id=rtc_1", "agent-name=a&agent-project-name=p"])
def test_a_sideband_or_an_agent_needs_no_model(query):
    path = "openai/v1/realtime" if "call_id" in query else "voice-live/realtime"
    assert query in service_at(f"wss://r.services.ai.azure.com/{path}?{query}").url


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("wss://r.openai.azure.com/openai/v1/realtime", r"no deployment: add \?model=NAME"),
        ("wss://r.openai.azure.com/openai/realtime", r"no deployment: add \?deployment=NAME"),
        ("wss://api.openai.com/v1/realtime", r"no model: add \?model=NAME"),
        ("ws://r.openai.azure.com/openai/v1/realtime?model=d", "wss://"),
        ("http://api.openai.com/v1/realtime?model=d", "wss://"),
        ("ftp://r.openai.azure.com/", "starts with wss://"),
        ("wss://", "starts with wss://"),
        ("wss://[bad/x", "starts with wss://"),
        ("wss://host:port/x", "starts with wss://"),
        ("hello", "starts with wss://"),
        ("wss://host/v1/realtime#here", "'#'"),
    ],
)
def test_what_cannot_be_dialled_is_refused_in_words(address, said):
    with pytest.raises(ConfigurationError, match=said):
        service_at(address)


def test_a_password_in_an_address_that_is_none_is_not_repeated():
    with pytest.raises(ConfigurationError) as caught:
        service_at("wss://me:hunter2@host:port/x")
    assert "hunter2" not in str(caught.value)
