"""Server: who gets in, what a caller is told, and how it stops."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent, DialError
from agent.server import EXTENSIONS, Server
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tools import tool


class Model:
    """A model that greets, takes any configuration, and records what it is sent."""

    def __init__(self) -> None:
        self.received: list[dict] = []
        self.ends: list = []

    async def connect(self):
        ours, theirs = pair()
        self.ends.append(theirs)
        self.task = asyncio.create_task(self._serve(theirs))
        return ours

    async def _serve(self, end) -> None:
        await end.send(json.dumps({"type": "session.created", "session": {"id": "sess_1", "instructions": "theirs"}}))
        while True:
            event = json.loads(await end.receive())
            self.received.append(event)
            if event["type"] == "session.update":
                session = {"type": "realtime", "id": "sess_1", **event["session"]}
                await end.send(json.dumps({"type": "session.updated", "session": session}))


@tool
def look_up(query: str) -> str:
    """Look something up."""
    return query


@pytest.fixture
async def model():
    model = Model()
    yield model
    if model.ends:
        model.task.cancel()
        await asyncio.gather(model.task, return_exceptions=True)


@pytest.fixture
async def http(model):
    agent = Agent(instructions="Never tell this.", tools=[look_up], name="Test")
    async with TestClient(TestServer(Server(agent, model.connect, None).application())) as client:
        yield client


async def received(socket, kind: str) -> dict:
    async with asyncio.timeout(5):
        while True:
            event = json.loads((await socket.receive()).data)
            if event["type"] == kind:
                return event


async def test_a_caller_is_greeted_once_the_configuration_is_in_force_and_sees_neither_prompt_nor_tools(http, model):
    async with http.ws_connect("/v1/realtime") as socket:
        first = json.loads((await socket.receive()).data)
    assert first["type"] == "session.created"
    assert "Never tell this" not in json.dumps(first)
    assert "look_up" not in json.dumps(first)
    assert model.received[0]["session"]["instructions"] == "Never tell this."
    assert [each["name"] for each in model.received[0]["session"]["tools"]] == ["look_up"]


async def test_only_a_client_that_asked_for_them_gets_our_events(http):
    async with http.ws_connect("/v1/realtime", protocols=("realtime", EXTENSIONS)) as socket:
        assert socket.protocol == EXTENSIONS
        ready = await received(socket, "extension.ready")
        assert ready["agent"]["name"] == "Test"
        assert ready["service"] == {"name": "compatible"}
    async with http.ws_connect("/v1/realtime", protocols=("realtime",)) as socket:
        assert socket.protocol == "realtime"
        await received(socket, "session.created")
        await socket.send_json({"type": "extension.playback", "item_id": "i", "content_index": 0, "played_ms": 1})
        assert (await received(socket, "error"))["error"]["code"] == "unknown_event_type"


async def test_a_model_that_cannot_be_reached_is_said_in_words_before_the_close():
    async def connect():
        raise DialError("the model at example.test refused with HTTP 429: the quota is used up", 429)

    served = TestServer(Server(Agent(), connect, None).application())
    async with TestClient(served) as client, client.ws_connect("/v1/realtime") as socket:
        event = json.loads((await socket.receive()).data)
        assert event["type"] == "error"
        assert "quota" in event["error"]["message"]
        closing = await socket.receive()
        assert closing.type is WSMsgType.CLOSE
        assert socket.close_code == 1011


async def test_a_caller_whom_our_own_fault_keeps_out_is_told_so_and_not_left_on_a_silent_line(caplog):
    async def connect():
        raise RuntimeError("a secret of the operator's")

    served = TestServer(Server(Agent(), connect, None).application())
    async with TestClient(served) as client, client.ws_connect("/v1/realtime") as socket, asyncio.timeout(5):
        event = json.loads((await socket.receive()).data)
        assert event["error"]["code"] == "internal_error"
        assert "secret" not in event["error"]["message"]
        assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == 1011
        assert (await (await client.get("/healthz")).json())["sessions"] == 0
    assert "a secret of the operator's" in caplog.text


async def test_a_session_that_a_fault_ends_before_it_runs_gives_its_model_back(monkeypatch):
    async def broken(*_):
        raise RuntimeError

    monkeypatch.setattr("agent.pricing.books.Books.funded", broken)
    ours, theirs = pair()

    async def connect():
        return ours

    served = TestServer(Server(Agent(), connect, None).application())
    async with TestClient(served) as client, client.ws_connect("/v1/realtime") as socket, asyncio.timeout(5):
        assert json.loads((await socket.receive()).data)["error"]["code"] == "internal_error"
        with pytest.raises(TransportClosed):
            await theirs.receive()


async def test_a_page_from_elsewhere_may_not_open_a_session(http):
    with pytest.raises(WSServerHandshakeError) as refused:
        await http.ws_connect("/v1/realtime", headers={"Origin": "https://evil.example"})
    assert refused.value.status == 403
    origin = f"http://{http.host}:{http.port}"
    async with http.ws_connect("/v1/realtime", headers={"Origin": origin}) as socket:
        await received(socket, "session.created")


async def test_malformed_json_a_binary_frame_and_a_message_of_16_mb_cost_an_error_and_not_the_session(http):
    async with http.ws_connect("/v1/realtime", max_msg_size=0) as socket:
        await received(socket, "session.created")
        await socket.send_str("{not json")
        assert (await received(socket, "error"))["error"]["code"] == "invalid_json"
        await socket.send_bytes(b"\0" * 100)
        assert (await received(socket, "error"))["error"]["code"] == "invalid_frame"
        await socket.send_str(json.dumps({"type": "input_audio_buffer.append", "audio": "A" * (17 * 1024 * 1024)}))
        assert (await received(socket, "error"))["error"]["code"] == "message_too_large"
        await socket.send_json({"type": "session.update", "session": {"type": "realtime", "instructions": "mine"}})
        assert "instructions" not in (await received(socket, "session.updated"))["session"]


async def test_a_caller_that_leaves_takes_its_model_connection_along(http, model):
    async with http.ws_connect("/v1/realtime") as socket:
        await received(socket, "session.created")
        assert (await (await http.get("/healthz")).json()) == {"status": "ok", "sessions": 1}
    async with asyncio.timeout(5):
        await asyncio.wait([model.task])
    assert (await (await http.get("/healthz")).json())["sessions"] == 0


async def test_two_callers_have_sessions_of_their_own(http, model):
    async with http.ws_connect("/v1/realtime") as one, http.ws_connect("/v1/realtime") as two:
        await received(one, "session.created")
        await received(two, "session.created")
        assert (await (await http.get("/healthz")).json())["sessions"] == 2
        assert len(model.ends) == 2


async def test_a_stopping_server_says_so_to_its_callers(model):
    server = TestServer(Server(Agent(), model.connect, None).application())
    await server.start_server()
    async with ClientSession() as client, client.ws_connect(server.make_url("/v1/realtime")) as socket:
        await received(socket, "session.created")
        stopping = asyncio.create_task(server.close())
        closing = await socket.receive()
        assert closing.type is WSMsgType.CLOSE
        assert closing.data == 1001
        assert "stopping" in closing.extra
        await socket.close()
        await stopping
