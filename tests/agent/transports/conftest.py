"""Real sockets on loopback: a server whose handler a test gives, and transports at both ends."""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp
import pytest
from aiohttp import web

from agent.transports.adoption import adopt, let_go
from agent.transports.stream import Stream
from agent.transports.upstream import dial

LARGEST = 2**20


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
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
async def adopted(serve):
    """Serves a WebSocket that the server adopts; gives the address, and a future with the server's transport."""

    async def start(**options):
        arrived = asyncio.get_running_loop().create_future()

        async def handler(request):
            transport = await adopt(request, **{"subprotocol": None, "max_message": LARGEST} | options)
            arrived.set_result(transport)
            await transport.wait_closed()
            return let_go(request)

        return await serve(handler), arrived

    return start


@pytest.fixture
async def transports(adopted):
    """Two transports joined by a real WebSocket: the server's end and the client's."""
    url, arrived = await adopted()
    client = await dial(url, {})
    server = await arrived
    yield server, client
    for end in (client, server):
        end.close()
        await end.wait_closed()


@pytest.fixture
async def streams(transports):
    """The same two ends, to wait on."""
    server, client = transports
    return Stream(server), Stream(client)
