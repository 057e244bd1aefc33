"""The engine's calls: their number, their end, and an installation without the packages."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent.engine import calls as module
from agent.engine.calls import Calls
from agent.engine.fault_run import Refusal
from agent.engine.faults import Drop, Faults, Lose, Refuse
from agent.engine.serving import engine_app
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


async def test_calls_that_are_being_answered_count_as_well(new_engine, monkeypatch, phone):
    monkeypatch.setattr(module, "_MOST_CALLS", 1)
    calls, offer = Calls(new_engine()), await phone.offer()
    answers = await asyncio.gather(calls.answer(offer, None), calls.answer(offer, None), return_exceptions=True)
    assert len(calls) == 1
    assert sorted(type(each).__name__ for each in answers) == ["Answer", "WireError"]
    await calls.close()


async def test_faults_strike_calls_as_they_strike_sockets(new_engine, phone, caplog):
    faults = Faults(Refuse(status=429, session=1), Lose(event="response.created"), Drop(event="response.done"))
    calls = Calls(new_engine(faults=faults))
    offer = await phone.offer()
    with pytest.raises(Refusal, match="HTTP 429"):
        await calls.answer(offer, None)
    await phone.accept((await calls.answer(offer, None)).sdp)
    await phone.until("session.created")
    phone.ask("hello")
    async with asyncio.timeout(15):
        await phone.closed.wait()
    assert "response.created" not in {event["type"] for event in phone.events}
    assert "broke down" not in caplog.text
    await calls.close()


async def test_a_call_that_the_faults_refuse_is_refused_over_http_as_a_socket_is(new_engine):
    application = engine_app(new_engine(faults=Faults(Refuse(status=429, retry_after=1))))
    async with TestClient(TestServer(application)) as http, http.post("/v1/realtime/calls", data="v=0") as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "1")
