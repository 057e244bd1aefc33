"""Calls with the official SDK, unmodified: against the engine, and through our server."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import TestServer
from openai import AsyncOpenAI

from agent import Agent
from agent.engine.parts import Call
from agent.engine.runtime import Engine
from agent.engine.serving import engine_app
from agent.server import Server
from agent.webrtc.engine_calling import EngineCalling
from tests.agent.engine.conftest import LoudnessEars, ScriptedReasoner
from tests.rtc import HummingVoice, Phone, offer_loopback
from tools import tool


@tool
async def look_up(query: str) -> str:
    """Look something up."""
    return "forty two"


def answer(said):
    return [Call("look_up", '{"query": "it"}')] if said == "ask" else ["Forty two."]


@pytest.fixture
async def engine(monkeypatch):
    offer_loopback(monkeypatch)
    engine = Engine(LoudnessEars(), HummingVoice(), ScriptedReasoner(answer))
    yield engine
    await engine.close()


@pytest.fixture
async def phone():
    phone = Phone()
    yield phone
    await phone.hang_up()


@pytest.fixture
def sdk_for():
    def make(server, key):
        return AsyncOpenAI(api_key=key, base_url=f"http://{server.host}:{server.port}/v1", max_retries=0)

    return make


async def test_the_sdk_mints_calls_joins_and_hangs_up_at_the_engine(engine, phone, sdk_for):
    async with TestServer(engine_app(engine)) as server, sdk_for(server, "sk-any") as sdk:
        session = {"type": "realtime", "instructions": "Be brief."}
        secret = await sdk.realtime.client_secrets.create(session=session, expires_after={"seconds": 60})
        assert secret.session.instructions == "Be brief."
        async with sdk_for(server, secret.value) as browser:
            made = await browser.realtime.calls.with_raw_response.create(sdp=await phone.offer())
        await phone.accept(made.http_response.text)
        call_id = made.headers["Location"].rpartition("/")[2]
        assert (await phone.until("session.created"))["session"]["instructions"] == "Be brief."
        async with sdk.realtime.connect(call_id=call_id) as sideband:
            assert (await sideband.recv()).session.instructions == "Be brief."
            await sideband.response.create()
            async for event in sideband:
                if event.type == "output_audio_buffer.stopped":
                    break
        await sdk.realtime.calls.hangup(call_id)
        await asyncio.wait_for(phone.closed.wait(), 10)


async def test_the_sdk_brings_configuration_and_offer_in_one_form(engine, phone, sdk_for):
    async with TestServer(engine_app(engine)) as server, sdk_for(server, "sk-any") as sdk:
        session = {"type": "realtime", "instructions": "Be kind."}
        await phone.accept((await sdk.realtime.calls.create(sdp=await phone.offer(), session=session)).text)
        assert (await phone.until("session.created"))["session"]["instructions"] == "Be kind."


async def test_the_sdk_calls_through_our_server_and_finds_that_the_tools_work(engine, phone, sdk_for):
    agent, calling = Agent(instructions="Never tell this.", tools=[look_up]), EngineCalling(engine)
    application = Server(agent, None, None, calling=calling).application()
    async with TestServer(application) as server, sdk_for(server, "none") as sdk:
        secret = await sdk.realtime.client_secrets.create(session={"type": "realtime", "instructions": "Be evil."})
        assert secret.session.instructions is None
        async with sdk_for(server, secret.value) as browser:
            made = await browser.realtime.calls.with_raw_response.create(sdp=await phone.offer())
        await phone.accept(made.http_response.text)
        async with sdk.realtime.connect(call_id=made.headers["Location"].rpartition("/")[2]) as companion:
            assert (await companion.recv()).type == "session.created"
            item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "ask"}]}
            await companion.conversation.item.create(item=item)
            await companion.response.create()
            said, kinds = [], set()
            async with asyncio.timeout(20):
                async for event in companion:
                    kinds.add(event.type)
                    if event.type == "response.output_audio_transcript.done":
                        said.append(event.transcript)
                    if event.type == "output_audio_buffer.stopped":
                        break
        assert said == ["Forty two."]
        assert not any(kind.startswith("extension.") for kind in kinds)  # it did not ask for them
    await calling.close()
