"""The preview's routes: sessions that we let in, their offers, and their calls of tools."""

from __future__ import annotations

import json

import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent, DialError
from agent.server import Server
from agent.webrtc.calling import Key
from agent.webrtc.preview_calling import PreviewCalling, PreviewUrls
from agent.webrtc.preview_signalling import SESSION_TIME, PreviewSignalling
from tools import tool


@tool
async def look_up(query: str) -> str:
    """Look something up."""
    return f"found {query}"


class Calling(PreviewCalling):
    """A resource that mints and takes offers."""

    fails = False

    async def mint(self):
        if Calling.fails:
            raise DialError("the model at r refused with HTTP 401: the key is missing")
        return Key("ek_secret", 1060)

    async def call(self, key, offer):
        if Calling.fails:
            raise DialError("the model at r refused with HTTP 401: the key is missing")
        assert key == "ek_secret"
        return "v=0 answer to " + offer


@pytest.fixture
async def http(monkeypatch):
    calling = Calling(None, PreviewUrls("", "", "d"), "standard", "verse")
    agent = Agent(instructions="Be brief.", tools=[look_up], name="Test")
    server = Server(agent, None, None, calling=calling)
    assert isinstance(server._signalling, PreviewSignalling)
    now = [1000.0]
    server._signalling._now = lambda: now[0]
    async with TestClient(TestServer(server.application())) as client:
        client.now = now
        yield client
    Calling.fails = False


async def minted(http):
    async with http.post("/v1/realtime/sessions") as response:
        assert response.status == 200
        return await response.json()


async def ran(http, **fields):
    async with http.post("/v1/realtime/tools", json=fields) as response:
        return response.status, await response.json()


async def test_a_session_is_minted_with_all_that_the_browser_has_to_configure_itself(http):
    session = await minted(http)
    assert session["expires_at"] == 1060
    assert session["session"]["instructions"] == "Be brief."
    assert [each["name"] for each in session["session"]["tools"]] == ["look_up"]
    assert session["session"]["modalities"] == ["text", "audio"]
    assert "type" not in session["session"]
    assert session["ready"]["agent"]["name"] == "Test"
    assert session["ready"]["service"] == {"name": "compatible"}
    assert "standard" not in json.dumps(session)
    assert "ek_secret" not in json.dumps(session)


async def test_an_offer_is_taken_within_the_minute_of_its_key_only(http):
    session = await minted(http)
    path = f"/v1/realtime/sessions/{session['id']}/calls"
    async with http.post(path, data="v=0") as response:
        assert (response.status, await response.text()) == (201, "v=0 answer to v=0")
    async with http.post(path, data="hello") as response:
        assert response.status == 400
    http.now[0] = 1061.0
    async with http.post(path, data="v=0") as response:
        assert response.status == 401
    async with http.post("/v1/realtime/sessions/sess_guessed/calls", data="v=0") as response:
        assert response.status == 401


async def test_a_tool_runs_for_a_session_that_was_let_in_and_for_nobody_else(http):
    session = (await minted(http))["id"]
    call = {"call_id": "c1", "name": "look_up", "arguments": '{"query": "it"}'}
    status, done = await ran(http, session=session, **call)
    assert (status, done["output"], done["status"]) == (200, "found it", "completed")
    assert (await ran(http, session="sess_guessed", **call))[0] == 401
    http.now[0] += SESSION_TIME
    assert (await ran(http, session=session, **call))[0] == 401


async def test_what_is_no_call_of_a_tool_is_refused_in_words(http):
    session = (await minted(http))["id"]
    status, answer = await ran(http, session=session, call_id=1, name="look_up", arguments="{}")
    assert (status, "as texts" in answer["error"]["message"]) == (400, True)
    async with http.post("/v1/realtime/tools", data="{") as response:
        assert response.status == 400


async def test_a_page_of_another_site_gets_no_session_and_runs_no_tool(http):
    for path in ("sessions", "sessions/x/calls", "tools"):
        async with http.post(f"/v1/realtime/{path}", headers={"Origin": "https://evil.example"}) as response:
            assert response.status == 403


async def test_a_service_that_refuses_is_named(http):
    session = (await minted(http))["id"]
    Calling.fails = True
    for path in ("sessions", f"sessions/{session}/calls"):
        async with http.post(f"/v1/realtime/{path}", data="v=0") as response:
            assert response.status == 502
            assert "HTTP 401" in (await response.json())["error"]["message"]


async def test_old_sessions_are_forgotten(http):
    await minted(http)
    http.now[0] += SESSION_TIME
    await minted(http)
    async with http.get("/v1/realtime?call_id=x") as response:
        assert response.status == 404


async def test_a_page_configures_itself_in_its_own_language_and_an_unknown_one_is_refused(http):
    async with http.post("/v1/realtime/sessions?lang=ja") as response:
        session = await response.json()
    assert session["session"]["instructions"].endswith("Answer in Japanese unless the user speaks another language.")
    assert session["session"]["input_audio_transcription"]["language"] == "ja"
    assert session["ready"]["language"] == "ja"
    async with http.post("/v1/realtime/sessions?lang=xx") as response:
        assert (response.status, (await response.json())["error"]["code"]) == (400, "invalid_language")
