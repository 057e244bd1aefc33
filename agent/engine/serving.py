"""The engine as a WebSocket endpoint of its own: what `vocative engine` serves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from agent.engine.faces import PATHS, dialect_at
from agent.engine.fault_run import Refusal
from agent.engine.faults import NO_CLOSE_FRAME
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from agent.engine.runtime import Engine

# A frame above this closes the socket with 1009; one above 15 MiB gets an `error` event from the session itself.
_LARGEST_FRAME = 16 * 2**20
_HEARTBEAT_S = 20.0


class SocketTransport:
    """A transport over a WebSocket that aiohttp serves.

    Args:
        socket: The socket, prepared.
        connection: What it runs on, to be cut where no close frame is wanted.
    """

    def __init__(self, socket: web.WebSocketResponse, connection: asyncio.Transport | None = None) -> None:
        self._socket = socket
        self._connection = connection

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
        """Close with a code and a reason; of the reason, as much as fits into a close frame is sent.

        With code 1006 the connection is cut without a close frame: that is what the code means to the other side.
        """
        if code == NO_CLOSE_FRAME and self._connection is not None:
            self._connection.abort()
            return
        await self._socket.close(code=code, message=reason.encode()[:123])

    def _gone(self) -> TransportClosed:
        return TransportClosed(self._socket.close_code or 1006)


def engine_app(engine: Engine) -> web.Application:
    """An application that serves the engine at the paths of OpenAI, Azure OpenAI and Voice Live, and `/healthz`.

    Each client is spoken to in its dialect, which its path tells, or the header `OpenAI-Beta: realtime=v1`. An engine
    without an account takes any Authorization, and none.

    Args:
        engine: The engine; warm it first, or the first caller waits for it.
    """
    sockets: set[web.WebSocketResponse] = set()

    async def realtime(request: web.Request) -> web.StreamResponse:
        try:
            faults = engine.admit()
        except Refusal as refusal:
            return _refused(refusal)
        socket = web.WebSocketResponse(
            max_msg_size=_LARGEST_FRAME, compress=False, heartbeat=_HEARTBEAT_S, protocols=("realtime",)
        )
        await socket.prepare(request)
        sockets.add(socket)
        try:
            # Azure's preview endpoint names the deployment where the others name the model.
            model = request.query.get("model") or request.query.get("deployment")
            dialect = dialect_at(request.path, request.headers.get("OpenAI-Beta"))
            transport = SocketTransport(socket, request.transport)
            await engine.serve(transport, model=model, dialect=dialect, faults=faults)
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


def _refused(refusal: Refusal) -> web.Response:
    status = refusal.status or 503
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    return web.json_response({"error": {"code": str(status), "message": str(refusal)}}, status=status, headers=headers)
