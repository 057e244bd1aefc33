"""The engine as a WebSocket endpoint of its own: what `vocative engine` serves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from agent.engine.call_routes import call_routes, refused, turned_away
from agent.engine.calls import Calls
from agent.engine.faces import PATHS, dialect_at
from agent.engine.fault_run import Refusal
from agent.engine.wire_errors import WireError
from agent.transports.adoption import adopt, let_go
from agent.transports.base import TransportClosed
from agent.transports.stream import Stream

if TYPE_CHECKING:
    from agent.engine.runtime import Engine
    from agent.transports.base import Pull
    from agent.transports.websocket import WebSocketTransport

# A frame above this closes the socket with 1009; one above 15 MiB gets an `error` event from the session itself.
_LARGEST_FRAME = 16 * 2**20
_GONE = 1006  # what an end without a close frame counts as; never sent


def engine_app(engine: Engine) -> web.Application:
    """An application that serves the engine at the paths of OpenAI, Azure OpenAI and Voice Live, and `/healthz`.

    Each client is spoken to in its dialect, which its path tells, or the header `OpenAI-Beta: realtime=v1`. An engine
    without an account takes any Authorization, and none. It takes WebRTC calls too, where that extra is installed.

    Args:
        engine: The engine; warm it first, or the first caller waits for it.
    """
    sockets: set[WebSocketTransport] = set()
    calls = Calls(engine)

    async def realtime(request: web.Request) -> web.StreamResponse:
        try:
            sideband = calls.sideband(request.query["call_id"]) if "call_id" in request.query else None
            faults = engine.admit() if sideband is None else None
        except WireError as error:
            return refused(error)
        except Refusal as refusal:
            return turned_away(refusal)
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        chosen = "realtime" if "realtime" in {name.strip() for name in offered.split(",")} else None
        socket = await adopt(request, subprotocol=chosen, max_message=_LARGEST_FRAME)
        sockets.add(socket)
        try:
            if sideband is not None:
                await join(Stream(socket), sideband)
            else:
                # Azure's preview endpoint names the deployment where the others name the model.
                model = request.query.get("model") or request.query.get("deployment")
                dialect = dialect_at(request.path, request.headers.get("OpenAI-Beta"))
                await engine.serve(Stream(socket), model=model, dialect=dialect, faults=faults)
        finally:
            sockets.discard(socket)
        return let_go(request)

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def say_goodbye(_app: web.Application) -> None:
        await calls.close()
        # Without it a graceful stop waits until the last client has left by itself.
        leaving = [*sockets]
        for socket in leaving:
            socket.close(1001, "server shutdown")
        await asyncio.gather(*(socket.wait_closed() for socket in leaving))

    app = web.Application()
    app.on_shutdown.append(say_goodbye)
    for path in PATHS:
        app.router.add_get(path, realtime)
    app.router.add_get("/healthz", healthz)
    app.router.add_routes(call_routes(calls))
    return app


async def join(client: Pull, sideband: Pull) -> None:
    """Carry messages both ways until either side closes; then close both, with its code and reason."""

    async def carry(source: Pull, target: Pull) -> TransportClosed:
        try:
            while True:
                # Binary messages go on as well: whom they reach refuses them in words.
                await target.send(await source.receive())  # type: ignore[arg-type]
        except TransportClosed as closed:
            return closed

    tasks = [asyncio.ensure_future(carry(client, sideband)), asyncio.ensure_future(carry(sideband, client))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        end = done.pop().result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    code = end.code if end.code != _GONE else 1000
    await client.close(code, end.reason)
    await sideband.close(code, end.reason)
