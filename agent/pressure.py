"""Pressure: measures how late the event loop is and how much memory is taken, and tells whoever lets callers in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from agent.alongside import while_served
from agent.lateness import lateness

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from agent.door.shedding import Shedding
    from agent.memory import Memory

_log = logging.getLogger(__name__)

TICK = 0.25  # seconds between two readings of the lag
_MEMORY_EVERY = 8  # ticks


class Pressure:
    """Takes the readings.

    Args:
        shedding: Told of them.
        memory: Where they come from.
    """

    def __init__(self, shedding: Shedding, memory: Memory) -> None:
        self._shedding, self._memory = shedding, memory
        self._reason: str | None = None

    async def measure(self) -> None:
        """Go on until cancelled."""
        ticks = 0
        while True:
            self._shedding.lagged(await lateness(TICK))
            if ticks % _MEMORY_EVERY == 0 and (reading := self._memory.reading()) is not None:
                self._shedding.used(*reading)
            ticks += 1
            self._say()

    def _say(self) -> None:
        reason = self._shedding.reason
        if reason == self._reason:
            return
        self._reason = reason
        if reason is None:
            _log.warning("new sessions are taken again")
        else:
            _log.warning("no new sessions are taken for now: %s; those that run go on", reason)


def measured(shedding: Shedding, memory: Memory) -> Callable[[Any], AsyncGenerator[None]]:
    """What takes readings while an aiohttp application runs, for its `cleanup_ctx`."""
    return while_served(Pressure(shedding, memory).measure)
