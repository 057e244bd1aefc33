"""Sideband: a further controller of a call, as a transport: a WebSocket's other end, or the middle tier in process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from agent.engine.call_transport import CallTransport

# A controller that falls this many events behind is dropped; the call goes on without it.
_MOST_WAITING = 4_096


class Sideband:
    """The controller's end.

    Args:
        call: The call that it joins.
    """

    def __init__(self, call: CallTransport) -> None:
        self._call = call
        self._events: asyncio.Queue[str | None] = asyncio.Queue()
        self._closed: TransportClosed | None = None
        self._detach = call.attach(self._event, greet=True)
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def receive(self) -> str:
        """Wait for the next event of the session.

        Raises:
            TransportClosed: The call is over, or this end was closed.
        """
        text = None if self._closed is not None and self._events.empty() else await self._events.get()
        if text is None:
            raise self._closed or TransportClosed()
        return text

    async def send(self, text: str | bytes) -> None:
        """Send an event to the session.

        Raises:
            TransportClosed: The call is over, or this end was closed.
        """
        if self._closed is not None:
            raise self._closed
        self._call.take(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Leave the call, which goes on."""
        self._end(TransportClosed(code, reason))
        self._watching.cancel()

    def _event(self, _kind: str, text: str) -> None:
        if self._events.qsize() >= _MOST_WAITING:
            self._end(TransportClosed(1008, "the events are not read"))
        else:
            self._events.put_nowait(text)

    async def _watch(self) -> None:
        self._end(await self._call.ended())

    def _end(self, closed: TransportClosed) -> None:
        if self._closed is None:
            self._closed = closed
            self._detach()
            self._events.put_nowait(None)
