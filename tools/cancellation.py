"""Cancellation: one flag that threads can poll and coroutines can await."""

from __future__ import annotations

import asyncio
import threading


class Cancellation:
    """Says whether a call is still wanted. Set once, by the owner of the call; read from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._waiting: set[asyncio.Future[None]] = set()

    def is_set(self) -> bool:
        """Whether the call was cancelled; cheap enough to ask in every round of a loop."""
        return self._event.is_set()

    def set(self) -> None:
        """Cancel: wakes every waiter. Setting twice is harmless."""
        with self._lock:
            self._event.set()
            waiting, self._waiting = self._waiting, set()
        for future in waiting:
            try:
                future.get_loop().call_soon_threadsafe(_settle, future)
            except RuntimeError:  # that waiter's loop is closed, so nobody waits there any more
                continue

    def wait(self, timeout: float | None = None) -> bool:
        """Block the calling thread until cancelled; for sync tools only, as an interruptible sleep.

        Args:
            timeout: Seconds at most, or None for no limit.

        Returns:
            Whether the call was cancelled.
        """
        return self._event.wait(timeout)

    async def wait_async(self) -> None:
        """Wait on the event loop until cancelled."""
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._event.is_set():
                return
            self._waiting.add(future)
        try:
            await future
        finally:
            with self._lock:
                self._waiting.discard(future)

    def __repr__(self) -> str:
        return f"Cancellation({'set' if self.is_set() else 'not set'})"


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
