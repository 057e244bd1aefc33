"""How the server closes on a client that goes on talking: it reads on until the client has answered its close."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestServer

from agent import Agent
from agent.door.door import Door, Rules
from agent.door.limits import Limits
from agent.server import Server
from agent.transports.base import TransportClosed
from agent.transports.memory import pair

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

TIMES = 50
APPEND = json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(1920)).decode()}).encode()
CLOSE = 0x88


def masked(payload: bytes) -> bytes:
    """A text frame of a client's, under a mask of zeros."""
    return bytes([0x81, 0x80 | 126]) + struct.pack(">H", len(payload)) + bytes(4) + payload


class Client:
    """A socket and nothing else: no library reads ahead, or holds back what is said after the end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def talk(self) -> None:
        """Send sound without a pause, as much as goes in."""
        with suppress(OSError):
            while True:
                self._writer.write(masked(APPEND) * 50)
                await self._writer.drain()
                await asyncio.sleep(0)

    async def frame(self) -> tuple[int, bytes]:
        """The next frame: its first byte, and its payload."""
        first, size = await self._reader.readexactly(2)
        if size == 126:
            (size,) = struct.unpack(">H", await self._reader.readexactly(2))
        return first, await self._reader.readexactly(size)

    async def told(self) -> tuple[int, str]:
        """The code and the reason with which it is closed."""
        while True:
            first, payload = await self.frame()
            if first == CLOSE:
                return struct.unpack(">H", payload[:2])[0], payload[2:].decode()

    async def until(self, kind: str) -> None:
        """Read up to an event."""
        while json.loads((await self.frame())[1])["type"] != kind:
            pass

    async def answer(self, code: int) -> None:
        """Close, and wait until the server has let go: at once, and without a reset."""
        self._writer.write(bytes([CLOSE, 0x82]) + bytes(4) + struct.pack(">H", code))
        assert await self._reader.read() == b""


@asynccontextmanager
async def connected(port: int):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = ["GET /v1/realtime HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}", "", ""]
    writer.write("\r\n".join(lines).encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    yield Client(reader, writer)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def silent_model():
    """A model that greets, takes any configuration and all sound, and says nothing."""
    ours, theirs = pair()

    async def serve() -> None:
        await theirs.send(json.dumps({"type": "session.created", "session": {"type": "realtime", "id": "s"}}))
        with suppress(TransportClosed):
            while True:
                event = json.loads(await theirs.receive())
                if event["type"] == "session.update":
                    await theirs.send(json.dumps({"type": "session.updated", "session": event["session"]}))

    asyncio.get_running_loop().create_task(serve())
    return ours


async def closed_in_mid_sentence(served: TestServer, end: Callable[[], Awaitable[None]]) -> tuple[int, str]:
    """What a client is told that talks until it is told. Args: end: Ends its session."""
    async with connected(served.port) as client, asyncio.timeout(20):
        await client.until("session.created")
        talking, ending = asyncio.create_task(client.talk()), asyncio.ensure_future(end())
        told = await client.told()
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await client.answer(told[0])
        await ending
    return told


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    # Were the client's answer not read, the server would wait for it for ever.
    monkeypatch.setattr("agent.transports.websocket.CLOSE_TIME", 3600)


async def test_a_client_that_talks_without_a_pause_and_is_shown_out_reads_why_fifty_times_out_of_fifty():
    door = Door(Rules(limits=Limits(audio_bytes_per_s=1000, burst_bytes=200_000)))

    async def by_its_own_deed() -> None:
        return

    async with TestServer(Server(Agent(), silent_model, None, door).application()) as served:
        told = [await closed_in_mid_sentence(served, by_its_own_deed) for _ in range(TIMES)]
    assert told == [(1008, "more than 1000 bytes of audio a second, for too long")] * TIMES


async def test_a_client_that_talks_while_the_server_stops_reads_so_fifty_times_out_of_fifty():
    told = []
    for _ in range(TIMES):
        async with TestServer(Server(Agent(), silent_model, None).application()) as served:
            told.append(await closed_in_mid_sentence(served, served.close))
    assert told == [(1001, "the server is stopping")] * TIMES
