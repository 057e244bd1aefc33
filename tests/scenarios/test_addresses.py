"""The same conversations with the engine at the services' own paths, dialled as those services are dialled."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestServer

from agent import Agent
from agent.config import Settings
from agent.core.dialect import DIALECTS
from agent.engine.serving import engine_app
from agent.services.choice import choose
from agent.upstreams import upstream
from tests.e2e.stage import check, play
from tests.scenarios.recorded import get_weather, scenario_of
from tests.scenarios.scripted import ScriptedModels, engine_of

PATHS = {
    "/v1/realtime?model=mine": "compatible",
    "/openai/v1/realtime?model=mine": "azure",
    "/openai/realtime?api-version=2025-04-01-preview&deployment=mine": "azure-preview",
    "/voice-live/realtime?model=mine": "voice-live",
}
TALKS = ["openai_ws__tool_call_round", "openai_ws__message_history_seeding", "openai_ws__audio_in_server_vad_turn"]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """No settings but these: a service that was reached by its address gets a key that opens nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("AZURE_OPENAI_API_KEY", "AZURE_VOICELIVE_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "any-key-will-do")


def no_engine():
    raise AssertionError("the engine is reached by its address")


@pytest.mark.parametrize("client", sorted(DIALECTS))
@pytest.mark.parametrize("path", PATHS, ids=PATHS.values())
@pytest.mark.parametrize("name", TALKS)
async def test_what_was_recorded_goes_the_same_way_at_every_address(name, path, client):
    talk = scenario_of(name)
    models = ScriptedModels(talk)
    async with TestServer(engine_app(engine_of(talk, models))) as server:
        address = str(server.make_url("/")).replace("http", "ws", 1).rstrip("/") + path
        profile = choose(address, Settings()).profile
        assert profile == PATHS[path]
        async with upstream(address, Settings(), no_engine) as connect:
            agent = Agent(tools=[get_weather])
            played = await play(talk, agent, connect, voice=models.sound, profile=profile, client=client)
    check(talk, *played)
    assert played[1].answered <= models.read, "an output that no response has seen"
    assert not models.needless, "an answer given twice"
