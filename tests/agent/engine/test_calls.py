"""The engine's calls: their number, their end, and an installation without the packages."""

from __future__ import annotations

import pytest

from agent.engine import calls as module
from agent.engine.calls import Calls
from agent.engine.wire_errors import WireError
from tests.rtc import Phone, offer_loopback


@pytest.fixture
async def phone(monkeypatch):
    offer_loopback(monkeypatch)
    phone = Phone()
    yield phone
    await phone.hang_up()


async def test_without_the_packages_it_says_what_to_install(new_engine, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(WireError, match=r"pip install 'vocative\[webrtc\]'"):
        await Calls(new_engine()).answer("v=0", None)


async def test_there_is_a_bound_on_calls(new_engine, monkeypatch):
    monkeypatch.setattr(module, "_MOST_CALLS", 0)
    with pytest.raises(WireError, match="already"):
        await Calls(new_engine()).answer("v=0", None)


async def test_a_configuration_that_cannot_be_takes_no_call(new_engine):
    calls = Calls(new_engine())
    with pytest.raises(WireError):
        await calls.answer("v=0", {"color": "red"})
    assert len(calls) == 0


async def test_closing_ends_every_call(new_engine, phone):
    calls = Calls(new_engine())
    await phone.accept((await calls.answer(await phone.offer(), None)).sdp)
    await phone.until("session.created")
    await calls.close()
    assert len(calls) == 0
