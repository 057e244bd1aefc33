"""Client secrets: valid for their time, and nothing that begins like one passes for a standard key."""

from __future__ import annotations

import itertools

import pytest

from agent.engine.secrets import Secrets
from agent.engine.wire_errors import WireError


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def secrets(clock):
    counter = itertools.count(1)
    return Secrets(lambda kind: f"{kind}_{next(counter)}", lambda: clock[0])


def test_a_secret_is_good_until_it_expires(secrets, clock):
    secret = secrets.mint({"type": "realtime"}, 60)
    assert secret.expires_at == 1060
    assert secrets.find(secret.value) is secret
    assert secret.value not in repr(secret)
    clock[0] = 1060.0
    with pytest.raises(WireError, match="expired"):
        secrets.find(secret.value)


def test_a_key_that_is_no_client_secret_is_not_judged(secrets):
    assert secrets.find("sk-standard") is None
    assert secrets.find("") is None


def test_expired_secrets_are_forgotten_and_valid_ones_bounded(secrets, clock, monkeypatch):
    monkeypatch.setattr("agent.engine.secrets._MOST", 2)
    for _ in range(2):
        secrets.mint({}, 10)
    with pytest.raises(WireError, match="Too many"):
        secrets.mint({}, 10)
    clock[0] += 11
    secrets.mint({}, 10)
