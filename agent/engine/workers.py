"""Workers: a few threads for the models, which serve those first whom somebody is waiting for."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Waiter = tuple[int, int, "asyncio.Future[None]"]

URGENT, AHEAD = 0, 1


class Workers:
    """Threads with a queue that knows urgency. For one event loop at a time.

    Args:
        threads: How many models run side by side.
        name: What the threads are called.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = threads
        self._waiting: list[_Waiter] = []
        self._arrival = itertools.count()

    async def run(self, urgency: int, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run a function in a thread and wait for it.

        Being cancelled while the function runs does not stop the function; its thread stays taken until it returns.

        Args:
            urgency: `URGENT` before `AHEAD`; first come, first served within each.
            function: What to run.
            args: For the function.
            kwargs: For the function.
        """
        await self._turn(urgency)
        loop = asyncio.get_running_loop()

        def over(_job: Future[_T]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody is waiting any more
                loop.call_soon_threadsafe(self._release)

        try:
            job = self._pool.submit(function, *args, **kwargs)
        except RuntimeError:
            self._release()
            raise
        job.add_done_callback(over)
        return await asyncio.wrap_future(job)

    def close(self) -> None:
        """Take no more work, and let what runs end by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _turn(self, urgency: int) -> None:
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._arrival), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release()
            raise

    def _release(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
