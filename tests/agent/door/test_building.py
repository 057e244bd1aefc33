"""From settings to a door; and no door is built for a house that nobody guards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.door.building import build_door
from agent.door.settings import DoorSettings
from agent.errors import ConfigurationError
from tests.agent.door.issuer import AUDIENCE, TENANT

KEY = "k" * 20


def settings(**said):
    return DoorSettings.model_validate({f"VOCATIVE_{name}": value for name, value in said.items()})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_nothing_has_to_be_set(host):
    rules = build_door(settings(), host).rules
    assert not rules.authenticates
    assert not rules.open_to_all


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.7", "assistant.example"])
def test_where_others_reach_it_somebody_has_to_sign_in(host):
    with pytest.raises(ConfigurationError, match=r"nobody would have to sign in.*VOCATIVE_API_KEYS.*--no-auth"):
        build_door(settings(), host)


@pytest.mark.parametrize(
    "said",
    [{"API_KEYS": KEY}, {"ENTRA_TENANT": TENANT, "ENTRA_AUDIENCE": AUDIENCE}, {"EASY_AUTH": "true"}],
)
def test_each_way_to_sign_in_is_enough(said):
    assert build_door(settings(**said), "0.0.0.0").rules.authenticates


def test_a_secret_alone_is_no_way_to_sign_in():
    with pytest.raises(ConfigurationError):
        build_door(settings(SECRET="s" * 32), "0.0.0.0")


def test_whoever_wants_to_let_everybody_in_says_so():
    assert build_door(settings(), "0.0.0.0", no_auth=True).rules.open_to_all


def test_everything_that_is_set_arrives():
    door = build_door(
        settings(
            API_KEYS=KEY,
            SECRET="s" * 32,
            ENTRA_TENANT=f"{TENANT.upper()}",
            ENTRA_AUDIENCE=f"{AUDIENCE} api://x",
            ENTRA_SCOPES="Voice.Use",
            ENTRA_AUTHORITY="https://login.microsoftonline.us/",
            EASY_AUTH="1",
            EASY_AUTH_MINUTES="5",
            TICKET_SESSION_MINUTES="10",
            ALLOWED_ORIGINS="https://a.example",
            MAX_SESSIONS="1",
            MAX_SESSIONS_PER_USER="2",
            AUDIO_BYTES_PER_SECOND="3",
            AUDIO_BURST_BYTES="4",
            CONTROL_MESSAGES_PER_SECOND="5",
            CONTROL_MESSAGES_BURST="6",
            MAX_MESSAGE_BYTES="7",
            IDLE_MINUTES="8",
            MAX_SESSION_MINUTES="9",
            RECHECK_MINUTES="10",
        ),
        "0.0.0.0",
        ["https://b.example"],
    )
    rules, limits = door.rules, door.rules.limits
    assert rules.secret == b"s" * 32
    assert (rules.entra.tenants, rules.entra.audiences) == ((TENANT,), (AUDIENCE, "api://x"))
    assert rules.entra.keys_url.startswith("https://login.microsoftonline.us/1111")
    assert rules.entra.scopes == ("Voice.Use",)
    assert (rules.easy_auth_s, rules.ticket_session_s) == (300, 600)
    assert rules.origins.lists("https://a.example")
    assert rules.origins.lists("https://b.example")
    assert (limits.sessions, limits.sessions_per_user, limits.audio_bytes_per_s, limits.burst_bytes) == (1, 2, 3, 4)
    assert (limits.control_per_s, limits.control_burst, limits.message_bytes) == (5, 6, 7)
    assert (limits.idle_s, limits.duration_s, limits.recheck_s) == (480, 540, 600)


def test_without_a_secret_each_process_has_its_own():
    assert build_door(settings(), "::1").rules.secret != build_door(settings(), "::1").rules.secret
    assert len(build_door(settings(), "::1").rules.secret) == 32


@pytest.mark.parametrize("authority", ["http://login.example", "login.microsoftonline.com", "ftp://x", ""])
def test_keys_are_fetched_over_tls_only(authority):
    with pytest.raises(ConfigurationError, match="VOCATIVE_ENTRA_AUTHORITY"):
        build_door(settings(ENTRA_TENANT=TENANT, ENTRA_AUDIENCE=AUDIENCE, ENTRA_AUTHORITY=authority), "::1")


def test_half_of_entras_settings_is_refused():
    with pytest.raises(ConfigurationError, match="belong together"):
        build_door(settings(ENTRA_AUDIENCE=AUDIENCE), "::1")


def test_the_defaults_of_settings_and_limits_are_the_same_but_for_the_lag():
    from agent.door.building import _limits
    from agent.door.limits import Limits

    # Whoever makes a server in a process with other work decides what lag is too much; `vocative run` does by itself.
    assert _limits(settings()) == replace(Limits(), lag_s=0.2)
