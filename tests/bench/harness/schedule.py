"""An absolute schedule: a late sender catches up, so a slow relay cannot slow its own load down."""

from __future__ import annotations

import asyncio
import time


class Schedule:
    """A point in time that only moves by what it is told, not by how late anybody was.

    Attributes:
        now: The point, on the clock of `time.perf_counter` (s).
    """

    def __init__(self) -> None:
        self.now = time.perf_counter()

    async def after(self, ms: float) -> None:
        """Wait until so many milliseconds after the last point."""
        self.now += ms / 1000
        delay = self.now - time.perf_counter()
        # A zero sleep still lets others run when we are late.
        await asyncio.sleep(max(0.0, delay))

    def restart(self) -> None:
        """Count from now: after waiting for somebody else, lateness is theirs and not to be made up."""
        self.now = time.perf_counter()
