"""Threads for sync tools: bounded in number, and never in the way of a shutdown.

The executors of the standard library are joined when the interpreter ends, so one tool that hangs would keep the
process from ending. These are daemons, and none is kept idle: starting one costs far less than any tool does.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Enough for a process full of callers who wait on slow services, few enough to bound the memory of the stacks.
MAX_THREADS = 64


class Threads:
    """Runs functions in daemon threads; what exceeds the limit waits in line."""

    def __init__(self, limit: int = MAX_THREADS) -> None:
        """Make a set of threads.

        Args:
            limit: How many run at once.
        """
        self._limit = limit
        self._live = 0
        self._line: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()

    async def run(self, function: Callable[[], Any]) -> Any:
        """Run a function in a thread, with the caller's context variables, and wait for it.

        Args:
            function: What to run. If the wait is cancelled while it runs, it runs on and its result is dropped; if
                it is cancelled before, the function is not run at all.

        Raises:
            BaseException: Whatever the function raises.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()
        context = contextvars.copy_context()

        def work() -> None:
            if future.cancelled():
                return
            # The exception travels as a value: a future refuses StopIteration and would leave the waiter waiting.
            outcome = context.run(_captured, function)
            try:
                loop.call_soon_threadsafe(_settle, future, outcome)
            except RuntimeError:  # the loop was closed in the meantime; nobody waits any more
                return

        self._submit(work)
        value, error = await future
        if error is not None:
            raise error
        return value

    def _submit(self, work: Callable[[], None]) -> None:
        with self._lock:
            self._line.append(work)
            if self._live >= self._limit:
                return
            self._live += 1
        try:
            threading.Thread(target=self._drain, name="tool", daemon=True).start()
        except RuntimeError:  # the system gives no more threads
            with self._lock:
                self._live -= 1
                self._line.remove(work)
            raise

    def _drain(self) -> None:
        while True:
            with self._lock:
                if not self._line:
                    self._live -= 1
                    return
                work = self._line.popleft()
            work()


def _captured(function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return function(), None
    except BaseException as error:  # a tool that calls sys.exit() must not end a session
        return None, error


def _settle(
    future: asyncio.Future[tuple[Any, BaseException | None]], outcome: tuple[Any, BaseException | None]
) -> None:
    if not future.done():
        future.set_result(outcome)
