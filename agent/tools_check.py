"""Tools check: `vocative check` on the tools of an agent that have to be opened, such as those of MCP servers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agent.checkup import FAILED
from agent.roster import Roster
from tools.errors import ToolsError
from tools.opening import OpenTools, Shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.assistant import Agent
    from agent.checkup import Checkup


async def check_tools(checkup: Checkup, agent: Agent, clock: Callable[[], float] = time.monotonic) -> None:
    """Open the tools of an agent, and of those that it hands over to, as for a caller who has not signed in.

    Args:
        checkup: Where the findings go; nothing is added where there is nothing to open.
        agent: Whose tools.
        clock: Seconds, for how long it took.
    """
    roster, shared = Roster(agent), Shared()
    try:
        for each in roster.agents:
            if each.declared.sources:
                await _check(checkup, each, roster, shared, clock)
    finally:
        await shared.close()


async def _check(checkup: Checkup, agent: Agent, roster: Roster, shared: Shared, clock: Callable[[], float]) -> None:
    began, known = clock(), agent.declared
    try:
        opened = await OpenTools.open(known.functions + roster.tools_of(agent), known.sources, shared)
    except ToolsError as error:
        checkup.failed("tools", f"{agent.name}: {error}", max(FAILED, checkup.code))
        return
    try:
        for trouble in opened.troubles:
            checkup.failed("tools", f"{agent.name}: {trouble}", max(FAILED, checkup.code))
        checkup.notes += [f"{agent.name}: {each}" for each in opened.left_out]
        if not opened.troubles:
            checkup.did("tools", f"{agent.name} has {len(opened.toolset)} tools", (clock() - began) * 1000)
    finally:
        await opened.close()
