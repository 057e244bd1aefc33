"""Lag: how late the event loop is. A loop that is late delays everybody's sound at once."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from agent.alongside import alongside
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
    async with alongside(_look(record, interval)):
        yield


async def _look(record: Callable[[float], None], interval: float) -> None:
    while True:
        record(await lateness(interval))
