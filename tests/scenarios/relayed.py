"""Runs a scenario through the real relay, its tools and its transports; the model is the fake one or any other.

With the fake model, the event loop's clock is virtual: waiting costs nothing, and a run is the same each time. A real
model (the embedded engine, a service) needs a real loop; `play` is then given a transport to it and a voice for the
caller, and what the model was given cannot be looked into.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import selectors
from collections import deque
from dataclasses import replace

from agent.core.session import Session
from agent.relay import Relay
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.scenarios.fake_client import FakeClient
from tests.scenarios.fake_model import FakeModel
from tests.scenarios.in_memory import LATENCY, LONGEST, Played, config_of, direct
from tools import Result, ToolError, Toolset, tool


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time."""

    def __init__(self):
        self._moment = 0.0
        super().__init__(_NoWaiting(self))

    def time(self):
        return self._moment

    def advance(self, seconds):
        self._moment += seconds
        assert self._moment < LONGEST, "the conversation never ends"


class _NoWaiting(selectors.DefaultSelector):
    def __init__(self, loop):
        super().__init__()
        self._loop = loop

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing will ever happen again"
            self._loop.advance(max(timeout, 0.0))
        return ready


async def play(scenario, upstream=None, *, voice=None):
    """Play a scenario through a relay.

    Args:
        scenario: The scenario.
        upstream: A transport to a model that nothing was received from yet; the fake model by default.
        voice: As of `FakeClient`, for a model that hears real speech.
    """
    clock, model, hands = asyncio.get_running_loop(), None, []
    relay_client, client_end = pair()
    client = FakeClient(clock, _sender(client_end, hands), stock=scenario.stock, **({"voice": voice} if voice else {}))
    if upstream is None:
        upstream, model_end = pair()
        model = FakeModel(clock, _sender(model_end, hands), scenario.model)
        hands.append(asyncio.create_task(_receive(model_end, model.receive)))
        model.greet()
    hands.append(asyncio.create_task(_receive(client_end, client.receive, client.ended)))
    counter = itertools.count(1)
    toolset = Toolset([_tool(plan) for plan in scenario.tools.plans.values()])
    config = config_of(scenario)
    config = replace(config, session={**config.session, "tools": toolset.definitions()})
    session = Session(config, new_id=lambda: f"id_{next(counter)}", now=clock.time())
    relay = asyncio.create_task(Relay(relay_client, upstream, session, toolset, clock=clock.time).run())
    over = asyncio.Event()
    direct(clock, client, scenario.steps, over.set)
    await over.wait()
    seen = client.seen
    closed = seen.closed
    await client_end.close()
    await relay
    seen.closed = closed
    for hand in hands:
        hand.cancel()
    await asyncio.gather(*hands, return_exceptions=True)
    return Played(seen, model)


def _sender(transport, hands):
    queue, on_the_way = asyncio.Queue(), deque()

    async def send():
        with contextlib.suppress(TransportClosed):
            while True:
                await transport.send(await queue.get())

    hands.append(asyncio.create_task(send()))
    loop = asyncio.get_running_loop()

    def post(text):
        on_the_way.append(text)  # what is due at the same moment has no order of its own
        loop.call_later(LATENCY, lambda: queue.put_nowait(on_the_way.popleft()))

    return post


async def _receive(transport, receive, ended=lambda *_: None):
    try:
        while True:
            text = await transport.receive()
            await asyncio.sleep(0)
            receive(text)
    except TransportClosed as closed:
        ended(closed.code, closed.reason)


def _tool(plan):
    async def run(query: str = "") -> object:
        if plan.output is None:
            await asyncio.Event().wait()
        await asyncio.sleep(plan.after)
        if plan.error is not None:
            raise ToolError(plan.error)
        return Result(plan.output, citations=plan.citations)

    return tool(name=plan.name, description="A tool of a scenario.", timeout_s=plan.timeout)(run)
