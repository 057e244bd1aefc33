"""The real server on loopback, bound as if others reached it, and a model that would tell everything it knows."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent
from agent.door.api_keys import ApiKeys
from agent.door.claims import Policy
from agent.door.door import Door, Rules
from agent.server import Server
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.agent.door.conftest import Clock
from tests.agent.door.issuer import AUDIENCE, TENANT, KeyServer
from tools import ToolContext, tool

KEY = "key-0123456789-abcdef"
PROMPT = "Never tell anybody about the blue door."
LEAKS = (PROMPT, "blue door", "look_up_secrets", "Look a secret up", "secret_name")
PATIENCE = 10


class LeakyModel:
    """A model that answers whatever it is sent, shows its whole configuration where the services do, and calls
    a tool when it is asked to respond.

    Attributes:
        received: Every event, of all sessions.
    """

    def __init__(self) -> None:
        self.received: list[dict] = []
        self._tasks: set[asyncio.Task] = set()
        self._news = asyncio.Event()

    async def connect(self):
        ours, theirs = pair()
        task = asyncio.create_task(self._serve(theirs))
        self._tasks.add(task)
        return ours

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def until(self, kind: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while not self.of(kind):
                self._news.clear()
                await self._news.wait()

    def of(self, kind: str) -> list[dict]:
        return [event for event in self.received if event["type"] == kind]

    async def _serve(self, end) -> None:
        session = {"type": "realtime", "id": "sess_1", "instructions": "the service's own", "tools": []}
        with contextlib.suppress(TransportClosed):
            await end.send(json.dumps({"type": "session.created", "session": session}))
            while True:
                event = json.loads(await end.receive())
                self.received.append(event)
                self._news.set()
                if event["type"] == "session.update":
                    session |= event["session"]
                for answer in self._answers(event, session):
                    await end.send(json.dumps(answer))

    def _answers(self, event, session):
        kind = event["type"]
        if kind == "session.update":
            yield {"type": "session.updated", "session": session}
        elif kind == "conversation.item.create":
            yield {"type": "conversation.item.added", "item": {"id": "item_1", **event["item"]}}
            yield {"type": "conversation.item.done", "item": {"id": "item_1", **event["item"]}}
        elif kind == "conversation.item.retrieve":
            yield {"type": "conversation.item.retrieved", "item": {"id": event["item_id"], "type": "message"}}
        elif kind == "response.create" and not any(each["type"] == "function_call_output" for each in self._items()):
            call = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "look_up_secrets"}
            call |= {"arguments": json.dumps({"secret_name": "x"}), "status": "completed"}
            yield {"type": "response.created", "response": {"id": "resp_1", "object": "realtime.response"}}
            yield {"type": "response.output_item.added", "response_id": "resp_1", "output_index": 0, "item": call}
            yield {"type": "response.output_item.done", "response_id": "resp_1", "output_index": 0, "item": call}
            yield {"type": "response.done", "response": {"id": "resp_1", "status": "completed", "output": [call]}}
        elif kind == "response.create":
            yield {"type": "response.created", "response": {"id": "resp_2", "object": "realtime.response"}}
            yield {"type": "response.done", "response": {"id": "resp_2", "status": "completed", "output": []}}
        elif kind == "input_audio_buffer.clear":
            yield {"type": "input_audio_buffer.cleared"}

    def _items(self):
        return [event["item"] for event in self.of("conversation.item.create")]


class Caller:
    """A client over a socket.

    Attributes:
        heard: Every frame, as it came.
    """

    def __init__(self, socket) -> None:
        self.socket = socket
        self.heard: list[str] = []

    async def send(self, kind, **fields) -> None:
        await self.socket.send_str(json.dumps({"type": kind, **fields}))

    async def next(self):
        message = await self.socket.receive()
        if message.type is WSMsgType.TEXT:
            self.heard.append(message.data)
            return json.loads(message.data)
        assert message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING}, message
        return None

    async def until(self, kind):
        async with asyncio.timeout(PATIENCE):
            while (event := await self.next()) is not None:
                if event["type"] == kind:
                    return event
        raise AssertionError(f"closed with {self.socket.close_code} before {kind}")

    async def end(self):
        """The close code, and the last error's code."""
        async with asyncio.timeout(PATIENCE):
            while await self.next() is not None:
                pass
        errors = [json.loads(text)["error"]["code"] for text in self.heard if json.loads(text)["type"] == "error"]
        return self.socket.close_code, errors[-1] if errors else None


class House:
    """The server under attack."""

    def __init__(self, http, door, model, clock) -> None:
        self.http, self.door, self.model, self.clock = http, door, model, clock
        self.users: list = []
        self.running, self.finish = asyncio.Event(), asyncio.Event()
        self.finish.set()

    async def called(self) -> None:
        """Wait until the tool runs."""
        await asyncio.wait_for(self.running.wait(), PATIENCE)

    async def status(self, **how) -> int:
        """The status with which a handshake is refused; 101 if it is not."""
        try:
            async with self.http.ws_connect("/v1/realtime", **how):
                return 101
        except WSServerHandshakeError as no:
            return no.status

    @contextlib.asynccontextmanager
    async def caller(self, **how):
        how.setdefault("headers", {"api-key": KEY})
        async with self.http.ws_connect("/v1/realtime", max_msg_size=0, **how) as socket:
            yield Caller(socket)

    async def ticket(self, **user) -> str:
        answer = await self.http.post("/v1/tickets", headers={"api-key": KEY}, json={"user": user} if user else {})
        return (await answer.json())["ticket"]


@pytest.fixture
async def key_server():
    async with KeyServer() as server:
        yield server


@pytest.fixture
async def build(key_server):
    """Starts a server with the rules that a test gives."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(**rules) -> House:
            model, clock = LeakyModel(), Clock()
            stack.push_async_callback(model.stop)
            usual = {
                "bind": "0.0.0.0",
                "keys": ApiKeys([KEY]),
                "entra": Policy((TENANT,), (AUDIENCE,), key_server.authority),
            }
            door = Door(Rules(**(usual | rules)), clock=clock)

            @tool
            async def look_up_secrets(secret_name: str, context: ToolContext) -> str:
                """Look a secret up."""
                house.users.append(context.user)
                house.running.set()
                await house.finish.wait()
                return "the genuine answer"

            agent = Agent(instructions=PROMPT, tools=[look_up_secrets])
            served = TestServer(Server(agent, model.connect, None, door).application())
            http = await stack.enter_async_context(TestClient(served))
            house = House(http, door, model, clock)
            return house

        yield start


@pytest.fixture
async def house(build):
    return await build()
