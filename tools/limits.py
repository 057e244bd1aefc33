"""Limits: how many calls of a tool run at once, and how often a user may have it run."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Hashable

    from tools.policy import RateLimit

# Users whose calls are remembered before those are swept out that have nothing left to remember.
_SWEEP = 1000


@dataclass(slots=True)
class _Gate:
    inside: int = 0
    line: deque[asyncio.Future[None]] = field(default_factory=deque["asyncio.Future[None]"])


class Gates:
    """Lets a number of calls through at once, by key; the rest waits in the order of its coming.

    It belongs to no event loop: a process may have several, and a gate is one for all of them.
    """

    def __init__(self) -> None:
        self._gates: dict[Hashable, _Gate] = {}
        self._lock = threading.Lock()

    @contextlib.asynccontextmanager
    async def enter(self, key: Hashable, limit: int) -> AsyncGenerator[None]:
        """Wait for a place, and hold it.

        Args:
            key: What is limited.
            limit: How many may be inside.
        """
        await self._wait(key, limit)
        try:
            yield
        finally:
            self._leave(key)

    def __len__(self) -> int:
        return len(self._gates)

    async def _wait(self, key: Hashable, limit: int) -> None:
        with self._lock:
            gate = self._gates.setdefault(key, _Gate())
            if gate.inside < limit:
                gate.inside += 1
                return
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            gate.line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            with self._lock:
                waiting = turn in gate.line
                if waiting:
                    gate.line.remove(turn)
            if not waiting:  # the place was ours already, and goes to the next
                self._leave(key)
            raise

    def _leave(self, key: Hashable) -> None:
        with self._lock:
            gate = self._gates[key]
            while gate.line:
                turn = gate.line.popleft()
                try:
                    turn.get_loop().call_soon_threadsafe(_grant, turn)
                except RuntimeError:  # its loop is closed: nobody waits there any more
                    continue
                return
            gate.inside -= 1
            if not gate.inside:
                del self._gates[key]


class Rates:
    """Counts calls in sliding windows, by key.

    Args:
        clock: Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: dict[Hashable, tuple[float, deque[float]]] = {}
        self._lock = threading.Lock()

    def take(self, key: Hashable, limit: RateLimit | None) -> int:
        """Count a call, if it may be made now.

        Args:
            key: What is limited, and for whom.
            limit: How often; None for any.

        Returns:
            0 if it may be made, else the whole seconds until one may.
        """
        if limit is None:
            return 0
        now = self._clock()
        with self._lock:
            if len(self._calls) >= _SWEEP:
                self._sweep(now)
            _, made = self._calls.setdefault(key, (limit.seconds, deque()))
            while made and made[0] <= now - limit.seconds:
                made.popleft()
            if len(made) < limit.calls:
                made.append(now)
                return 0
            return max(1, math.ceil(made[0] + limit.seconds - now))

    def _sweep(self, now: float) -> None:
        over = [key for key, (seconds, made) in self._calls.items() if not made or made[-1] <= now - seconds]
        for key in over:
            del self._calls[key]


def _grant(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
