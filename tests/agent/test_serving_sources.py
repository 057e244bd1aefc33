"""The server opens what an agent declares, refuses in words what cannot be opened, and tells the model of changes."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import ClientSession, WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent
from agent.cast import Cast
from agent.server import EXTENSIONS, Server
from agent.testing import Script, Stage
from tests.agent.test_server import model, received  # noqa: F401  (a fixture)
from tests.waiting import until
from tools import DynamicToolset, PerProcess, PerSession, SourceError, Toolset, tool


class Board(DynamicToolset):
    """A board on which tools are written while sessions run."""

    def __init__(self, *, shut=False):
        super().__init__()
        self.log, self.shut, self.tools = [], shut, Toolset()

    @property
    def toolset(self):
        return self.tools

    async def open(self):
        self.log.append("open")
        if self.shut:
            raise SourceError("the board is locked: ask the caretaker")

    async def close(self):
        self.log.append("close")

    @tool
    def write(self, name: str) -> str:
        """Write a tool on the board."""
        self.tools = Toolset([tool(name=name, description="New.")(lambda: f"{name} was used")])
        self.changed()
        return "written"


async def test_a_session_whose_tools_cannot_be_opened_is_refused_in_words():
    async def connect():
        raise AssertionError("no model is dialled for it")

    server = Server(Agent(tools=[PerSession(lambda: Board(shut=True))]), connect, None)
    async with (
        TestServer(server.application()) as running,
        ClientSession() as http,
        http.ws_connect(running.make_url("/v1/realtime"), protocols=(EXTENSIONS,)) as socket,
    ):
        error = json.loads((await socket.receive(timeout=5)).data)["error"]
        assert error["code"] == "assistant_unavailable"
        assert error["message"] == "the board is locked: ask the caretaker"
        closed = await socket.receive(timeout=5)
        assert (closed.type, closed.data) == (WSMsgType.CLOSE, 1011)


async def test_what_all_share_is_opened_before_the_first_caller_and_closed_with_the_server():
    board = Board()
    server = Server(Agent(tools=[board, PerSession(Board)], handoffs=[Agent(name="B", tools=[board])]), None, None)
    await server.prepare()
    assert board.log == ["open"]
    await server.close()
    assert board.log == ["open", "close"]


async def test_a_session_that_was_being_begun_when_the_assistant_was_reloaded_keeps_the_tools_it_was_given(model):  # noqa: F811
    dialled, go_on = asyncio.Event(), asyncio.Event()

    async def connect():
        dialled.set()
        await go_on.wait()
        return await model.connect()

    former, latter = Board(), Board()
    server = Server(Agent(tools=[former]), connect, None)
    await server.prepare()
    async with TestClient(TestServer(server.application())) as http, asyncio.timeout(10):
        async with http.ws_connect("/v1/realtime") as socket:
            await dialled.wait()
            await server.adopt(Agent(tools=[latter]))
            go_on.set()
            await received(socket, "session.created")
            assert (former.log, latter.log) == (["open"], ["open"])
        await until(lambda: former.log == ["open", "close"])
        assert latter.log == ["open"]


async def test_a_server_that_closes_waits_for_no_session_that_has_been_given_up():
    former, latter = Board(), Board()
    agent = Agent(tools=[former])
    server = Server(agent, None, None)
    await server.prepare()
    await Cast.open(agent, server._sharing.shared, None, extensions=False)
    await server.adopt(Agent(tools=[latter]))
    async with asyncio.timeout(10):
        await server.close()
    assert former.log == latter.log == ["open", "close"]


async def test_what_all_share_and_cannot_be_opened_keeps_the_server_from_starting():
    with pytest.raises(SourceError, match="locked"):
        await Server(Agent(tools=[PerProcess(lambda: Board(shut=True))]), None, None).prepare()


async def test_two_tools_of_one_name_keep_the_server_from_starting_where_that_can_be_known():
    board = Board()
    board.tools = Toolset([tool(name="transfer_to_b", description="Ours.")(lambda: "no")])
    agent = Agent(name="A", tools=[board], handoffs=[Agent(name="B")])
    server = Server(agent, None, None)
    with pytest.raises(SourceError, match="two tools have the name 'transfer_to_b'"):
        await server.prepare()
    await server.close()


@pytest.mark.slow
def test_a_tool_that_comes_while_a_session_runs_is_offered_to_the_model_and_called():
    board, script = Board(), Script()
    script.when("write").calls("write", name="lamp").then_says("It is there.")
    script.when("use").calls("lamp").then_says(lambda outputs: outputs[0])
    with Stage(script=script) as stage:
        caller = stage.caller(Agent(tools=[board, board.write]))
        caller("Please write.").expect_call("write")
        # The client is shown the model's acknowledgement, as of any change of its session.
        if not any(event["type"] == "session.updated" for event in caller.events):
            caller.waits_for("session.updated")
        caller("Please use it.").expect_answer(contains="lamp was used")
    assert board.log == ["open", "close"]
