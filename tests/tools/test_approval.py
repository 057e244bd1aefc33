"""Who approves a call, and that nothing runs before that."""

from __future__ import annotations

import asyncio
import json

import pytest

from tools import ToolContext, ToolPolicy, Toolset, User, invoke, tool


def paying(**options):
    paid = []

    @tool(policy=ToolPolicy(approval=True, **options))
    def pay(amount: int, to: str = "nobody") -> str:
        """Pay."""
        paid.append(amount)
        return "paid"

    return Toolset([pay]), paid


async def test_a_client_that_can_ask_is_asked_and_the_tool_runs_after_that():
    tools, paid = paying()
    asked, asking, answer = [], asyncio.Event(), asyncio.Event()

    async def ask(arguments):
        asked.append(json.loads(arguments))
        asking.set()
        await answer.wait()

    running = asyncio.create_task(invoke(tools, "pay", '{"amount": 5}', ToolContext(ask=ask)))
    await asking.wait()
    assert (asked, paid) == ([{"amount": 5}], [])
    answer.set()
    assert (await running).output == "paid"


async def test_nobody_is_asked_about_arguments_that_cannot_be_used():
    async def ask(_arguments):
        raise AssertionError

    tools, _ = paying()
    outcome = await invoke(tools, "pay", '{"amount": "much"}', ToolContext(ask=ask))
    assert outcome.error == "invalid_arguments"


async def test_a_client_that_cannot_ask_is_refused_and_a_spoken_yes_is_not_asked_for():
    tools, paid = paying()
    outcome = await invoke(tools, "pay", '{"amount": 5}', ToolContext())
    assert (outcome.error, paid) == ("approval_unavailable", [])
    assert "do not ask for a spoken yes" in outcome.output


@pytest.mark.parametrize("verdict", [True, False, "yes"])
@pytest.mark.parametrize("plain", [True, False])
async def test_an_approver_on_the_server_decides_where_the_client_cannot(verdict, plain):
    requests = []

    async def slow(request):
        requests.append(request)
        return verdict

    def quick(request):
        requests.append(request)
        return verdict

    tools, paid = paying(approver=quick if plain else slow)
    user = User("ann")
    outcome = await invoke(tools, "pay", '{"amount": 5}', ToolContext("s1", "c1", user))
    request = requests[0]
    assert (request.tool, request.arguments, request.user) == ("pay", {"amount": 5}, user)
    assert (request.session_id, request.call_id) == ("s1", "c1")
    assert paid == ([5] if verdict is True else [])
    assert outcome.error == (None if verdict is True else "approval_denied")


async def test_an_approver_that_fails_approves_nothing():
    def broken(_request):
        raise ZeroDivisionError

    tools, paid = paying(approver=broken)
    outcome = await invoke(tools, "pay", '{"amount": 5}', ToolContext())
    assert (outcome.error, paid) == ("exception", [])


async def test_a_context_without_anybody_to_ask_asks_nobody():
    await ToolContext().ask_approval("{}")
