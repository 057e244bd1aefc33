"""Pushed: a transport over what is waited on, for the rare ends that talk in sequence and still meet a relay."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from agent.transports.base import Onward, Pull

# Messages that may wait to be sent before the relay is told that this end is slow.
CAPACITY = 256


class Pushed:
    """A transport with a task for each direction.

    Args:
        end: What is waited on; nothing must have been received from it yet.
    """

    def __init__(self, end: Pull) -> None:
        self._end = end
        self._outgoing: deque[str] = deque()
        self._something = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False

    @property
    def full(self) -> bool:
        """Whether more waits to be sent than should."""
        return len(self._outgoing) >= CAPACITY

    def start(
        self,
        received: Callable[[str | bytes], None],
        *,
        room: Callable[[], None],
        closed: Callable[[int, str], None],
    ) -> None:
        """Begin to deliver; see `Transport.start`."""
        self._spawn(self._receive(received, closed))
        self._spawn(self._send(room))

    def send(self, text: str) -> None:
        """Send one message, after all that wait; after the end it is dropped."""
        if not self._over:
            self._outgoing.append(text)
            self._something.set()

    def shorten(self, passes: Callable[[str], bool], onward: Onward) -> None:
        """Deliver all of them: what has tasks of its own gains nothing."""

    def pause(self) -> None:
        """Receive nothing for now."""
        self._reading.clear()

    def resume(self) -> None:
        """Receive again."""
        self._reading.set()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close once what waits has been sent, or at once where that end does not take it."""
        if not self._over:
            self._over = True
            self._something.set()
            self.resume()
            self._spawn(self._close(code, reason))

    async def wait_closed(self) -> None:
        """Wait until neither direction has anything left to do."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _receive(self, received: Callable[[str | bytes], None], closed: Callable[[int, str], None]) -> None:
        try:
            while True:
                await self._reading.wait()
                received(await self._end.receive())
        except TransportClosed as end:
            self._over = True
            self._something.set()
            closed(end.code, end.reason)

    async def _send(self, room: Callable[[], None]) -> None:
        try:
            while self._outgoing or not self._over:
                while self._outgoing:
                    was_full = self.full
                    await self._end.send(self._outgoing.popleft())
                    if was_full and not self.full:
                        room()
                self._something.clear()
                if not self._over:
                    await self._something.wait()
        except TransportClosed:
            self._outgoing.clear()  # its `receive` tells the same end

    async def _close(self, code: int, reason: str) -> None:
        await asyncio.sleep(0)  # what was said last is sent first
        await self._end.close(code, reason)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
