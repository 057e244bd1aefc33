"""Waiting for what nobody tells of."""

from __future__ import annotations

import asyncio


async def until(holds, seconds=15.0):
    """Look now and then until something holds.

    Args:
        holds: Tells whether it does.
        seconds: After which that is given up.
    """
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  (nobody tells)
            await asyncio.sleep(0.005)
