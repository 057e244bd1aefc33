"""The engine as a WebSocket endpoint of its own: what `vocative engine` serves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from agent.engine.call_routes import call_routes, refused
from agent.engine.calls import Calls
from agent.engine.wire_errors import WireError
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from agent.engine.runtime import Engine
    from agent.transports.base import Transport

# OpenAI's path and Azure's. An engine without an account takes any Authorization, and none.
PATHS = ("/v1/realtime", "/openai/v1/realtime")
# A frame above this closes the socket with 1009; one above 15 MiB gets an `error` event from the session itself.
_LARGEST_FRAME = 16 * 2**20
_HEARTBEAT_S = 20.0
_GONE = 1006  # what an end without a close frame counts as; never sent


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
    """An application that serves the engine at the paths of OpenAI and Azure, its calls, and `/healthz`.

    Args:
        engine: The engine; warm it first, or the first caller waits for it.
    """
    sockets: set[web.WebSocketResponse] = set()
    calls = Calls(engine)

    async def realtime(request: web.Request) -> web.StreamResponse:
        sideband = None
        if "call_id" in request.query:
            try:
                sideband = calls.sideband(request.query["call_id"])
            except WireError as error:
                return refused(error)
        socket = web.WebSocketResponse(
            max_msg_size=_LARGEST_FRAME, compress=False, heartbeat=_HEARTBEAT_S, protocols=("realtime",)
        )
        await socket.prepare(request)
        sockets.add(socket)
        try:
            if sideband is None:
                await engine.serve(SocketTransport(socket), model=request.query.get("model"))
            else:
                await join(SocketTransport(socket), sideband)
        finally:
            sockets.discard(socket)
        return socket

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def say_goodbye(_app: web.Application) -> None:
        await calls.close()
        # Without it a graceful stop waits until the last client has left by itself.
        farewells = (socket.close(code=WSCloseCode.GOING_AWAY, message=b"server shutdown") for socket in sockets)
        await asyncio.gather(*farewells)

    app = web.Application()
    app.on_shutdown.append(say_goodbye)
    for path in PATHS:
        app.router.add_get(path, realtime)
    app.router.add_get("/healthz", healthz)
    app.router.add_routes(call_routes(calls))
    return app


async def join(one: Transport, other: Transport) -> None:
    """Carry messages both ways until either side closes; then close both, with its code and reason."""

    async def carry(source: Transport, target: Transport) -> TransportClosed:
        try:
            while True:
                # Binary messages go on as well: whom they reach refuses them in words.
                await target.send(await source.receive())  # type: ignore[arg-type]
        except TransportClosed as closed:
            return closed

    tasks = [asyncio.ensure_future(carry(one, other)), asyncio.ensure_future(carry(other, one))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        end = done.pop().result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    code = end.code if end.code != _GONE else 1000
    await one.close(code, end.reason)
    await other.close(code, end.reason)
