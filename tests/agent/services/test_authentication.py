"""Authentication: which key goes where, and when a token takes its place."""

from __future__ import annotations

import pytest

from agent.errors import ConfigurationError
from agent.services.address import service_at
from agent.services.authentication import authenticated
from agent.services.service import ENGINE

AZURE = "wss://r.openai.azure.com/openai/v1/realtime?model=d"
VOICE_LIVE = "wss://r.services.ai.azure.com/voice-live/realtime?model=m"
OPENAI = "wss://api.openai.com/v1/realtime?model=m"
LOCAL = "ws://127.0.0.1:8766/openai/v1/realtime?model=d"
OTHER = "ws://10.0.0.9/v1/realtime"


def way(settings, address):
    service = authenticated(service_at(address), settings)
    return service.authentication, service.key_name


def test_without_any_key_azure_gets_a_token_for_its_scope_and_others_nothing(settings):
    bare = settings()
    assert way(bare, AZURE) == ("entra", "")
    assert way(bare, VOICE_LIVE) == ("entra", "")
    assert way(bare, OPENAI) == ("none", "")
    assert way(bare, OTHER) == ("none", "")
    assert authenticated(service_at(VOICE_LIVE), bare).scope == "https://ai.azure.com/.default"
    assert authenticated(service_at(OPENAI), bare).scope is None


def test_each_service_gets_its_key_the_way_it_wants_it(settings):
    keys = settings(OPENAI_API_KEY="a", AZURE_OPENAI_API_KEY="b", AZURE_VOICELIVE_API_KEY="c")
    assert way(keys, AZURE) == ("api-key", "AZURE_OPENAI_API_KEY")
    assert way(keys, VOICE_LIVE) == ("api-key", "AZURE_VOICELIVE_API_KEY")
    assert way(keys, OPENAI) == ("bearer", "OPENAI_API_KEY")
    assert way(keys, OTHER) == ("bearer", "OPENAI_API_KEY")
    assert authenticated(service_at(AZURE), keys).scope is None


def test_a_key_goes_only_to_the_resource_that_it_was_configured_with(settings):
    other = settings(AZURE_OPENAI_API_KEY="b", AZURE_OPENAI_ENDPOINT="https://another.openai.azure.com")
    assert way(other, AZURE) == ("entra", "")
    assert way(other, LOCAL) == ("none", "")


def test_the_key_of_a_resource_serves_all_of_its_host_names(settings):
    same = settings(AZURE_OPENAI_API_KEY="b", AZURE_OPENAI_ENDPOINT="https://r.openai.azure.com")
    assert way(same, VOICE_LIVE) == ("api-key", "AZURE_OPENAI_API_KEY")


def test_a_token_goes_to_microsofts_hosts_and_configured_endpoints_but_never_to_this_machine_unasked(settings):
    assert way(settings(), "wss://h.example/openai/v1/realtime?model=d") == ("none", "")
    front = settings(AZURE_OPENAI_ENDPOINT="https://h.example/")
    assert way(front, "wss://h.example/openai/v1/realtime?model=d") == ("entra", "")
    assert way(settings(AZURE_OPENAI_ENDPOINT="http://127.0.0.1:8766"), LOCAL) == ("none", "")


def test_an_address_that_brings_its_own_key_gets_no_other(settings):
    assert way(settings(AZURE_OPENAI_API_KEY="b"), f"{AZURE}&api-key=mine") == ("none", "")


@pytest.mark.parametrize(
    ("forced", "address", "expected"),
    [
        ("entra", LOCAL, ("entra", "")),
        ("none", AZURE, ("none", "")),
        ("api-key-query", AZURE, ("api-key-query", "AZURE_OPENAI_API_KEY")),
        ("api-key", LOCAL, ("api-key", "AZURE_OPENAI_API_KEY")),
        ("bearer", AZURE, ("bearer", "OPENAI_API_KEY")),
    ],
)
def test_a_setting_overrules_what_is_derived(settings, forced, address, expected):
    given = settings(VOCATIVE_MODEL_AUTH=forced, AZURE_OPENAI_API_KEY="b", OPENAI_API_KEY="a")
    assert way(given, address) == expected


def test_a_forced_token_has_a_scope_also_where_nothing_is_known_of_the_service(settings):
    service = authenticated(service_at(OTHER), settings(VOCATIVE_MODEL_AUTH="entra"))
    assert service.scope == "https://cognitiveservices.azure.com/.default"


def test_a_forced_key_that_is_not_there_is_named(settings):
    with pytest.raises(ConfigurationError, match=r"VOCATIVE_MODEL_AUTH=api-key needs AZURE_VOICELIVE_API_KEY"):
        way(settings(VOCATIVE_MODEL_AUTH="api-key"), VOICE_LIVE)


def test_the_engine_needs_nothing(settings):
    assert authenticated(ENGINE, settings(VOCATIVE_MODEL_AUTH="api-key")) is ENGINE
