"""A pair of transports joined in memory: the relay and the embedded engine in one process, and tests."""

from __future__ import annotations

import asyncio
from collections import deque

from agent.transports.base import TransportClosed

# About five seconds of 20 ms audio frames: enough to never stall a healthy reader, little enough to bound a dead one.
DEFAULT_CAPACITY = 256


class _Pipe:
    """One direction: a bounded queue that can be closed."""

    def __init__(self, capacity: int) -> None:
        self.closed: TransportClosed | None = None
        self._capacity = capacity
        self._messages: deque[str | bytes] = deque()
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()

    async def put(self, message: str | bytes) -> None:
        while self.closed is None and len(self._messages) >= self._capacity:
            self._writable.clear()
            await self._writable.wait()
        if self.closed is not None:
            raise TransportClosed(self.closed.code, self.closed.reason)
        self._messages.append(message)
        self._readable.set()

    async def get(self) -> str | bytes:
        # What was sent before the close still arrives, as on a socket.
        while not self._messages:
            if self.closed is not None:
                raise TransportClosed(self.closed.code, self.closed.reason)
            self._readable.clear()
            await self._readable.wait()
        self._writable.set()
        return self._messages.popleft()

    def close(self, end: TransportClosed) -> None:
        if self.closed is None:
            self.closed = end
            self._readable.set()
            self._writable.set()


class MemoryTransport:
    """One end of a pair; see `pair`."""

    def __init__(self, incoming: _Pipe, outgoing: _Pipe) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    async def receive(self) -> str | bytes:
        """Wait for the next message.

        Raises:
            TransportClosed: Either end has closed, and all that was sent before has been received.
        """
        return await self._incoming.get()

    async def send(self, text: str | bytes) -> None:
        """Hand the message to the other end, waiting while its inbox is full.

        Raises:
            TransportClosed: Either end has closed.
        """
        await self._outgoing.put(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close both directions; each end then sees the code and reason."""
        for pipe in (self._incoming, self._outgoing):
            pipe.close(TransportClosed(code, reason))


def pair(capacity: int = DEFAULT_CAPACITY) -> tuple[MemoryTransport, MemoryTransport]:
    """Two joined transports: what one sends the other receives.

    Args:
        capacity: How many messages may wait in each direction before `send` waits.
    """
    there, back = _Pipe(capacity), _Pipe(capacity)
    return MemoryTransport(back, there), MemoryTransport(there, back)
