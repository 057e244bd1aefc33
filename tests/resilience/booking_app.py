"""The assistant of the workers that are killed: it books, which must not happen twice, and writes down each booking."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from agent import Agent
from tools import tool

_BOOK = Path(os.environ["BOOKINGS"])


@tool
async def book(who: str) -> str:
    """Book a room.

    Args:
        who: For whom.
    """
    with _BOOK.open("a") as book_:  # noqa: ASYNC230  (a line, and nobody waits)
        book_.write(f"{who}\n")
    await asyncio.sleep(int(who) % 10 / 10)
    return f"booked for {who}"


agent = Agent(instructions="Book rooms.", tools=[book])
