"""Stream: a transport to wait on, for whoever talks in sequence: the embedded engine, the terminal, tests."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from agent.transports.base import Transport

# Messages that may wait unread before the other side is slowed down.
DEFAULT_CAPACITY = 64


class Stream:
    """Receives by waiting, and waits with sending while the other side is slow.

    Args:
        transport: Not started yet.
        capacity: How many messages may wait here before the other side is slowed down.
    """

    def __init__(self, transport: Transport, capacity: int = DEFAULT_CAPACITY) -> None:
        self._transport = transport
        self._capacity = capacity
        self._messages: deque[str | bytes] = deque()
        self._paused = False
        self._end: tuple[int, str] | None = None
        self._readable = asyncio.Event()
        self._room = asyncio.Event()
        transport.start(self._received, room=self._room.set, closed=self._closed)

    async def receive(self) -> str | bytes:
        """Wait for the next message; bytes is a binary frame.

        Raises:
            TransportClosed: The end has come, and all that was sent before it has been received.
        """
        while not self._messages:
            if self._end is not None:
                raise TransportClosed(*self._end)
            self._readable.clear()
            await self._readable.wait()
        message = self._messages.popleft()
        if self._paused and len(self._messages) < self._capacity:
            self._paused = False
            self._transport.resume()
        return message

    async def send(self, text: str) -> None:
        """Send one message, and wait while the other side is slow.

        Raises:
            TransportClosed: It cannot be sent any more.
        """
        while self._end is None and self._transport.full:
            self._room.clear()
            await self._room.wait()
        if self._end is not None:
            raise TransportClosed(*self._end)
        self._transport.send(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code and a reason, and wait until that is done; closing twice is harmless."""
        self._transport.resume()  # what is not read any more must not keep the end from being seen
        self._transport.close(code, reason)
        await self._transport.wait_closed()

    def _received(self, message: str | bytes) -> None:
        self._messages.append(message)
        self._readable.set()
        if not self._paused and len(self._messages) >= self._capacity:
            self._paused = True
            self._transport.pause()

    def _closed(self, code: int, reason: str) -> None:
        self._end = (code, reason)
        self._readable.set()
        self._room.set()
