"""The plainest relay on aiohttp: passes every frame on and never looks inside. `RELAY_UVLOOP=1` runs it on uvloop."""

from __future__ import annotations

import asyncio
import os

import aiohttp
from aiohttp import web

UPSTREAM = os.environ["BENCH_UPSTREAM"]


async def pump(source, target) -> None:
    async for message in source:
        if message.type == aiohttp.WSMsgType.TEXT:
            await target.send_str(message.data)
    await target.close()


async def relay(request: web.Request) -> web.WebSocketResponse:
    client = web.WebSocketResponse(compress=False, max_msg_size=0)
    await client.prepare(request)
    async with aiohttp.ClientSession() as http, http.ws_connect(UPSTREAM, max_msg_size=0) as upstream:
        await asyncio.gather(pump(client, upstream), pump(upstream, client), return_exceptions=True)
    return client


if __name__ == "__main__":
    if os.environ.get("RELAY_UVLOOP"):
        import uvloop

        uvloop.install()
    app = web.Application()
    app.router.add_get("/v1/realtime", relay)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
