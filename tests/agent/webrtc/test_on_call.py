"""Who answers on a call: the sideband holds the session to the present agent, and the voice stays."""

from __future__ import annotations

import asyncio
import itertools

from agent import Agent
from agent.cast import Cast
from agent.core.enforcement import Enforcement
from agent.webrtc.on_call import OnCall, without_formats
from tools import DynamicToolset, ToolContext, Toolset, tool
from tools.opening import Shared


@tool
def hours() -> str:
    """Tell the hours."""
    return "nine to five"


class Changing(DynamicToolset):
    tools = Toolset([hours])

    @property
    def toolset(self):
        return self.tools


async def on_call(line):
    billing = Agent(name="Billing", instructions="You know invoices.", voice="cedar")
    agent = Agent(name="Desk", voice="marin", tools=[line], handoffs=[billing])
    cast = await Cast.open(agent, Shared(), None, extensions=True, renewable=False)
    first = without_formats(cast.config().session)
    numbers = itertools.count()
    enforcement = Enforcement(first, our_id=lambda: f"vocative_{next(numbers)}")
    return OnCall(cast, first, enforcement), enforcement, first


async def test_a_hand_off_changes_what_the_call_is_held_to_but_not_its_voice(caplog):
    caplog.set_level("INFO")
    staff, enforcement, first = await on_call(Changing())
    outcome, config = await staff.hand_over(await staff.invoke("transfer_to_billing", "", ToolContext()))
    assert outcome.ok
    assert config.session["instructions"] == "You know invoices."
    assert config.session["audio"]["output"] == {"voice": "marin"}
    assert not config.renewable
    assert "cannot change" in caplog.text
    assert enforcement.check(dict(config.session)) == []
    assert enforcement.check(first)[0].data["session"]["instructions"] == "You know invoices."


async def test_a_hand_off_that_fails_changes_nothing():
    staff, enforcement, first = await on_call(Changing())
    failed = (await staff.invoke("transfer_to_billing", "", ToolContext())).__class__("x", hand_off="Nobody")
    assert (await staff.hand_over(failed))[1] is None
    assert enforcement.check(first) == []


async def test_other_tools_change_what_the_call_is_held_to():
    line, told = Changing(), []
    staff, enforcement, first = await on_call(line)
    staff.watch(told.append)
    line.tools = Toolset()
    line.changed()
    await asyncio.sleep(0)
    assert [each["name"] for each in told[0].session["tools"]] == ["transfer_to_billing"]
    assert enforcement.check(first)[0].data["session"]["tools"] == told[0].session["tools"]
