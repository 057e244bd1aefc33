"""A request to aiohttp's server becomes a WebSocket of ours, and aiohttp lets go of it."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from agent.transports.adoption import adopt, let_go
from agent.transports.stream import Stream


async def test_the_chosen_subprotocol_and_further_headers_are_answered(adopted, http):
    url, arrived = await adopted(subprotocol="vocative.v1", headers={"X-Request-Id": "7"})
    async with http.ws_connect(url, protocols=("realtime", "vocative.v1")) as socket:
        assert socket.protocol == "vocative.v1"
        assert socket._response.headers["X-Request-Id"] == "7"
        server = Stream(await arrived)
        await socket.send_str("hello")
        assert await server.receive() == "hello"


async def test_compression_is_not_agreed_to(adopted, http):
    url, _ = await adopted()
    async with http.ws_connect(url, compress=15) as socket:
        assert socket.compress == 0


async def test_a_plain_request_is_told_what_this_address_takes(adopted, http):
    url, _ = await adopted()
    async with http.get(url.replace("ws:", "http:")) as response:
        assert response.status == 426
        assert "WebSocket" in await response.text()


async def test_a_malformed_handshake_is_refused_and_costs_nothing_else(serve, http):
    failed = asyncio.get_running_loop().create_future()

    async def handler(request):
        try:
            transport = await adopt(request, subprotocol=None, max_message=1000)
        except web.HTTPException as error:
            failed.set_result(error.status)
            raise
        await transport.wait_closed()
        return let_go(request)

    url = (await serve(handler)).replace("ws:", "http:")
    bad = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    async with http.get(url, headers=bad) as response:
        assert response.status == 400
    assert await failed == 400
    async with http.ws_connect(url):
        pass


async def test_a_request_may_be_as_long_as_aiohttp_takes_it(adopted, http):
    url, arrived = await adopted()
    query = "&".join(f"k{number}={'v' * 100}" for number in range(60))
    headers = {f"X-Long-{number}": "h" * 8000 for number in range(5)}
    async with http.ws_connect(f"{url}?{query}", headers=headers):
        assert (await arrived).connected


async def test_aiohttp_keeps_nothing_of_a_connection_that_is_over(serve):
    counted = []

    async def handler(request):
        transport = await adopt(request, subprotocol=None, max_message=1000)
        transport.start(transport.send, room=lambda: None, closed=lambda *_: None)
        counted.append(request.protocol._manager)
        await transport.wait_closed()
        return let_go(request)

    url = await serve(handler)
    before = asyncio.all_tasks()
    async with aiohttp.ClientSession() as http:
        for _ in range(3):
            async with http.ws_connect(url) as socket:
                await socket.send_str("echo")
                assert (await socket.receive()).data == "echo"
    async with asyncio.timeout(5):
        while counted[0].connections or asyncio.all_tasks() - before:  # noqa: ASYNC110  (nobody tells)
            await asyncio.sleep(0.01)
    assert all(manager is counted[0] for manager in counted)


@pytest.mark.parametrize("leave", ["close", "abort"])
async def test_the_handler_goes_on_when_the_client_has_left_either_way(adopted, http, leave):
    url, arrived = await adopted()
    socket = await http.ws_connect(url)
    server = await arrived
    if leave == "close":
        await socket.close()
    else:
        socket._conn.transport.abort()
    async with asyncio.timeout(5):
        await server.wait_closed()
