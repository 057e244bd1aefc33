"""Lag: how late the event loop is. A loop that is late delays everybody's sound at once."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from agent.lateness import lateness

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

INTERVAL = 0.5  # seconds between two looks


@asynccontextmanager
async def lag_measured(record: Callable[[float], None], interval: float = INTERVAL) -> AsyncGenerator[None]:
    """Measure the running loop while something runs.

    Args:
        record: Takes each measurement (s).
        interval: Seconds between two.
    """
    task = asyncio.create_task(_look(record, interval))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _look(record: Callable[[float], None], interval: float) -> None:
    while True:
        record(await lateness(interval))
