"""The tools that the server offers the model are those of the user who calls."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent import Agent
from agent.server import Server
from agent.transports.memory import pair
from tools import ToolPolicy, User, tool


@tool
def greet() -> str:
    """Greet."""
    return "hello"


@tool(policy=ToolPolicy(enabled_when=lambda user: user is not None and "staff" in user.groups, barge_in="cancel"))
def dismiss(name: str) -> str:
    """Dismiss somebody."""
    return name


AGENT = Agent(tools=[greet, dismiss], tool_choice="dismiss")


@pytest.mark.parametrize(
    ("user", "names", "choice"),
    [
        (User("a", groups=("staff",)), ["greet", "dismiss"], {"type": "function", "name": "dismiss"}),
        (User("b"), ["greet"], "auto"),
        (None, ["greet"], "auto"),
    ],
)
async def test_the_model_sees_the_tools_of_the_user_who_calls(user, names, choice):
    theirs, client = pair()
    upstream, model = pair()

    async def connect():
        return upstream

    serving = asyncio.create_task(Server(AGENT, connect, None).serve(theirs, extensions=True, user=user))
    async with asyncio.timeout(5):
        await model.send(json.dumps({"type": "session.created", "session": {}}))
        session = json.loads(await model.receive())["session"]
    assert [each["name"] for each in session["tools"]] == names
    assert session["tool_choice"] == choice
    await client.close()
    await serving


def test_the_rules_of_a_session_are_those_of_the_policies():
    rules = AGENT.session_config(extensions=True).rules
    assert rules["dismiss"].cancels
    assert rules["greet"].idempotent
    assert not rules["greet"].cancels
