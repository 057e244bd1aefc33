"""A WebSocket of aiohttp, either end, as a transport."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import WebSocketError, WSMsgType

from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse, web

    Socket: TypeAlias = "web.WebSocketResponse | ClientWebSocketResponse"

# RFC 6455, section 5.5: a control frame carries at most 125 bytes, two of which are the code.
MAX_REASON_BYTES = 123

HEARTBEAT = 20.0  # seconds
GONE = 1006  # what an end without a close frame counts as; never sent


class WebSocketTransport:
    """Moves text frames over an aiohttp WebSocket that is open.

    It keeps the heartbeat itself: aiohttp's own costs a turn of the event loop for every piece of data.

    Args:
        socket: The socket, opened with `autoping=False`, so that pings and pongs come through here; it is closed with
            the transport.
        heartbeat: Seconds of silence before a ping, and again before its sender is given up.
    """

    def __init__(self, socket: Socket, *, heartbeat: float = HEARTBEAT) -> None:
        self._socket = socket
        self._ours: tuple[int, str] | None = None
        self._heartbeat = heartbeat
        self._receiving = self._heard = self._pinged = False
        self._beating: asyncio.Future[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(heartbeat, self._beat)

    async def receive(self) -> str | bytes:
        """Wait for the next text or binary frame; pings are answered underneath.

        Raises:
            TransportClosed: With the other side's code and reason, or 1006 when it just went away.
        """
        self._receiving = True
        try:
            while True:
                message = await self._socket.receive()
                self._heard = True
                kind = message.type
                if kind is WSMsgType.TEXT or kind is WSMsgType.BINARY:
                    return message.data
                if kind is WSMsgType.PING:
                    await self._socket.pong(message.data)
                elif kind is not WSMsgType.PONG:
                    break
        except ConnectionError:
            raise self._end(None) from None
        finally:
            self._receiving = False
        if isinstance(message.data, WebSocketError):
            # What came was against the protocol, or too large: the socket itself only knows that it went down.
            self._timer.cancel()
            raise TransportClosed(message.data.code, str(message.data))
        raise self._end(message.extra if kind is WSMsgType.CLOSE else None)

    async def send(self, text: str) -> None:
        """Send one frame, waiting while the other side's buffer is full.

        Raises:
            TransportClosed: The socket is closed or closing.
        """
        try:
            await self._socket.send_str(text)
        except (ConnectionError, RuntimeError):
            raise self._end(None) from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code and as much of the reason as fits a close frame."""
        if self._ours is None:
            self._ours = (code, reason)
        self._timer.cancel()
        await self._socket.close(code=code, message=fitting(reason))

    def _beat(self) -> None:
        # Silence counts only while somebody listens: what waits unread is no fault of the other side's.
        silent = self._receiving and not self._heard
        self._heard = False
        if silent and self._pinged:
            self._ours = (GONE, "no answer to a ping")
            self._beating = asyncio.ensure_future(self._give_up())
            return
        self._pinged = silent
        if silent:
            self._beating = asyncio.ensure_future(self._ping())
        self._timer = asyncio.get_running_loop().call_later(self._heartbeat, self._beat)

    async def _give_up(self) -> None:
        await self._socket.close(code=1011, message=b"no answer to a ping")

    async def _ping(self) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):  # an end that `receive` is about to tell
            await self._socket.ping()

    def _end(self, reason: object) -> TransportClosed:
        self._timer.cancel()
        if self._ours is not None:
            return TransportClosed(*self._ours)
        return TransportClosed(self._socket.close_code or 1006, reason if isinstance(reason, str) else "")


def fitting(reason: str) -> bytes:
    """A close reason cut to what a close frame holds, never within a character."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore").encode()
