"""What the operator says about where sessions are kept, and what is said about it when it cannot be."""

from __future__ import annotations

import sys

import pytest

from agent.config import Settings
from agent.errors import ConfigurationError
from agent.sessions.opening import open_shared
from agent.sessions.redis_ledger import RedisLedger
from agent.sessions.redis_places import RedisPlaces


async def test_without_an_address_sessions_are_shared_with_nobody(monkeypatch):
    custody, ledger, places = open_shared(Settings())
    assert ledger is places is None
    assert not custody.shared
    assert custody.trouble == ""
    await custody.start()
    assert await custody.spend("n", 1.0)
    await custody.close()


async def test_the_command_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("VOCATIVE_SESSIONS_URL", "no address")
    monkeypatch.setenv("VOCATIVE_SESSIONS_KEY", f"{'n' * 32}, {'o' * 32}")
    custody, ledger, places = open_shared(Settings(), "unix:///tmp/nowhere.sock")
    assert isinstance(ledger, RedisLedger)
    assert isinstance(places, RedisPlaces)
    assert custody.shared
    assert len(custody._seal._ciphers) == 2
    with pytest.raises(ConfigurationError, match="VOCATIVE_SESSIONS_URL"):
        open_shared(Settings())


def test_a_key_that_is_too_short_is_refused_and_not_repeated(monkeypatch):
    monkeypatch.setenv("VOCATIVE_SESSIONS_KEY", "short-secret")
    with pytest.raises(ConfigurationError, match=r"VOCATIVE_SESSIONS_KEY is too short: .* 32 characters") as caught:
        Settings()
    assert "short-secret" not in str(caught.value)


async def test_without_the_extra_the_command_that_installs_it_is_told(monkeypatch):
    monkeypatch.delitem(sys.modules, "agent.sessions.redis_store", raising=False)
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'vocative\[redis\]'"):
        open_shared(Settings(), "redis://localhost")
