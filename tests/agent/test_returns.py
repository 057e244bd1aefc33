"""A client whose socket breaks comes back to its session, within a time, with its token, as the same user."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict

from agent import Agent, DialError
from agent.returns import RESUME
from agent.server import EXTENSIONS, Server
from agent.transports.memory import pair
from tests.waiting import until
from tools import tool


class Model:
    """Models that a test plays by hand once they have taken our configuration."""

    def __init__(self):
        self.ends, self.received, self.refuses = [], [], False

    async def connect(self):
        if self.refuses:
            raise DialError("the model refuses for good", 401)
        ours, theirs = pair()
        self.ends.append(theirs)
        await theirs.send(json.dumps({"type": "session.created", "session": {"id": "sess_1"}}))
        await theirs.send(json.dumps({"type": "session.updated", "session": {"id": "sess_1"}}))
        return ours

    async def says(self, kind, **fields):
        await self.ends[-1].send(json.dumps({"type": kind, **fields}))

    async def gets(self, kind):
        async with asyncio.timeout(5):
            while True:
                event = json.loads(await self.ends[-1].receive())
                if event["type"] == kind:
                    return event


@pytest.fixture
def release():
    return asyncio.Event()


@pytest.fixture
async def house(release):
    """A server over real sockets; at the end it holds no session and no task."""
    before, model = asyncio.all_tasks(), Model()

    @tool
    async def slow() -> str:
        """Take a while."""
        await release.wait()
        return "done"

    server = Server(Agent(tools=[slow]), model.connect, None, grace=0.3)
    async with TestClient(TestServer(server.application())) as http:
        http.model, http.ours = model, server
        yield http
    assert not server._hosting.running
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not [task for task in left if "relay" in repr(task) or "_run" in repr(task)]


async def gets(socket, kind):
    async with asyncio.timeout(5):
        while True:
            event = json.loads((await socket.receive()).data)
            if event["type"] == kind:
                return event


async def enter(http, token=None):
    offers = ("realtime", EXTENSIONS) if token is None else ("realtime", EXTENSIONS, RESUME + token)
    return await http.ws_connect("/v1/realtime", protocols=offers)


def breaks(socket):
    socket._response.connection.transport.abort()


async def call(model):
    item = {"id": "f1", "type": "function_call", "call_id": "c1", "name": "slow", "arguments": "{}"}
    await model.says("response.created", response={"id": "r1", "conversation_id": "c"})
    done = {"response_id": "r1", "output_index": 0, "item": item | {"status": "completed"}}
    await model.says("response.output_item.done", **done)
    await model.says("response.done", response={"id": "r1", "status": "completed", "output": []})


async def test_a_client_comes_back_to_its_session_and_is_told_what_it_missed(house, release):
    socket = await enter(house)
    ready = await gets(socket, "extension.ready")
    assert ready["resume"]["grace_ms"] == 300
    await call(house.model)
    await gets(socket, "extension.call.started")
    breaks(socket)
    await asyncio.sleep(0.05)
    release.set()
    assert (await house.model.gets("conversation.item.create"))["item"]["output"] == "done"
    again = await enter(house, ready["resume"]["token"])
    renewed = await gets(again, "extension.ready")
    assert renewed["session_id"] == ready["session_id"]
    assert renewed["resume"]["token"] != ready["resume"]["token"]
    resumed = await gets(again, "extension.resumed")
    assert resumed["complete"]
    assert resumed["missed"] >= 1
    assert (await gets(again, "extension.call.finished"))["call_id"] == "c1"
    await again.send_json({"type": "conversation.item.delete", "item_id": "i1"})
    await house.model.gets("conversation.item.delete")
    assert len(house.model.ends) == 1
    await again.close()


async def test_the_answer_stops_while_nobody_hears_it_and_its_sound_is_not_begun_in_the_middle(house):
    socket = await enter(house)
    ready = await gets(socket, "extension.ready")
    await house.model.says("response.created", response={"id": "r1", "conversation_id": "c"})
    place = {"response_id": "r1", "item_id": "m1", "output_index": 0, "content_index": 0}
    await house.model.says("response.output_audio.delta", **place, delta="AAAA" * 4800)
    await gets(socket, "response.output_audio.delta")
    breaks(socket)
    assert (await house.model.gets("response.cancel"))["response_id"] == "r1"
    assert (await house.model.gets("conversation.item.truncate"))["item_id"] == "m1"
    again = await enter(house, ready["resume"]["token"])
    await gets(again, "extension.resumed")
    await house.model.says("response.output_audio.delta", **place, delta="AAAA")
    await house.model.says("response.done", response={"id": "r1", "status": "cancelled", "output": []})
    assert json.loads((await again.receive()).data)["type"] == "response.done"
    await again.close()


async def test_a_client_that_stays_away_has_no_session_any_more(house):
    socket = await enter(house)
    token = (await gets(socket, "extension.ready"))["resume"]["token"]
    breaks(socket)
    with pytest.raises(Exception, match="closed"):
        await house.model.gets("nothing more")
    again = await enter(house, token)
    assert (await gets(again, "error"))["error"]["code"] == "not_resumable"
    assert (
        await again.receive()
    ).extra == "there is no session to resume: its time is over, it has ended, or the token was used; start anew"


async def test_a_token_is_good_once_and_a_wrong_one_opens_nothing(house):
    socket = await enter(house)
    token = (await gets(socket, "extension.ready"))["resume"]["token"]
    second = await enter(house, token)
    await gets(second, "extension.resumed")
    for worthless in (token, "guessed"):
        refused = await enter(house, worthless)
        assert (await gets(refused, "error"))["error"]["code"] == "not_resumable"
    assert (await socket.receive()).extra == "you are connected anew", "the old connection is closed"
    await second.close()


async def test_a_client_that_leaves_in_an_orderly_way_ends_its_session(house):
    socket = await enter(house)
    await gets(socket, "extension.ready")
    await socket.close()
    with pytest.raises(Exception, match="closed"):
        await house.model.gets("nothing more")


async def test_a_stock_client_has_no_token_and_its_session_ends_with_its_socket(house):
    socket = await house.ws_connect("/v1/realtime", protocols=("realtime",))
    assert "resume" not in await gets(socket, "session.created")
    breaks(socket)
    with pytest.raises(Exception, match="closed"):
        await house.model.gets("nothing more")


async def test_a_token_lets_nobody_begin_a_session_where_none_may_begin(house):
    house.ours._door.admissions.drain(0.0, 20.0)
    with pytest.raises(WSServerHandshakeError) as refused:
        await house.ws_connect("/v1/realtime", protocols=("realtime", RESUME + "guessed"))
    assert refused.value.status == 400
    assert (await gets(await enter(house, "guessed"), "error"))["error"]["code"] == "not_resumable"
    # Two header lines say the same as one.
    lines = [("Sec-WebSocket-Protocol", f"realtime, {EXTENSIONS}"), ("Sec-WebSocket-Protocol", RESUME + "guessed")]
    socket = await house.ws_connect("/v1/realtime", headers=CIMultiDict(lines))
    assert (await gets(socket, "error"))["error"]["code"] == "not_resumable"
    assert not house.model.ends


async def test_a_session_that_has_just_ended_takes_nobody_back(house, monkeypatch):
    """A client that is cut off reads no farewell; meanwhile it comes back, and must not find a session that is dead."""
    monkeypatch.setattr("agent.transports.websocket.CLOSE_TIME", 3600)
    socket = await enter(house)
    token = (await gets(socket, "extension.ready"))["resume"]["token"]
    connection = socket._response.connection
    connection.transport.pause_reading()
    house.model.refuses = True
    await house.model.ends[-1].close()
    (relay,) = house.ours._hosting.returns._relays.values()
    await until(lambda: relay.over)
    again = await enter(house, token)
    assert (await gets(again, "error"))["error"]["code"] == "not_resumable"
    connection.transport.abort()


async def test_a_server_that_stops_waits_for_nobody(house):
    socket = await enter(house)
    await gets(socket, "extension.ready")
    breaks(socket)
