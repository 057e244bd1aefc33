"""By hand: a relay between a client and a model, both of which a test plays."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import asynccontextmanager

import pytest

from agent.core.session import Session, SessionConfig
from agent.relay import Relay
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tools import Toolset

PATIENCE = 5  # seconds


async def says(end, kind, **fields):
    """Send an event from one end of a transport."""
    await end.send(json.dumps({"type": kind} | fields))


async def gets(end, kind):
    """Wait for the next event of a type at one end of a transport; those before it are passed over."""
    async with asyncio.timeout(PATIENCE):
        while True:
            event = json.loads(await end.receive())
            if event["type"] == kind:
                return event


class House:
    """One session.

    Args:
        functions: The tools.
        staff: Who answers; by default nobody who could hand over, with these tools.
        capacity: Messages that each transport holds.
        extensions: The client opted in to our own events.
        config: What else is enforced.
        connect: Gives further connections to a model.
        user: Who is calling.
        session: More for the session.
    """

    def __init__(
        self, *functions, staff=None, capacity=256, extensions=True, config=None, connect=None, user=None, **session
    ):  # fmt: skip
        theirs, self.client = pair(capacity)
        upstream, self.model = pair(capacity)
        self.models = [self.model]
        ids, loop = itertools.count(1), asyncio.get_running_loop()
        fixed = SessionConfig({"type": "realtime"}, extensions=extensions, **(config or {}))
        self.session = Session(fixed, new_id=lambda: f"id_{next(ids)}", now=loop.time(), **session)
        relay = Relay(
            theirs,
            upstream,
            self.session,
            staff or Toolset(functions),
            connect=connect,
            user=user,
            session_id="s1",
            clock=loop.time,
        )
        self.running = asyncio.create_task(relay.run())

    async def open(self):
        """The model greets, and takes the configuration."""
        await self.model_says("session.created", session={})
        await self.model_says("session.updated", session={})
        await self.client_gets("extension.ready" if self.session.extensions else "session.created")
        await self.model_gets("session.update")
        return self

    async def model_says(self, kind, **fields):
        await says(self.model, kind, **fields)

    async def client_says(self, kind, **fields):
        await says(self.client, kind, **fields)

    async def client_gets(self, kind):
        return await gets(self.client, kind)

    async def model_gets(self, kind):
        return await gets(self.model, kind)

    async def call(self, name, call_id="c1", arguments="{}"):
        """The model calls a tool."""
        item = {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}
        fields = {"response_id": "r1", "output_index": 0, "item": item | {"id": f"fc_{call_id}", "status": "completed"}}
        await self.model_says("response.output_item.done", **fields)


@asynccontextmanager
async def houses(kind=House):
    """Opens houses, and checks at the end that each left no task behind and no connection open.

    Args:
        kind: Of house; `open` is awaited.
    """
    before, made = asyncio.all_tasks(), []

    async def make(*functions, **options):
        made.append(kind(*functions, **options))
        return await made[-1].open()

    yield make
    for each in made:
        await each.client.close()
        async with asyncio.timeout(PATIENCE):
            await each.running
        for model in each.models:
            with pytest.raises(TransportClosed):
                await gets(model, "nothing more")
    assert asyncio.all_tasks() - {asyncio.current_task()} <= before
