"""`vocative check` opens the tools of an agent: what is there, what is left out, what is away."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agent import Agent
from agent.checkup import Checkup
from agent.tools_check import check_tools
from tools import McpServer, PerSession, SourceError, tool

pytestmark = pytest.mark.slow

WORKSHOP = str(Path(__file__).parents[1] / "tools" / "mcp" / "workshop.py")


@tool
def shop_double(number: int) -> int:
    """Double a number."""
    return number * 2


def workshop(**options):
    return McpServer.stdio(sys.executable, [WORKSHOP], name="shop", connect_timeout_s=30, **options)


async def checked(agent):
    checkup = Checkup()
    await check_tools(checkup, agent)
    return checkup


async def test_tools_that_have_to_be_opened_are_counted_and_a_name_that_is_taken_is_told():
    one = Agent(name="One", tools=[shop_double, workshop(allow=["double", "saw"])], handoffs=[Agent(name="Two")])
    checkup = await checked(one)
    assert [(step.name, step.ok, step.said) for step in checkup.steps] == [("tools", True, "One has 3 tools")]
    (note,) = checkup.notes
    assert note.startswith("One: tool mcp.shop:double is left out, since its name 'shop_double' is that of tool ")
    assert "McpServer(name=…)" in note
    assert checkup.code == 0


async def test_a_server_that_is_away_is_told():
    away = McpServer.stdio("no-such-program-here", name="x")
    slow = McpServer.stdio(sys.executable, ["-c", "import sys; sys.stdin.read()"], name="y", connect_timeout_s=0.05)
    checkup = await checked(Agent(name="One", handoffs=[Agent(name="Two", tools=[away, slow])]))
    assert checkup.code == 1
    assert [step.said for step in checkup.steps] == [
        "Two: MCP server x cannot be used: there is no program 'no-such-program-here'",
        "Two: MCP server y has not answered within 0.05 s",
    ]


async def test_tools_that_cannot_be_opened_are_told():
    def locked():
        raise SourceError("the board is locked: ask the caretaker")

    checkup = await checked(Agent(name="One", tools=[PerSession(locked)]))
    assert [(step.ok, step.said) for step in checkup.steps] == [(False, "One: the board is locked: ask the caretaker")]
    assert checkup.code == 1


async def test_where_nothing_is_opened_nothing_is_said():
    checkup = await checked(Agent(tools=[shop_double]))
    assert (checkup.steps, checkup.notes, checkup.code) == ([], [], 0)
