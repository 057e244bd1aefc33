"""Lateness: how late the event loop is. A loop that is late delays everybody's sound at once."""

from __future__ import annotations

import asyncio


async def lateness(interval: float) -> float:
    """Sleep, and tell how much longer that took than it should.

    Args:
        interval: Seconds to sleep.

    Returns:
        Seconds, 0 or more.
    """
    loop = asyncio.get_running_loop()
    due = loop.time() + interval
    await asyncio.sleep(interval)
    return max(0.0, loop.time() - due)
