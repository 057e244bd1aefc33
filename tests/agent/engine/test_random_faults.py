"""Under any schedule of faults the engine itself stays whole."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.engine.faults import Faults
from agent.errors import DialError
from agent.transports.base import TransportClosed
from agent.transports.stream import Stream

ITEM = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}


async def talk(engine):
    """One session: two questions, and whatever comes of them."""
    try:
        client = Stream(engine.connect())
    except DialError:
        return "refused"
    try:
        async with asyncio.timeout(0.4):
            for _ in range(2):
                await client.send(json.dumps({"type": "conversation.item.create", "item": ITEM}))
                await client.send(json.dumps({"type": "response.create"}))
                while json.loads(await client.receive())["type"] != "response.done":
                    pass
    except TransportClosed:
        return "closed"
    except TimeoutError:
        return "silent"
    else:
        return "answered"
    finally:
        await client.close()


@pytest.mark.parametrize("seed", range(25))
async def test_no_schedule_breaks_the_engine_or_leaves_anything_behind(new_engine, seed, caplog, eventually):
    before = asyncio.all_tasks()
    engine = new_engine(faults=Faults.random(seed, count=4))
    outcomes = [await talk(engine) for _ in range(8)]
    # Each rule strikes a few times at most: in the end everything is answered.
    assert outcomes[-1] == "answered", outcomes
    await eventually(lambda: not asyncio.all_tasks() - before)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
