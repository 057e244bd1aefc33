"""Attacks by amount: too large, too many, too slow; and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import tracemalloc

from agent import Agent
from agent.door.door import Door, Rules
from agent.door.limits import Limits
from agent.server import MAX_FRAME_BYTES, Server
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.attacks.conftest import KEY


async def lives(house) -> None:
    """Somebody else is served as if nothing had happened."""
    async with house.caller() as other:
        await other.until("session.created")
        await other.send("input_audio_buffer.clear")
        await other.until("input_audio_buffer.cleared")


async def test_a_message_that_announces_to_be_too_large_closes_with_1009_before_it_is_there(house):
    async with house.caller() as caller:
        await caller.until("session.created")
        # RFC 6455, section 5.2: a whole text frame, masked, with a length of 64 bits; its data need never come.
        head = b"\x81\xff" + (MAX_FRAME_BYTES + 1).to_bytes(8, "big") + b"mask"
        caller.socket._response.connection.transport.write(head)
        assert (await caller.end())[0] == 1009
    assert house.model.of("input_audio_buffer.append") == []
    await lives(house)


async def test_the_operators_own_limit_of_a_message_is_told_in_words(build):
    house = await build(limits=Limits(message_bytes=10_000))
    async with house.caller() as caller:
        await caller.until("session.created")
        await caller.send("input_audio_buffer.append", audio="A" * 10_000)
        assert await caller.end() == (1009, "message_too_large")
    assert house.model.of("input_audio_buffer.append") == []


async def test_a_flood_of_control_messages_ends_the_flooder_and_nobody_else(build):
    house = await build(limits=Limits(control_per_s=20, control_burst=100))
    async with house.caller() as bystander, house.caller() as caller:
        await bystander.until("session.created")
        await caller.until("session.created")
        for _ in range(1000):
            if caller.socket.closed:
                break
            await caller.send("input_audio_buffer.clear")
        assert await caller.end() == (1008, "rate_limit_exceeded")
        await bystander.send("input_audio_buffer.clear")
        await bystander.until("input_audio_buffer.cleared")
    assert len(house.model.of("input_audio_buffer.clear")) < 500


async def test_a_flood_of_audio_ends_the_flooder_and_nobody_else(build):
    house = await build(limits=Limits(audio_bytes_per_s=48_000, burst_bytes=480_000))
    async with house.caller() as bystander, house.caller() as caller:
        await bystander.until("session.created")
        await caller.until("session.created")
        for _ in range(100):
            if caller.socket.closed:
                break
            await caller.send("input_audio_buffer.append", audio="A" * 64_000)
        assert await caller.end() == (1008, "rate_limit_exceeded")
        await bystander.send("input_audio_buffer.append", audio="A" * 64_000)
        await bystander.send("input_audio_buffer.clear")
        await bystander.until("input_audio_buffer.cleared")
    assert len(house.model.of("input_audio_buffer.append")) < 30


async def test_a_flood_that_calls_itself_audio_is_none(build):
    """An event that merely mentions the type of an append is a control message like any other."""
    house = await build(limits=Limits(control_per_s=20, control_burst=50))
    async with house.caller() as caller:
        await caller.until("session.created")
        for _ in range(500):
            if caller.socket.closed:
                break
            await caller.send("input_audio_buffer.clear", event_id='"type":"input_audio_buffer.append"')
        assert await caller.end() == (1008, "rate_limit_exceeded")


async def test_one_user_cannot_take_all_the_sessions_there_are(build):
    house = await build(limits=Limits(sessions_per_user=2))
    tickets = [await house.ticket(id="ada") for _ in range(3)]
    protocols = [("realtime", f"vocative.ticket.{ticket}") for ticket in tickets]
    async with house.caller(headers={}, protocols=protocols[0]), house.caller(headers={}, protocols=protocols[1]):
        assert await house.status(protocols=protocols[2]) == 429
        await lives(house)


async def test_a_user_with_all_the_sessions_that_one_may_have_comes_back_to_one_whose_connection_broke(build):
    house = await build(limits=Limits(sessions_per_user=1))
    async with house.caller(protocols=("realtime", "vocative.v1")) as caller:
        token = (await caller.until("extension.ready"))["resume"]["token"]
        async with house.caller(protocols=("realtime", "vocative.v1", f"vocative.resume.{token}")) as again:
            await again.until("extension.resumed")
            assert await caller.end() == (1000, None)
            assert await house.status(headers={"api-key": KEY}) == 429


async def test_a_server_that_is_full_says_when_to_come_back(build):
    house = await build(limits=Limits(sessions=1))
    async with house.caller() as caller:
        await caller.until("session.created")
        assert await house.status(headers={"api-key": KEY}) == 503


async def test_sockets_that_never_say_who_they_are_take_few_places(house):
    protocols = ("realtime", "vocative.authenticate")
    sockets = [await house.http.ws_connect("/v1/realtime", protocols=protocols) for _ in range(16)]
    assert await house.status(protocols=protocols) == 503
    await lives(house)
    assert house.door.admissions.count >= 16
    for socket in sockets:
        await socket.close()


PIECES = 1000  # of 128 kB


class Torrent:
    """A model that talks much faster than anybody reads."""

    def __init__(self) -> None:
        self.tasks = []
        self.poured = 0

    async def connect(self):
        ours, theirs = pair()
        self.tasks.append(asyncio.create_task(self._serve(theirs)))
        return ours

    async def _serve(self, end) -> None:
        try:
            await end.send(json.dumps({"type": "session.created", "session": {"id": "s", "type": "realtime"}}))
            update = json.loads(await end.receive())
            session = {"id": "s", "type": "realtime", **update["session"]}
            await end.send(json.dumps({"type": "session.updated", "session": session}))
            while True:
                event = json.loads(await end.receive())
                if event["type"] == "input_audio_buffer.clear":
                    await end.send(json.dumps({"type": "input_audio_buffer.cleared"}))
                if event["type"] == "input_audio_buffer.commit":
                    await self._pour(end)
        except TransportClosed:
            return

    async def _pour(self, end) -> None:
        fields = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
        for number in range(PIECES):
            self.poured = number
            piece = {"type": "response.output_audio.delta", **fields, "delta": f"{number:06}".ljust(128_000, "A")}
            await end.send(json.dumps(piece))


async def test_a_slow_reader_costs_little_memory_and_nobody_else_anything():
    model = Torrent()
    from aiohttp.test_utils import TestClient, TestServer

    served = TestServer(Server(Agent(), model.connect, None, Door(Rules())).application())
    async with TestClient(served) as http:
        slow = await http.ws_connect("/v1/realtime")
        await slow.receive()
        # From here on nothing of its socket is read any more.
        slow._response.connection.transport.pause_reading()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            await slow.send_json({"type": "input_audio_buffer.commit"})
            poured = -1
            while poured < model.poured:  # until it stalls, or has poured out everything
                poured = model.poured
                async with http.ws_connect("/v1/realtime") as other, asyncio.timeout(10):
                    assert json.loads((await other.receive()).data)["type"] == "session.created"
                    await other.send_json({"type": "input_audio_buffer.clear"})
                    assert json.loads((await other.receive()).data)["type"] == "input_audio_buffer.cleared"
            grown = tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()
        assert grown < 48 * 1024 * 1024
        slow._response.connection.transport.abort()
        for task in model.tasks:
            task.cancel()
        await asyncio.gather(*model.tasks, return_exceptions=True)
