"""Work that goes on after its call was answered."""

from __future__ import annotations

import asyncio

import pytest

from tools import DefinitionError, HandOff, Later, Result, ToolContext, ToolError, ToolPolicy, Toolset, invoke, tool
from tools.later import STARTED


async def begin(work, started=STARTED, **policy):
    @tool(policy=ToolPolicy(**policy))
    def export() -> Later:
        """Export."""
        return Later(work() if asyncio.iscoroutinefunction(work) else work, started)

    return await invoke(Toolset([export]), "export", "{}", ToolContext())


async def slowly():
    await asyncio.sleep(0)
    return Result("ready", for_client={"url": "/x"})


async def failing():
    raise ToolError("the disk is full")


async def test_the_model_reads_that_it_has_started_and_later_what_came_of_it():
    outcome = await begin(slowly, "It has begun.")
    assert (outcome.output, outcome.ok) == ("It has begun.", True)
    done = await outcome.later()
    assert (done.output, done.for_client, done.later) == ("ready", {"url": "/x"}, None)


async def test_a_function_runs_in_a_thread_and_what_it_gives_is_awaited():
    assert (await (await begin(lambda: 42)).later()).output == "42"
    assert (await (await begin(lambda: slowly())).later()).output == "ready"  # noqa: PLW0108


async def test_what_goes_wrong_later_is_told_as_ever():
    done = await (await begin(failing)).later()
    assert (done.ok, done.error) == (False, "tool_error")
    assert "the disk is full" in done.output


async def test_a_job_hands_over_to_nobody_and_the_model_is_not_told_that_it_did(caplog):
    """When it is done, the conversation has gone on; there is no call any more that could hand it over."""

    async def hands_over():
        return HandOff("Billing")

    done = await (await begin(hands_over)).later()
    assert (done.ok, done.error, done.hand_off) == (False, "bad_result", None)
    assert "Billing" not in done.output
    assert "return the HandOff from the tool itself" in caplog.text


async def test_the_policy_is_for_the_result_and_not_for_the_news_that_it_has_started():
    outcome = await begin(slowly, "It has begun.", destination="client")
    assert outcome.output == "It has begun."
    assert "nobody has seen it" in (await outcome.later()).output


async def test_news_that_cannot_be_sent_do_not_cost_the_job():
    outcome = await begin(slowly, object())
    assert (await outcome.later()).output == "ready"


async def test_a_job_keeps_its_place_until_it_is_done():
    outcome = await begin(slowly, concurrency=1)
    second = asyncio.create_task(begin(slowly, concurrency=1))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not second.done()
    await outcome.later()
    await (await second).later()


def test_work_that_is_none_is_refused():
    with pytest.raises(DefinitionError, match="give a coroutine, or a function"):
        Later(7)
