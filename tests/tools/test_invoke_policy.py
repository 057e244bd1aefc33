"""What a policy does to calls: how often, how many at once, and what is written down."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from tools import RateLimit, ToolContext, ToolError, ToolPolicy, Toolset, User, invoke, tool


async def test_a_user_may_have_a_tool_run_so_often_and_the_model_learns_when_again():
    @tool(policy=ToolPolicy(rate_limit=RateLimit(1, 1000)))
    def limited() -> str:
        return "done"

    tools = Toolset([limited])
    ann, bob = (ToolContext(user=User(name)) for name in ("ann", "bob"))
    assert (await invoke(tools, "limited", "{}", ann)).ok
    refused = await invoke(tools, "limited", "{}", ann)
    assert refused.error == "rate_limited"
    assert "again in 1000 s" in refused.output
    assert (await invoke(tools, "limited", "{}", bob)).ok
    assert (await invoke(tools, "limited", "{}", ToolContext("s1"))).ok
    assert (await invoke(tools, "limited", "{}", ToolContext("s2"))).ok
    assert not (await invoke(tools, "limited", "{}", ToolContext("s2"))).ok


@pytest.mark.parametrize(
    ("limits", "at_once"),
    [({}, 4), ({"session_concurrency": 1}, 2), ({"concurrency": 3}, 3), ({"concurrency": 1}, 1)],
)
async def test_so_many_calls_run_at_once_in_a_session_and_in_the_process(limits, at_once):
    running, most, go = 0, 0, asyncio.Event()

    @tool(policy=ToolPolicy(**limits))
    async def work() -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await go.wait()
        running -= 1
        return "done"

    tools = Toolset([work])
    calls = [asyncio.create_task(invoke(tools, "work", "{}", ToolContext(name))) for name in ("a", "a", "b", "b")]
    for _ in range(20):
        await asyncio.sleep(0)
    go.set()
    outcomes = await asyncio.gather(*calls)
    assert most == at_once
    assert all(outcome.ok for outcome in outcomes)


async def test_a_call_that_is_given_up_while_it_waits_never_runs():
    go, ran = asyncio.Event(), []

    @tool(policy=ToolPolicy(concurrency=1))
    async def work(name: str) -> str:
        ran.append(name)
        await go.wait()
        return name

    tools = Toolset([work])
    first, second = (asyncio.create_task(invoke(tools, "work", f'{{"name": "{n}"}}', ToolContext())) for n in "ab")
    for _ in range(10):
        await asyncio.sleep(0)
    second.cancel()
    go.set()
    await asyncio.gather(first, second, return_exceptions=True)
    assert ran == ["a"]


@pytest.mark.parametrize(("redact", "shown"), [(True, False), (False, True), (("card",), False)])
async def test_the_log_shows_of_a_call_what_its_policy_lets_it(caplog, redact, shown):
    @tool(policy=ToolPolicy(redact=redact))
    def pay(card: str) -> dict[str, str]:
        return {"card": card, "state": "paid"}

    with caplog.at_level(logging.DEBUG, "tools.invoke"):
        await invoke(Toolset([pay]), "pay", '{"card": "4111"}', ToolContext("s1", "c1"))
    assert ("4111" in caplog.text) is shown
    assert ("paid" in caplog.text) is (redact is not True)
    assert "session s1, call c1" in caplog.text


async def test_what_a_tool_says_of_its_failure_is_no_longer_than_what_it_may_say_at_all():
    """Such as the whole page that a web server answers with; a model's service may end the session for it."""

    @tool(policy=ToolPolicy(max_chars=50))
    def fetch() -> str:
        raise ToolError("no " * 100_000)

    outcome = await invoke(Toolset([fetch]), "fetch", "{}", ToolContext())
    message = json.loads(outcome.output)["error"]["message"]
    assert message.startswith("no no no")
    assert message.endswith("[truncated: 50 of 300000 characters shown]")
    assert len(message) < 120
