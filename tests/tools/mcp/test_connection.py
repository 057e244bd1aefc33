"""MCP servers on stdio and over HTTP: calls, progress, cancellation, changes, death and return."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools import McpServer, Progress, ToolContext, ToolPolicy, Toolset, User, invoke, tool
from tools.mcp import connection
from tools.opening import OpenTools, Shared

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
WORKSHOP, OLD = str(HERE / "workshop.py"), str(HERE / "old_server.py")


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.05)


@contextlib.asynccontextmanager
async def opened(server, user=None):
    async with asyncio.timeout(30), await server.make(user) as tools:
        yield tools


def workshop(**options):
    return McpServer.stdio(sys.executable, [WORKSHOP], name="shop", connect_timeout_s=30, **options)


def garden(**options):
    return McpServer.stdio(sys.executable, [OLD], name="garden", connect_timeout_s=30, **options)


async def call(tools, name, context=None, **arguments):
    return await invoke(tools.toolset, name, json.dumps(arguments), context or ToolContext())


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(happened):
    while not happened():  # noqa: ASYNC110  (another process does it)
        await asyncio.sleep(0.01)


async def changed(tools):
    """Wait for the next change of the tools."""
    event = asyncio.Event()
    undo = tools.watch(event.set)
    await event.wait()
    undo()


async def back(tools, name, **arguments):
    """Call until the server is there again; it is asked whenever the loop is free, and gives words meanwhile."""
    while True:
        outcome = await call(tools, name, **arguments)
        if outcome.ok:
            return outcome
        assert "cannot be reached" in outcome.output
        await asyncio.sleep(0.01)


async def test_a_tool_is_called_told_of_and_answered_for():
    async with opened(workshop(allow=["double", "saw", "photograph", "break_it"])) as tools:
        assert tools.toolset.names == ("shop_double", "shop_saw", "shop_photograph", "shop_break_it")
        assert tools.toolset.get("shop_double").definition()["parameters"]["properties"]["number"]["type"] == "integer"
        assert (await call(tools, "shop_double", number=21)).output == "42"
        failed = await call(tools, "shop_break_it")
        assert not failed.ok
        assert "the saw is blunt" in failed.output
        pictures = await call(tools, "shop_photograph")
        assert "Here it is." in pictures.output
        assert "A picture is shown to the caller." in pictures.output
        assert [each["type"] for each in pictures.for_client["content"]] == ["image", "resource_link"]
        said = []
        context = ToolContext(emit=said.append)
        assert (await call(tools, "shop_saw", context, planks=2)).ok
        assert said == [Progress("plank 1", 0.5), Progress("plank 2", 1.0)]


async def test_a_call_that_is_cancelled_ends_at_the_server_too(tmp_path):
    sign = tmp_path / "sign"
    async with opened(workshop()) as tools:
        task = asyncio.create_task(call(tools, "shop_hang", sign=str(sign)))
        await until(sign.exists)
        task.cancel()
        await until(sign.with_name("sign.cancelled").exists)
        assert (await call(tools, "shop_double", number=1)).output == "2"


async def test_a_server_that_dies_in_a_call_or_between_calls_gives_words_and_comes_back(caplog):
    """The session never ends for it."""
    async with opened(workshop()) as tools:
        outcome = await call(tools, "shop_die")
        assert not outcome.ok
        assert "'shop'" in outcome.output
        assert "cannot be reached" in outcome.output
        first = int((await back(tools, "shop_pid")).output)
        os.kill(first, signal.SIGKILL)
        again = int((await _other(tools, first)).output)
        assert again != first
        assert alive(again)
    assert not alive(again), "a server must not outlive us"
    assert "has ended; it is tried again" in caplog.text


async def _other(tools, first):
    while (outcome := await back(tools, "shop_pid")).output == str(first):  # noqa: ASYNC110  (its end is not told yet)
        await asyncio.sleep(0.01)
    return outcome


async def test_a_new_tool_of_a_server_is_listed():
    async with opened(workshop()) as tools:
        waiting = asyncio.create_task(changed(tools))
        await asyncio.sleep(0)
        await call(tools, "shop_buy", tool="hammer")
        await waiting
        assert "shop_hammer" in tools.toolset


async def test_a_server_of_the_handshakes_days_works_as_well(caplog):
    async with opened(garden()) as tools:
        names = tools.toolset.names
        assert len(names) == 2, "the page after the first one, and a name that it lists twice, once"
        assert names[0].startswith("garden_plant_tree_now_")
        planted = tools.toolset.get(names[0]).definition()
        assert "$ref" not in json.dumps(planted)
        assert (await call(tools, names[0], root={"a": 1})).output == '{"root":{"a":1}}'
        waiting = asyncio.create_task(changed(tools))
        await asyncio.sleep(0)
        assert (await call(tools, "garden_water")).output == "watered"
        await waiting
        assert tools.toolset.get("garden_harvest").description == "Bring it in"
        assert "nothing is ripe" in (await call(tools, "garden_harvest")).output
    assert "two tools have the name" in caplog.text


async def test_a_tool_that_breaks_its_own_promise_costs_nobody_else_the_server(caplog):
    """The connection is whole, and the calls of others run on it."""
    server = McpServer.stdio(sys.executable, [OLD, "scales"], name="garden", connect_timeout_s=30)
    async with opened(server) as tools:
        growing = asyncio.create_task(call(tools, "garden_grow"))
        await asyncio.sleep(0)
        assert (await call(tools, "garden_weigh", kg=3)).output == '{"kg":3}'
        for _ in range(2):
            broken = await call(tools, "garden_weigh", kg="Mrs Robinson")
            assert (broken.ok, broken.error) == (False, "tool_error")
            assert "'weigh'" in broken.output
            assert "not what it promises" in broken.output
        assert (await call(tools, "garden_rain")).output == "grown"
        assert (await growing).output == "grown"
    assert "MCP server garden: what 'weigh' returned" in caplog.text
    assert "Robinson" not in caplog.text
    assert "has ended" not in caplog.text


@pytest.mark.parametrize("asks", [True, False])
async def test_who_decides_on_a_call_sees_its_arguments_as_the_model_gave_them(asks):
    seen = []

    async def ask(arguments):
        seen.append(json.loads(arguments))

    def approver(request):
        seen.append(request.arguments)
        return request.arguments["kg"] < 5

    policies = {"weigh": ToolPolicy(approval=True, approver=approver)}
    server = McpServer.stdio(sys.executable, [OLD, "scales"], name="garden", connect_timeout_s=30, policies=policies)
    async with opened(server) as tools:
        context = ToolContext(ask=ask if asks else None)
        assert (await call(tools, "garden_weigh", context, kg=3)).output == '{"kg":3}'
        assert seen == [{"kg": 3}]
        if not asks:
            assert (await call(tools, "garden_weigh", kg=7)).error == "approval_denied"


async def test_only_allowed_tools_are_offered_and_a_name_that_is_not_there_is_told(caplog):
    async with opened(workshop(allow=["double", "hammer"], deny=["saw"], prefix=False)) as tools:
        assert tools.toolset.names == ("double",)
    assert "has no tool hammer" in caplog.text
    policies = {"die": ToolPolicy(approval=True), "doubel": ToolPolicy(approval=True)}
    async with opened(workshop(deny=["die", "hnag"], policies=policies)) as tools:
        assert "shop_die" not in tools.toolset
        assert "shop_double" in tools.toolset
    # Else the tool would run unapproved, or stand there for all to call, and nobody would know.
    assert "has no tool doubel, hnag" in caplog.text


async def test_servers_that_list_tools_of_one_name_and_of_ours_leave_the_first_and_ours(caplog):
    @tool
    def double(number: int) -> str:
        """Double a number, as we do it."""
        return f"twice {number}"

    servers = [
        McpServer.stdio(sys.executable, [WORKSHOP], name=name, prefix=False, allow=allow, connect_timeout_s=30)
        for name, allow in (("shop", ["double", "saw"]), ("yard", ["saw", "whisper"]))
    ]
    shared = Shared()
    try:
        async with asyncio.timeout(60):
            session = await OpenTools.open(Toolset([double]), servers, shared)
        assert session.toolset.names == ("double", "saw", "whisper")
        outcome = await invoke(session.toolset, "double", '{"number": 4}', ToolContext())
        assert outcome.output == "twice 4"
        assert (await invoke(session.toolset, "saw", '{"planks": 1}', ToolContext())).output == "1 planks"
    finally:
        await shared.close()
    assert "tool mcp.shop:double is left out, since its name 'double' is that of tool tests.tools" in caplog.text
    assert "tool mcp.yard:saw is left out, since its name 'saw' is that of tool mcp.shop:saw" in caplog.text


async def test_stderr_goes_to_the_log_without_the_callers_words(caplog):
    caplog.set_level(logging.INFO)
    async with opened(workshop()) as tools:
        await call(tools, "shop_whisper", words="Mrs Robinson")
        await until(lambda: "ladders" in caplog.text)
    assert "complaint about … … and ladders" in caplog.text
    assert "Robinson" not in caplog.text


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (McpServer.stdio("no-such-program-here", name="x"), "there is no program 'no-such-program-here'"),
        (McpServer.http("http://127.0.0.1:9/mcp", name="x"), "cannot be used"),
        (McpServer.stdio(sys.executable, ["-c", "print('hello')"], name="x"), "it is tried again"),
    ],
)
async def test_a_server_that_cannot_be_reached_costs_a_session_its_tools_and_nothing_else(server, words, caplog):
    async with opened(server) as tools:
        assert len(tools.toolset) == 0
    assert words in caplog.text


async def test_a_server_that_never_answers_is_not_waited_for():
    slow = McpServer.stdio(sys.executable, ["-c", "import sys; sys.stdin.read()"], name="x", connect_timeout_s=0.05)
    async with opened(slow) as tools:
        assert len(tools.toolset) == 0


@pytest.fixture
def address():
    """The workshop over HTTP, in a process of its own."""
    with contextlib.ExitStack() as stack:

        def start():
            process = subprocess.Popen([sys.executable, WORKSHOP, "http"], stdout=subprocess.PIPE, text=True)
            stack.callback(process.stdout.close)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process, f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"

        yield start


async def test_the_same_over_http_with_headers_of_the_user(address):
    process, url = address()

    async def headers(user):
        return {"X-Caller": user.id if user else "nobody"}

    server = McpServer.http(url, name="web", headers=headers, per_session=True, connect_timeout_s=1)
    async with opened(server, User("ada")) as tools:
        while not len(tools.toolset):  # it has said its port before it listens
            await changed(tools)
        assert (await call(tools, "web_double", number=4)).output == "8"
        assert (await call(tools, "web_who")).output == "ada"
        said = []
        await call(tools, "web_saw", ToolContext(emit=said.append), planks=1)
        assert said == [Progress("plank 1", 1.0)]
        waiting = asyncio.create_task(changed(tools))
        await asyncio.sleep(0)
        await call(tools, "web_buy", tool="level")
        await waiting
        assert "web_level" in tools.toolset
        process.kill()
        process.wait()
        outcome = await call(tools, "web_double", number=4)
        assert "cannot be reached" in outcome.output
