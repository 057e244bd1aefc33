"""Hand-offs that go wrong, or come together: the session goes on, with one agent and nothing left open."""

from __future__ import annotations

import asyncio

import pytest

from agent import Agent
from agent.cast import Cast
from tools import DynamicToolset, HandOff, PerSession, SourceError, ToolContext, Toolset, tool
from tools.opening import Shared


@tool
def hours() -> str:
    """Tell the hours."""
    return "nine to five"


@tool
def invoice() -> str:
    """Tell the total."""
    return "42 euros"


async def opened(agent):
    return await Cast.open(agent, Shared(), None, extensions=True)


async def run(cast, name):
    return await cast.invoke(name, "{}", ToolContext())


def names(config):
    return [each["name"] for each in config.session["tools"]]


@pytest.mark.parametrize("error", [KeyError("secret"), ZeroDivisionError()])
async def test_tools_that_cannot_be_chosen_for_the_user_leave_the_caller_where_they_are(error, caplog):
    """Whoever wrote the function may have let anything be raised; a hand-off must not cost the session."""

    def choose(_user):
        raise error

    cast = await opened(Agent(name="Desk", tools=[hours], handoffs=[Agent(name="Billing", tools=choose)]))
    outcome, config = await cast.hand_over(await run(cast, "transfer_to_billing"))
    assert config is None
    assert (outcome.ok, outcome.error) == (False, "hand_off_failed")
    assert type(error).__name__ in outcome.output
    assert "secret" not in outcome.output
    assert "choose" in caplog.text, "the operator sees where"
    assert (await run(cast, "hours")).ok


class Opening(DynamicToolset):
    """Tools that open when a test lets them, and remember how often they were opened and closed."""

    def __init__(self, log, may_open=None, fails=False):
        super().__init__()
        self.log, self.may_open, self.fails = log, may_open, fails

    @property
    def toolset(self):
        return Toolset([invoice])

    async def open(self):
        self.log.append("opened")
        if self.may_open is not None:
            await self.may_open.wait()
        if self.fails:
            raise SourceError("the books are closed")

    async def close(self):
        self.log.append("closed")


async def both(cast, *names, may_open):
    """Two calls of one response hand over at once."""
    outcomes = [await run(cast, name) for name in names]
    handing = [asyncio.create_task(cast.hand_over(outcome)) for outcome in outcomes]
    for _ in range(5):
        await asyncio.sleep(0)
    may_open.set()
    return await asyncio.gather(*handing)


async def test_two_hand_offs_to_one_agent_at_once_open_its_tools_once_and_all_are_closed():
    @tool
    def pay() -> HandOff:
        """Pay."""
        return HandOff("Billing", "They want to pay.")

    log, may_open = [], asyncio.Event()
    billing = Agent(name="Billing", tools=[PerSession(lambda: Opening(log, may_open))])
    cast = await opened(Agent(name="Desk", tools=[pay], handoffs=[billing]))
    (first, config), (_, again) = await both(cast, "transfer_to_billing", "pay", may_open=may_open)
    assert (first.ok, cast.present) == (True, "Billing")
    assert names(config) == ["invoice"]
    assert again is None, "there is nobody to hand over to any more"
    await cast.close()
    assert log == ["opened", "closed"]


async def test_a_hand_off_that_fails_after_another_has_taken_place_does_not_bring_the_old_agent_back():
    may_open = asyncio.Event()
    broken = Agent(name="Support", tools=[PerSession(lambda: Opening([], may_open, fails=True))])
    cast = await opened(Agent(name="Desk", tools=[hours], handoffs=[broken, Agent(name="Billing", tools=[invoice])]))
    (failed, none), (_, config) = await both(cast, "transfer_to_support", "transfer_to_billing", may_open=may_open)
    assert (failed.ok, none) == (False, None)
    assert "invoice" in names(config)
    assert cast.present == "Billing"
    assert (await run(cast, "invoice")).output == "42 euros"
