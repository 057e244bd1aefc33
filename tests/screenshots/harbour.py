"""The assistant whose page is photographed: the sample documents, a tool that takes its time, one that asks first."""

import asyncio

from agent import Agent, samples
from tools import ToolContext, ToolPolicy, tool


@tool(timeout_s=60)
async def wave_height(island: str, context: ToolContext) -> str:
    """Measure how high the waves are at an island right now."""
    await context.progress(f"waiting for the buoy off {island}", fraction=0.4)
    await asyncio.sleep(45)
    return f"The waves at {island} are half a metre high."


@tool(policy=ToolPolicy(approval=True, approval_timeout_s=300))
def reserve_seats(count: int) -> str:
    """Reserve a number of seats on the next sailing."""
    return f"{count} seats are reserved."


agent = Agent(
    name=samples.NAME, greeting=samples.GREETING, examples=samples.EXAMPLES, tools=[wave_height, reserve_seats]
)
