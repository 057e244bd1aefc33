"""A pair of transports joined in memory: the relay and the embedded engine in one process, and tests."""

from __future__ import annotations

import asyncio

from agent.transports.base import TransportClosed

# About two seconds of 20 ms audio frames: enough to never stall a healthy reader, little enough to bound a dead one.
DEFAULT_CAPACITY = 256


class MemoryTransport:
    """One end of a pair; see `pair`."""

    def __init__(self, capacity: int) -> None:
        self._inbox: asyncio.Queue[str | bytes] = asyncio.Queue(capacity)
        self._peer: MemoryTransport = self
        self._closed: TransportClosed | None = None
        self._closing = asyncio.Event()

    async def receive(self) -> str | bytes:
        """Wait for the next message; what was sent before the close still arrives."""
        if self._inbox.empty():
            getting = asyncio.ensure_future(self._inbox.get())
            closing = asyncio.ensure_future(self._closing.wait())
            try:
                await asyncio.wait((getting, closing), return_when=asyncio.FIRST_COMPLETED)
                if getting.done():
                    return getting.result()
            finally:
                getting.cancel()
                closing.cancel()
            if self._inbox.empty():
                raise self._closed or TransportClosed()
        return self._inbox.get_nowait()

    async def send(self, text: str | bytes) -> None:
        """Hand the message to the other end, waiting while its inbox is full."""
        peer = self._peer
        while not peer._closing.is_set():
            try:
                peer._inbox.put_nowait(text)
            except asyncio.QueueFull:
                await _room_or_close(peer)
            else:
                return
        raise self._closed or TransportClosed()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close both ends with the same code and reason."""
        for end in (self, self._peer):
            if end._closed is None:
                end._closed = TransportClosed(code, reason)
                end._closing.set()


async def _room_or_close(end: MemoryTransport) -> None:
    # asyncio.Queue has no "wait for room" of its own that can be raced without putting; polling costs nothing in the
    # rare case of a full inbox and cannot lose a message.
    try:
        await asyncio.wait_for(end._closing.wait(), timeout=0.005)  # pyright: ignore[reportPrivateUsage]
    except TimeoutError:
        return


def pair(capacity: int = DEFAULT_CAPACITY) -> tuple[MemoryTransport, MemoryTransport]:
    """Two joined transports: what one sends the other receives.

    Args:
        capacity: How many messages may wait at each end before `send` waits.
    """
    left, right = MemoryTransport(capacity), MemoryTransport(capacity)
    left._peer, right._peer = right, left  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001
    return left, right
