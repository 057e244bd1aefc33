"""The engine as a WebSocket endpoint of its own: what `vocative engine` serves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from agent.engine.runtime import Engine

# OpenAI's path and Azure's. An engine without an account takes any Authorization, and none.
PATHS = ("/v1/realtime", "/openai/v1/realtime")
# A frame above this closes the socket with 1009; one above 15 MiB gets an `error` event from the session itself.
_LARGEST_FRAME = 16 * 2**20
_HEARTBEAT_S = 20.0


class SocketTransport:
    """A transport over a WebSocket that aiohttp serves.

    Args:
        socket: The socket, prepared.
    """

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def receive(self) -> str | bytes:
        """Wait for the next message."""
        message = await self._socket.receive()
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            return message.data
        raise self._gone()

    async def send(self, text: str) -> None:
        """Send one message."""
        try:
            await self._socket.send_str(text)
        except (ConnectionError, RuntimeError):
            raise self._gone() from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code and a reason; of the reason, as much as fits into a close frame is sent."""
        await self._socket.close(code=code, message=reason.encode()[:123])

    def _gone(self) -> TransportClosed:
        return TransportClosed(self._socket.close_code or 1006)


def engine_app(engine: Engine) -> web.Application:
    """An application that serves the engine at the paths of OpenAI and Azure, and `/healthz`.

    Args:
        engine: The engine; warm it first, or the first caller waits for it.
    """
    sockets: set[web.WebSocketResponse] = set()

    async def realtime(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            max_msg_size=_LARGEST_FRAME, compress=False, heartbeat=_HEARTBEAT_S, protocols=("realtime",)
        )
        await socket.prepare(request)
        sockets.add(socket)
        try:
            await engine.serve(SocketTransport(socket), model=request.query.get("model"))
        finally:
            sockets.discard(socket)
        return socket

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def say_goodbye(_app: web.Application) -> None:
        # Without it a graceful stop waits until the last client has left by itself.
        farewells = (socket.close(code=WSCloseCode.GOING_AWAY, message=b"server shutdown") for socket in sockets)
        await asyncio.gather(*farewells)

    app = web.Application()
    app.on_shutdown.append(say_goodbye)
    for path in PATHS:
        app.router.add_get(path, realtime)
    app.router.add_get("/healthz", healthz)
    return app
