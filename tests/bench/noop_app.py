"""The application the relay runs while it is measured: one tool that does nothing."""

from __future__ import annotations

from agent import Agent
from tools import tool


@tool
async def noop(query: str) -> str:
    """Do nothing.

    Args:
        query: Anything.
    """
    return "ok"


agent = Agent(instructions="Be brief.", tools=[noop])
