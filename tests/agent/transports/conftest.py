"""Real sockets on loopback: a server whose handler a test gives, and a client session."""

from __future__ import annotations

import contextlib

import pytest
from aiohttp import web

from agent.transports.upstream import client
from agent.transports.websocket import WebSocketTransport


@pytest.fixture
async def http():
    async with client() as session:
        yield session


@pytest.fixture
async def serve():
    """Serves a handler at a free port; gives the address."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(handler):
            application = web.Application()
            application.router.add_get("/realtime", handler)
            runner = web.AppRunner(application, shutdown_timeout=0.2)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            return f"ws://127.0.0.1:{port}/realtime"

        yield start


@pytest.fixture
async def sockets(serve, http):
    """Two transports joined by a real WebSocket: the server's end and the client's."""
    import asyncio

    arrived, leave = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def handler(request):
        socket = web.WebSocketResponse(max_msg_size=2**20, compress=False, timeout=0.5, autoping=False)
        await socket.prepare(request)
        arrived.set_result(WebSocketTransport(socket))
        await leave.wait()
        return socket

    client = WebSocketTransport(await http.ws_connect(await serve(handler), compress=0, max_msg_size=0, autoping=False))
    yield await arrived, client
    leave.set()
    await client.close()
