"""Dialects and faults of the engine inside one process."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.engine.faults import Delay, Drop, Duplicate, Expire, Fail, Faults, Lose, Refuse, Stall
from agent.errors import DialError
from agent.transports.base import TransportClosed
from agent.transports.stream import Stream
from tests.agent.engine.faced import check_preview


async def events_until(transport, kind):
    events = []
    async with asyncio.timeout(10):
        while not events or events[-1]["type"] != kind:
            events.append(json.loads(await transport.receive()))
    return events


async def ask(transport, text="hello"):
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    await transport.send(json.dumps({"type": "conversation.item.create", "item": item}))
    await transport.send(json.dumps({"type": "response.create"}))


async def test_a_session_in_process_speaks_the_dialect_it_is_asked_for(new_engine):
    client = Stream(new_engine().connect(dialect="preview"))
    await ask(client)
    for event in await events_until(client, "response.done"):
        check_preview(event)


async def test_a_dialect_that_does_not_exist_is_refused_at_once(new_engine):
    with pytest.raises(ValueError, match="choose one of"):
        new_engine().connect(dialect="beta")


async def test_a_refused_connection_is_an_error_of_dialling(new_engine):
    engine = new_engine(faults=Faults(Refuse(status=401, times=1)))
    with pytest.raises(DialError) as refused:
        engine.connect()
    assert refused.value.status == 401
    assert (await events_until(Stream(engine.connect()), "session.created"))[0]["session"]["model"] == "vocative-engine"


async def test_a_dropped_session_ends_where_it_was_told(new_engine):
    client = Stream(new_engine(faults=Faults(Drop(event="response.created", code=1011, reason="bad day"))).connect())
    await ask(client)
    assert (await events_until(client, "response.created"))[-1]["type"] == "response.created"
    with pytest.raises(TransportClosed) as closed:
        await client.receive()
    assert (closed.value.code, closed.value.reason) == (1011, "bad day")


async def test_a_failed_response_frees_the_floor_for_the_next(new_engine):
    client = Stream(new_engine(faults=Faults(Fail(times=1, message="bad day"))).connect())
    await ask(client)
    done = (await events_until(client, "response.done"))[-1]["response"]
    assert done["status"] == "failed"
    assert done["status_details"]["error"] == {"type": "server_error", "code": "server_error", "message": "bad day"}
    await ask(client)
    events = await events_until(client, "response.done")
    assert events[-1]["response"]["status"] == "completed"
    assert "error" not in {event["type"] for event in events}


async def test_a_response_that_fails_at_once_is_not_thought_about_any_more(new_engine, reasoner):
    reasoner.answer = lambda said: [60.0]
    client = Stream(new_engine(faults=Faults(Fail())).connect())
    await ask(client)
    kinds = [event["type"] for event in await events_until(client, "response.done")]
    assert kinds[-3:] == ["response.created", "rate_limits.updated", "response.done"]
    await asyncio.sleep(0.01)
    # Whatever thinking had begun was told to stop.
    assert len(reasoner.thoughts) == reasoner.abandoned


async def test_delayed_events_come_later_and_in_order(new_engine):
    client = Stream(new_engine(faults=Faults(Delay(event="response.created", ms=60))).connect())
    await ask(client)
    kinds = [event["type"] for event in await events_until(client, "response.done")]
    assert kinds.index("response.created") < kinds.index("response.output_item.added")


async def test_lost_and_repeated_events(new_engine):
    faults = Faults(Lose(event="response.output_audio.done"), Duplicate(event="response.done"))
    client = Stream(new_engine(faults=faults).connect())
    await ask(client)
    events = await events_until(client, "response.done")
    again = json.loads(await client.receive())
    assert again["event_id"] == events[-1]["event_id"]
    assert "response.output_audio.done" not in {event["type"] for event in events}


async def test_while_the_engine_stalls_nothing_is_answered(new_engine):
    client = Stream(new_engine(faults=Faults(Stall(event="session.created", ms=150))).connect())
    await events_until(client, "session.created")
    began = asyncio.get_running_loop().time()
    await client.send(json.dumps({"type": "input_audio_buffer.clear"}))
    await events_until(client, "input_audio_buffer.cleared")
    assert asyncio.get_running_loop().time() - began >= 0.1


async def test_a_session_that_expires_says_when(new_engine):
    engine = new_engine(faults=Faults(Expire(after_s=0.05, session=1)))
    short, long = Stream(engine.connect()), Stream(engine.connect())
    events = await events_until(short, "error")
    assert events[-1]["error"]["code"] == "session_expired"
    usual = (await events_until(long, "session.created"))[0]
    assert usual["session"]["expires_at"] - events[0]["session"]["expires_at"] > 3000
