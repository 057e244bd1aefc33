"""The plainest relay on picows and uvloop, about as fast as Python gets: the floor to hold others against."""

from __future__ import annotations

import asyncio
import os

import uvloop
from picows import WSListener, WSMsgType, ws_connect, ws_create_server

UPSTREAM = os.environ["BENCH_UPSTREAM"]


class Side(WSListener):
    peer = None
    transport = None

    def on_ws_connected(self, transport):
        self.transport = transport
        if self.peer:
            self.peer.peer = self  # before the first frame can come, or it would be lost

    def on_ws_disconnected(self, transport):
        if self.peer and self.peer.transport:
            self.peer.transport.disconnect()

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        elif self.peer:
            self.peer.transport.send(frame.msg_type, frame.get_payload_as_memoryview(), frame.fin)


class ClientSide(Side):
    def on_ws_connected(self, transport):
        self.transport = transport
        self.dialling = asyncio.ensure_future(self.dial())

    async def dial(self):
        upstream = Side()
        upstream.peer = self
        await ws_connect(lambda: upstream, UPSTREAM)


async def main():
    server = await ws_create_server(lambda request: ClientSide(), "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
