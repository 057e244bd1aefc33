"""Adoption: a request to aiohttp's server becomes a WebSocket that picows drives.

aiohttp does what it is good at: routes, headers, refusals. Then its connection changes hands: picows is given the
connection and the request, answers the handshake itself, and every frame afterwards goes straight from the socket to
the relay. aiohttp's own WebSocket spends, for every frame, a task's turn and more than twice the processor time.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any

from aiohttp import web
from picows import WSAutoPingStrategy, WSUpgradeResponse, WSUpgradeResponseWithListener, picows

from agent.transports.websocket import HEARTBEAT, WebSocketTransport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from picows import WSUpgradeRequest

_log = logging.getLogger("vocative.sockets")
_log.setLevel(logging.WARNING)  # picows tells of every connection and its buffers

# What `ws_create_server` makes of a connection; its stubs leave it out.
_Protocol: Any = vars(picows)["WSProtocol"]

# RFC 6455, section 4.1: the headers of which a handshake consists; not the extensions, of which we have none.
_HANDSHAKE = frozenset(
    {b"host", b"upgrade", b"connection", b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-protocol"}
)

# python/cpython#127655: `writelines`, which picows writes by, tells nobody there that the other side is slow.
_UNTOLD = (3, 12) <= sys.version_info < (3, 12, 9) or (3, 13) <= sys.version_info < (3, 13, 2)

READ_BUFFER = 8 * 1024  # bytes a socket starts with, a fifth of a second of sound; it grows with the frames


class Adopted(web.StreamResponse):
    """What a handler returns for a connection that is not aiohttp's any more: there is nothing to write."""

    async def prepare(self, request: web.BaseRequest) -> None:  # noqa: ARG002
        """Do nothing: picows has answered the handshake."""
        return

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: the connection is over."""


async def adopt(
    request: web.Request,
    *,
    subprotocol: str | None,
    max_message: int,
    headers: Mapping[str, str] | None = None,
    heartbeat: float = HEARTBEAT,
) -> WebSocketTransport:
    """Take over a WebSocket request.

    Args:
        request: A `GET` whose `Upgrade` header asks for a WebSocket.
        subprotocol: The one of the client's offers that was chosen.
        max_message: Bytes of the largest message that is taken.
        headers: Further headers of the 101 response.
        heartbeat: Seconds of silence before a ping, and after it before the client is given up.

    Returns:
        The transport, open. The handler must wait for its end and return `Adopted`.

    Raises:
        aiohttp.web.HTTPException: It is no WebSocket request, or the client has gone.
    """
    connection = request.transport
    if connection is None or connection.is_closing():
        raise web.HTTPBadRequest(text="the client has gone")
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise web.HTTPUpgradeRequired(
            text="this address takes WebSocket connections only", headers={"Upgrade": "websocket"}
        )
    socket = WebSocketTransport(max_message)
    answer = dict(headers or {})
    if subprotocol is not None:
        answer["Sec-WebSocket-Protocol"] = subprotocol

    def listener(_request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_101_response(answer), socket)

    protocol: Any = _Protocol(
        *(None, None, False, listener, _log, True, 5.0),
        *(True, heartbeat, heartbeat, WSAutoPingStrategy.PING_WHEN_IDLE),
        *(False, max_message, None, READ_BUFFER),
    )
    if _UNTOLD and type(connection).__module__ == "asyncio.selector_events":
        _tell(connection)
    connection.set_protocol(protocol)
    protocol.connection_made(connection)
    # aiohttp must write to it no more, nor close it.
    request.protocol.transport = None
    _feed(protocol, _head(request))
    if not socket.connected:
        # picows has told the client what is wrong with its handshake, and closes the connection.
        let_go(request)
        raise web.HTTPBadRequest(text="the WebSocket handshake is malformed")
    return socket


def _tell(connection: Any) -> None:
    write = connection.write

    def writelines(parts: Iterable[bytes]) -> None:
        write(b"".join(parts))

    connection.writelines = writelines


def let_go(request: web.Request) -> Adopted:
    """What the handler of an adopted connection returns once that is over."""
    asyncio.get_running_loop().call_soon(request.protocol.connection_lost, None)
    return Adopted()


def _head(request: web.Request) -> bytes:
    """What of the request concerns the handshake, for picows to read; aiohttp has seen to the rest, however long."""
    lines = [b"GET / HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.raw_headers if name.lower() in _HANDSHAKE]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _feed(protocol: Any, data: bytes) -> None:
    view = memoryview(data)
    while view:
        buffer = protocol.get_buffer(len(view))
        size = min(len(buffer), len(view))
        buffer[:size] = view[:size]
        protocol.buffer_updated(size)
        view = view[size:]
