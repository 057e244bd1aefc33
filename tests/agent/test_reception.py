"""A session's client: what waits for it, and what becomes of that when the user breaks in or the client is away."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import asynccontextmanager, suppress

import pytest

from agent.core.session import Session, SessionConfig
from agent.door.admission import Admission, Grounds
from agent.door.door import Door
from agent.door.guarded import GuardedTransport
from agent.relay import Relay
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tools import Toolset

SOUND = {
    "type": "response.output_audio.delta",
    "response_id": "r1",
    "item_id": "m1",
    "content_index": 0,
    "delta": "AAAA",
}


class Ends:
    """What a test holds of a session: the client, the model, the relay."""

    def __init__(self, waits):
        self.line, self.client = pair(4)
        upstream, self.model = pair()
        ids = itertools.count(1)
        clock = asyncio.get_running_loop().time
        session = Session(
            SessionConfig({"type": "realtime"}, extensions=True), new_id=lambda: f"id_{next(ids)}", now=clock()
        )
        self.relay = Relay(self.line, upstream, session, Toolset([]), waits=lambda: waits, clock=clock)
        self.running = asyncio.create_task(self.relay.run())

    async def says(self, *events):
        for event in events:
            await self.model.send(json.dumps(event))
        await asyncio.sleep(0.02)

    async def gets(self, kind, client=None):
        seen = []
        async with asyncio.timeout(5):
            while not seen or seen[-1]["type"] != kind:
                seen.append(json.loads(await (client or self.client).receive()))
        return seen


@asynccontextmanager
async def house(*, waits=False):
    before = asyncio.all_tasks()
    at = Ends(waits)
    opened = [{"type": kind, "session": {"id": "s"}} for kind in ("session.created", "session.updated")]
    await at.says(*opened)
    await at.gets("extension.ready")
    yield at
    at.relay.abandon()
    async with asyncio.timeout(5):
        await at.running
    assert asyncio.all_tasks() == before


async def test_after_a_barge_in_a_slow_client_gets_no_sound_of_the_answer_that_still_waited():
    async with house() as at:
        await at.says({"type": "response.created", "response": {"id": "r1", "conversation_id": "c"}}, *[SOUND] * 12)
        done = {"type": "response.done", "response": {"id": "r1", "status": "completed", "output": []}}
        await at.says(done, {"type": "input_audio_buffer.speech_started", "item_id": "u1", "audio_start_ms": 0})
        await at.says({"type": "rate_limits.updated"})
        kinds = [event["type"] for event in await at.gets("rate_limits.updated")]
        assert 0 < kinds.count(SOUND["type"]) < 12, "what had left is heard, and the rest is not"
        assert kinds[-3:] == ["response.done", "input_audio_buffer.speech_started", "rate_limits.updated"]


async def test_a_slow_client_that_goes_away_holds_nobody_back_and_gets_no_flood_when_it_is_back(monkeypatch):
    monkeypatch.setattr("agent.reception.CLIENT_WAITS", 500)
    async with house(waits=True) as at:
        await at.says({"type": "response.created", "response": {"id": "r1", "conversation_id": "c"}}, *[SOUND] * 12)
        at.line.close(1006)
        await asyncio.sleep(0.02)
        await at.says({"type": "response.done", "response": {"id": "r1", "status": "cancelled", "output": []}})
        line, client = pair()
        at.relay.rejoin(line, {"resume": {"token": "next"}})
        kinds = [event["type"] for event in await at.gets("response.done", client)]
        assert kinds == ["extension.ready", "extension.resumed", "response.done"]
        attending = asyncio.create_task(at.relay.attends(line))
        await client.send('{"type":"response.create"}')
        assert json.loads(await at.model.receive())["type"] == "session.update"
        async with asyncio.timeout(5):
            while json.loads(await at.model.receive())["type"] != "response.create":
                pass
        at.relay.abandon()
        await attending


async def test_what_still_waited_for_a_slow_client_when_its_connection_broke_is_told_when_it_is_back():
    async with house(waits=True) as at:
        notes = [{"type": "rate_limits.updated", "event_id": f"n{number}"} for number in range(20)]
        await at.says(*notes[:19], SOUND)
        at.line.close(1006)
        got = []
        with suppress(TransportClosed):
            while True:
                got.append(json.loads(await at.client.receive())["event_id"])
        await at.says(notes[19])
        line, client = pair()
        at.relay.rejoin(line, {})
        resumed = (await at.gets("extension.resumed", client))[-1]
        told = [(await at.gets("rate_limits.updated", client))[-1]["event_id"] for _ in range(resumed["missed"])]
        assert 0 < len(got) < 19, "some had left, and some waited"
        assert got + told == [note["event_id"] for note in notes]


@pytest.mark.parametrize("known", [True, False])
async def test_what_was_sent_to_a_connection_that_nobody_knew_to_be_dead_may_not_have_arrived(known):
    async with house(waits=True) as at:
        if known:
            at.line.close(1006)
            await asyncio.sleep(0)
            await at.says({"type": "rate_limits.updated"})
        line, client = pair()
        at.relay.rejoin(line, {})
        assert (await at.gets("extension.resumed", client))[-1]["complete"] is known


async def test_a_client_that_is_back_while_the_model_is_slow_is_held_back_as_before(monkeypatch):
    monkeypatch.setattr("agent.lines.UPSTREAM_WAITS", 500)
    async with house(waits=True) as at:
        delete = json.dumps({"type": "conversation.item.delete", "item_id": "x" * 100})
        while not at.relay._lines.outbox.held:
            await at.client.send(delete)
            await asyncio.sleep(0)
        line, client = pair(4)
        at.relay.rejoin(GuardedTransport(line, Admission(Grounds.OPEN), Door()), {})
        await at.gets("extension.resumed", client)
        for _ in range(4):
            await client.send(delete)
        for _ in range(20):
            await asyncio.sleep(0)
        assert client._transport.full, "nobody takes it from the line"
        await at.model.receive()


@pytest.mark.parametrize(("waits", "code"), [(False, 1006), (True, 1000), (True, 1001)])
async def test_a_session_ends_with_its_client_unless_that_may_be_back(waits, code):
    async with house(waits=waits) as at:
        at.line.close(code)
        async with asyncio.timeout(5):
            await at.running


async def test_whoever_attends_a_connection_is_let_go_when_the_client_has_another():
    async with house(waits=True) as at:
        attending = asyncio.create_task(at.relay.attends(at.line))
        await asyncio.sleep(0)
        line, client = pair()
        at.relay.rejoin(line, {})
        async with asyncio.timeout(5):
            await attending
        with pytest.raises(TransportClosed, match="connected anew"):
            await at.gets("nothing more")
        await client.send("nonsense")
        assert (await at.gets("error", client))[-1]["error"]["code"] == "invalid_json"
