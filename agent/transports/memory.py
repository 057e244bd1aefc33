"""A pair of transports joined in memory: the relay and the embedded engine in one process, and tests."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from agent.transports.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.transports.base import Onward

# About five seconds of 20 ms audio frames: enough to never stall a healthy reader, little enough to bound a dead one.
DEFAULT_CAPACITY = 256


class _Inbox:
    """One direction: what was sent and has not been delivered."""

    def __init__(self, capacity: int) -> None:
        self.room: Callable[[], None] = _nothing  # of whoever sends
        self.down = asyncio.Event()
        self.end: tuple[int, str] | None = None
        self._capacity = capacity
        self._messages: deque[str | bytes] = deque()
        self._received: Callable[[str | bytes], None] | None = None
        self._closed: Callable[[int, str], None] | None = None
        self._paused = self._scheduled = False
        self._loop = asyncio.get_running_loop()

    @property
    def full(self) -> bool:
        return self.end is None and len(self._messages) >= self._capacity

    @property
    def started(self) -> bool:
        return self._received is not None

    def start(self, received: Callable[[str | bytes], None], closed: Callable[[int, str], None]) -> None:
        self._received, self._closed = received, closed
        self._schedule()

    def put(self, message: str | bytes) -> None:
        if self.end is None:
            self._messages.append(message)
            self._schedule()

    def hold(self, *, paused: bool) -> None:
        # Once it is over, nothing must keep the end from being told: whoever closes waits for that.
        self._paused = paused and self.end is None
        self._schedule()

    def close(self, code: int, reason: str) -> None:
        if self.end is None:
            self.end = (code, reason)
            self._schedule()

    def _schedule(self) -> None:
        # In a turn of its own: whoever sends must not find itself within the other end's code.
        waits = self._messages and not self._paused
        if not self._scheduled and self._received is not None and (waits or self.end is not None):
            self._scheduled = True
            self._loop.call_soon(self._deliver, self._received)

    def _deliver(self, received: Callable[[str | bytes], None]) -> None:
        self._scheduled = False
        was_full = len(self._messages) >= self._capacity
        # What is sent while this runs waits for the next turn, so that two ends cannot keep the loop to themselves.
        for _ in range(len(self._messages)):
            if self._paused:
                break
            received(self._messages.popleft())
        if was_full and len(self._messages) < self._capacity:
            self.room()
        if self._messages:
            if not self._paused:
                self._schedule()
        elif self.end is not None and self._closed is not None:
            closed, self._closed = self._closed, None
            closed(*self.end)
            self.down.set()


class MemoryTransport:
    """One end of a line; see `joined` and `pair`."""

    def __init__(self, incoming: _Inbox, outgoing: _Inbox) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    @property
    def full(self) -> bool:
        """Whether the other end's inbox is full."""
        return self._outgoing.full

    def start(
        self,
        received: Callable[[str | bytes], None],
        *,
        room: Callable[[], None],
        closed: Callable[[int, str], None],
    ) -> None:
        """Begin to deliver; see `Transport.start`."""
        self._outgoing.room = room
        self._incoming.start(received, closed)

    def send(self, text: str | bytes) -> None:
        """Put a message into the other end's inbox; after the end it is dropped."""
        self._outgoing.put(text)

    def shorten(self, passes: Callable[[str], bool], onward: Onward) -> None:
        """Deliver all of them: a call in memory is short enough."""

    def pause(self) -> None:
        """Deliver nothing for now."""
        self._incoming.hold(paused=True)

    def resume(self) -> None:
        """Deliver again."""
        self._incoming.hold(paused=False)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close both directions; each end is told the code and reason once it has got what was sent before."""
        self._incoming.close(code, reason)
        self._outgoing.close(code, reason)
        self.resume()  # what is held back must not keep the end from being seen

    async def wait_closed(self) -> None:
        """Wait until this end was told that it is over, or need not be because nobody listens."""
        if self._incoming.started:
            await self._incoming.down.wait()


def _nothing() -> None:
    pass


def joined(capacity: int = DEFAULT_CAPACITY) -> tuple[MemoryTransport, MemoryTransport]:
    """Two joined transports: what one sends is delivered to the other.

    Args:
        capacity: How many messages may wait in each direction before the sender is told that it is full.
    """
    there, back = _Inbox(capacity), _Inbox(capacity)
    return MemoryTransport(back, there), MemoryTransport(there, back)


def pair(capacity: int = DEFAULT_CAPACITY) -> tuple[MemoryTransport, Stream]:
    """The two ends of a line: a transport for the relay, and a stream for whoever is at the other end.

    Args:
        capacity: How many messages may wait in each direction before the sender waits or is told that it is full.
    """
    here, there = joined(capacity)
    return here, Stream(there, capacity)
