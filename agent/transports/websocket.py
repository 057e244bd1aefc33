"""A WebSocket of aiohttp, either end, as a transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aiohttp import WebSocketError, WSMsgType

from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse, web

    Socket: TypeAlias = "web.WebSocketResponse | ClientWebSocketResponse"

# RFC 6455, section 5.5: a control frame carries at most 125 bytes, two of which are the code.
MAX_REASON_BYTES = 123

HEARTBEAT = 20.0  # seconds between pings; a peer that misses one is gone


class WebSocketTransport:
    """Moves text frames over an aiohttp WebSocket that is open.

    Args:
        socket: The socket; it is closed with the transport.
    """

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._ours: tuple[int, str] | None = None

    async def receive(self) -> str | bytes:
        """Wait for the next text or binary frame; pings are answered underneath.

        Raises:
            TransportClosed: With the other side's code and reason, or 1006 when it just went away.
        """
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT or message.type is WSMsgType.BINARY:
            return message.data
        if isinstance(message.data, WebSocketError):
            # What came was against the protocol, or too large: the socket itself only knows that it went down.
            raise TransportClosed(message.data.code, str(message.data))
        raise self._end(message.extra if message.type is WSMsgType.CLOSE else None)

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
        await self._socket.close(code=code, message=fitting(reason))

    def _end(self, reason: object) -> TransportClosed:
        if self._ours is not None:
            return TransportClosed(*self._ours)
        return TransportClosed(self._socket.close_code or 1006, reason if isinstance(reason, str) else "")


def fitting(reason: str) -> bytes:
    """A close reason cut to what a close frame holds, never within a character."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore").encode()
