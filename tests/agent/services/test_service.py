"""Service: how it is described, and that no description holds a secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.dialect import DIALECTS
from agent.services.address import service_at
from agent.services.service import AUTHENTICATIONS, ENGINE, KINDS, unknown

SECRETIVE = "wss://me:hunter2@r.openai.azure.com/openai/v1/realtime?model=d&api-key=hunter3"


def test_no_description_of_an_address_shows_a_password_or_key():
    service = service_at(SECRETIVE)
    for told in (repr(service), service.shown, service.host, service.describe()):
        assert "hunter" not in told
    assert service.shown == "wss://r.openai.azure.com/openai/v1/realtime?model=d&api-key=***"
    assert "hunter2" in service.url


def test_the_description_tells_service_model_host_and_as_whom():
    service = replace(service_at("https://r.openai.azure.com/?model=d"), authentication="entra", chosen_by="me")
    assert service.describe() == (
        "Azure OpenAI, deployment d at r.openai.azure.com, signed in with Microsoft Entra ID, without a key "
        "(chosen by me)"
    )
    assert ENGINE.describe() == "the embedded engine"


@pytest.mark.parametrize("way", AUTHENTICATIONS)
def test_every_way_to_say_who_we_are_has_words(way):
    assert replace(unknown("ws://h/"), authentication=way, key_name="K").describe_authentication()


def test_every_kind_of_service_speaks_a_dialect_that_there_is():
    assert set(KINDS) == {"openai", "azure", "azure-preview", "voice-live", "engine", "compatible"}
    assert {kind.dialect for kind in KINDS.values()} <= set(DIALECTS)


def test_an_address_that_is_none_can_still_be_talked_about():
    assert unknown("ws://[bad/x").host == "its address"
    assert unknown("ws://[bad/x").shown == "its address"
    assert unknown("").host == "its address"
