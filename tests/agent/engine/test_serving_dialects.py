"""The engine's four addresses on a socket: each client in its dialect; and what goes wrong there on request."""

from __future__ import annotations

import json

import aiohttp
import pytest
from aiohttp import web

from agent.engine.faults import Drop, Expire, Faults, Refuse, Reject
from agent.engine.serving import engine_app
from tests.agent.engine.faced import check_preview


@pytest.fixture
async def serve(new_engine):
    runners = []

    async def start(**options):
        runners.append(web.AppRunner(engine_app(new_engine(**options))))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runners[-1].addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def converse(socket):
    """Ask something; the events up to the end of the answer."""
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}
    await socket.send_str(json.dumps({"type": "conversation.item.create", "item": item}))
    await socket.send_str(json.dumps({"type": "response.create"}))
    events = []
    while not events or events[-1]["type"] != "response.done":
        events.append(await socket.receive_json(timeout=10))
    return events


@pytest.mark.parametrize(
    ("path", "headers", "model"),
    [
        ("/openai/realtime?api-version=2025-04-01-preview&deployment=mine", {}, "mine"),
        ("/v1/realtime?model=mine", {"OpenAI-Beta": "realtime=v1"}, "mine"),
    ],
)
async def test_a_preview_client_hears_preview_from_the_first_event_to_the_last(serve, http, path, headers, model):
    async with http.ws_connect(await serve() + path, headers=headers) as socket:
        events = await converse(socket)
    for event in events:
        check_preview(event)
    assert events[0]["session"]["model"] == model
    kinds = {event["type"] for event in events}
    assert {"conversation.item.created", "response.audio.delta", "response.audio_transcript.done"} <= kinds


async def test_a_voice_live_client_hears_voice_live(serve, http):
    async with http.ws_connect(await serve() + "/voice-live/realtime?api-version=2026-07-15&model=m") as socket:
        events = await converse(socket)
    assert events[0]["session"]["voice"] == {"name": "alloy", "type": "openai"}
    assert "response.audio.delta" in {event["type"] for event in events}


async def test_a_refused_handshake_is_an_http_answer_with_a_reason(serve, http):
    address = await serve(faults=Faults(Refuse(status=429, retry_after=2, times=1)))
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(address + "/v1/realtime")
    assert refused.value.status == 429
    assert refused.value.headers["Retry-After"] == "2"
    async with http.ws_connect(address + "/v1/realtime") as socket:
        assert (await socket.receive_json())["type"] == "session.created"


@pytest.mark.parametrize("status", [401, 404, 503])
async def test_a_refusal_says_what_it_is_in_json(serve, http, status):
    address = await serve(faults=Faults(Refuse(status=status)))
    async with http.get(address + "/openai/realtime") as answer:
        assert answer.status == status
        assert "Retry-After" not in answer.headers
        assert (await answer.json())["error"]["code"] == str(status)


@pytest.mark.parametrize(("code", "seen"), [(1006, 1006), (1011, 1011)])
async def test_a_dropped_connection_ends_with_or_without_a_close_frame(serve, http, code, seen):
    address = await serve(faults=Faults(Drop(event="session.created", code=code, reason="bad day")))
    async with http.ws_connect(address + "/v1/realtime") as socket:
        assert (await socket.receive_json())["type"] == "session.created"
        await socket.receive(timeout=5)
        assert socket.close_code == seen


async def test_an_expiring_session_says_when_and_closes_with_1001(serve, http):
    address = await serve(faults=Faults(Expire(after_s=0.1, session=1)))
    async with http.ws_connect(address + "/openai/realtime") as socket:
        created, error = [json.loads(message.data) async for message in socket]
        assert error["error"]["code"] == "session_expired"
        assert socket.close_code == 1001
    async with http.ws_connect(address + "/openai/realtime") as socket:
        assert (await socket.receive_json())["session"]["expires_at"] - created["session"]["expires_at"] > 3000


async def test_a_rejected_field_is_named_in_the_clients_dialect(serve, http):
    address = await serve(faults=Faults(Reject(field="session.audio.output.voice")))
    async with http.ws_connect(address + "/openai/realtime") as socket:
        await socket.receive_json()
        await socket.send_str(json.dumps({"type": "session.update", "session": {"voice": "verse"}}))
        error = (await socket.receive_json())["error"]
        assert (error["code"], error["param"]) == ("unknown_parameter", "session.voice")
        assert error["message"] == "Unknown parameter: 'session.voice'."
