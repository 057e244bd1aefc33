"""Reloading: what was edited is taken over for new sessions, and a mistake leaves everything as it was."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent
from agent.errors import ConfigurationError
from agent.loading import file_of, load_agent, read_instructions, reload_agent
from agent.reloading import Reloading
from agent.server import Server
from tests.agent.test_server import model, received  # noqa: F401  (a fixture)
from tools import DynamicToolset, Toolset

TEXT = "from agent import Agent\nNOTE = '{0}'\ndef look_up() -> str:\n    '''Look.'''\n    return NOTE\n"
TEXT += "agent = Agent(name='Hotel', instructions='{0}', tools=[look_up])\n"


@asynccontextmanager
async def session(http):
    async with http.ws_connect("/v1/realtime", protocols=("realtime", "vocative.v1")) as socket:
        await received(socket, "extension.ready")
        yield socket


async def test_running_sessions_keep_their_instructions_and_new_ones_get_the_new(module, model):  # noqa: F811
    app = module(TEXT.format("old")) + ":agent"
    server, said = Server(load_agent(app), model.connect, None), []
    reloading = Reloading(lambda: reload_agent(app), server.adopt, [], said.append)
    async with TestClient(TestServer(server.application())) as http, session(http):
        before = len(model.received)
        file_of(app).write_text(TEXT.format("new"))
        await reloading.reload()
        assert len(model.received) == before, "a running session was told something"
        async with session(http):
            assert model.received[-1]["session"]["instructions"] == "new"
    assert [event["session"]["instructions"] for event in model.received] == ["old", "new"]
    assert said == ["reloaded: new sessions are 'Hotel' as it is now"]


@pytest.mark.parametrize(
    "mistake",
    [
        "agent = (\n",
        "1 / 0\n",
        "agent = 7\n",
        "from agent import Agent\nagent = Agent(instructions='')\n",
        "import sys\nsys.exit('set HOTEL_KEY')\n",
    ],
)
async def test_a_module_with_a_mistake_keeps_the_former_and_the_log_says_where_it_is(module, caplog, mistake):
    app = module(TEXT.format("old")) + ":agent"
    former, adopted = load_agent(app), []

    async def adopt(agent):
        adopted.append(agent)

    file_of(app).write_text(mistake)
    await Reloading(lambda: reload_agent(app), adopt, [], print).reload()
    assert adopted == []
    assert "not reloaded, new sessions go on with the former: " in caplog.text
    assert load_agent(app) is former


def test_the_functions_of_running_sessions_keep_what_they_knew_when_their_module_is_run_anew(module):
    app = module(TEXT.format("old")) + ":agent"
    former = load_agent(app)
    file_of(app).write_text(TEXT.format("new"))
    anew = reload_agent(app)
    assert [next(iter(one.toolset)).function() for one in (former, anew)] == ["old", "new"]


async def test_an_assistant_whose_tools_cannot_be_opened_any_more_is_not_taken_over(model, caplog):  # noqa: F811
    server = Server(Agent(name="Former"), model.connect, None)
    reloading = Reloading(lambda: Agent(handoffs=["Nobody"]), server.adopt, [], print)
    async with TestClient(TestServer(server.application())) as http:
        await reloading.reload()
        async with http.ws_connect("/v1/realtime", protocols=("realtime", "vocative.v1")) as socket:
            assert (await received(socket, "extension.ready"))["agent"]["name"] == "Former"
    assert "hands over to 'Nobody'" in caplog.text


class Board(DynamicToolset):
    """Tools that all sessions share; it writes down when they are opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.log = []

    @property
    def toolset(self):
        return Toolset()

    async def open(self):
        self.log.append("open")

    async def close(self):
        self.log.append("close")


async def test_a_caller_who_is_being_put_through_during_a_reload_keeps_the_tools_they_were_promised(model):  # noqa: F811
    former, dialled, answers = Board(), asyncio.Event(), asyncio.Event()

    async def connect():
        dialled.set()
        await answers.wait()
        return await model.connect()

    server = Server(Agent(tools=[former]), connect, None)
    await server.prepare()
    async with TestClient(TestServer(server.application())) as http:
        calling = asyncio.create_task(http.ws_connect("/v1/realtime", protocols=("realtime", "vocative.v1")))
        await dialled.wait()
        await server.adopt(Agent(tools=[Board()]))
        answers.set()
        async with await calling as socket:
            await received(socket, "extension.ready")
            assert former.log == ["open"]
    assert former.log == ["open", "close"]


async def test_a_file_is_watched_also_when_another_one_is_put_in_its_place(tmp_path):
    prompt, read = tmp_path / "prompt.md", asyncio.Queue()
    prompt.write_text("one")

    async def adopt(agent):
        read.put_nowait(agent.instructions)

    reloading = Reloading(lambda: Agent(instructions=read_instructions(prompt)), adopt, [prompt], lambda _text: None)
    async with reloading.watched(True), asyncio.timeout(30):
        for text in ("two", "three"):
            (tmp_path / "new").write_text(text)
            (tmp_path / "new").replace(prompt)
            assert await read.get() == text


def test_instructions_that_cannot_be_used_are_refused_in_words(tmp_path):
    path = tmp_path / "prompt.md"
    with pytest.raises(ConfigurationError, match=r"--instructions .*prompt\.md: it cannot be read \("):
        read_instructions(path)
    path.write_text(" \n")
    with pytest.raises(ConfigurationError, match="it is empty: say in a sentence"):
        read_instructions(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="save it as UTF-8"):
        read_instructions(path)
    path.write_text("\ufeffBe brief.\n", encoding="utf-8")
    assert read_instructions(path) == "Be brief."
