"""The relay keeps to policies: approval before a call runs, jobs after it was answered."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.agent.by_hand import houses
from tools import Later, ToolPolicy, tool


@pytest.fixture
async def house():
    async with houses() as make:
        yield make


async def test_a_tool_that_needs_approval_runs_once_the_client_has_given_it(house):
    paid = []

    @tool(policy=ToolPolicy(approval=True))
    def pay(amount: int) -> str:
        paid.append(amount)
        return "paid"

    at = await house(pay)
    await at.call("pay", arguments='{"amount": 5}')
    asked = await at.client_gets("extension.tool.approval_requested")
    assert (asked["arguments"], paid) == ('{"amount": 5}', [])
    await at.client_says("extension.tool.approval", call_id="c1", decision="approve")
    assert (await at.client_gets("extension.call.finished"))["status"] == "completed"
    assert paid == [5]


async def test_a_tool_that_is_not_approved_never_runs(house):
    paid = []

    @tool(policy=ToolPolicy(approval=True))
    def pay() -> str:
        paid.append(1)
        return "paid"

    at = await house(pay)
    await at.call("pay")
    await at.client_gets("extension.tool.approval_requested")
    await at.client_says("extension.tool.approval", call_id="c1", decision="deny")
    assert (await at.client_gets("extension.call.finished"))["status"] == "denied"
    assert paid == []


async def test_a_stock_client_is_refused_what_needs_approval_and_told_nothing(house):
    @tool(policy=ToolPolicy(approval=True))
    def pay() -> str:
        return "paid"

    at = await house(pay, extensions=False)
    await at.call("pay")
    item = (await at.model_gets("conversation.item.create"))["item"]
    assert json.loads(item["output"])["error"]["code"] == "approval_unavailable"


async def test_a_job_is_answered_at_once_and_its_result_follows_with_one_response(house):
    done = asyncio.Event()

    async def work():
        await done.wait()
        return "ready"

    @tool
    def export() -> Later:
        return Later(work(), started="It has begun.")

    at = await house(export)
    await at.call("export")
    assert (await at.model_gets("conversation.item.create"))["item"]["output"] == "It has begun."
    await at.model_says("response.done", response={"id": "r1", "status": "completed", "output": []})
    await at.model_gets("response.create")
    await at.model_says("response.created", response={"id": "r2", "conversation_id": "c"})
    await at.model_says("response.done", response={"id": "r2", "status": "completed", "output": []})
    done.set()
    note = (await at.model_gets("conversation.item.create"))["item"]
    assert (note["role"], note["content"][0]["text"][-5:]) == ("system", "ready")
    await at.model_gets("response.create")


async def test_a_job_ends_with_its_session(house):
    stopped = asyncio.Event()

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    @tool
    def export() -> Later:
        return Later(work())

    at = await house(export)
    await at.call("export")
    await at.model_gets("conversation.item.create")
    await at.client.close()
    await at.running
    assert stopped.is_set()
