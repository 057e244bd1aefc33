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
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent.core.dialect import DIALECTS
from agent.core.profiles import PROFILES
from agent.core.session import Session
from agent.relay import Relay
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.scenarios.dialects import Dressed
from tests.scenarios.fake_client import FakeClient
from tests.scenarios.fake_model import FakeModel, speech
from tests.scenarios.in_memory import LATENCY, LONGEST, Played, config_of, direct
from tools import Result, ToolError, Toolset, tool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


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


@dataclass(frozen=True)
class Cast:
    """Who talks, where it is not the fake model and a client that speaks GA.

    Attributes:
        upstream: A transport to a model that nothing was received from yet; None for the fake model.
        voice: As of `FakeClient`, for a model that hears real speech.
        profile: The service that the upstream is.
        client: The dialect that the client speaks.
        session: What is enforced, as a GA session object; None for the same as in all scenarios.
        toolset: The tools; None for those of the scenario.
        shown: Takes what the client is sent, as it is sent.
        connect: Opens another connection to the model when that one is lost; None where it cannot be replaced.
    """

    upstream: Any = None
    voice: Callable[[str], list[str]] = speech
    profile: str = "engine"
    client: str = "ga"
    session: dict[str, Any] | None = None
    toolset: Toolset | None = None
    shown: Callable[[str], None] = lambda _text: None
    connect: Callable[[], Awaitable[Any]] | None = None


async def play(scenario, cast=Cast()):
    """Play a scenario through a relay."""
    hands, upstream, model = [], cast.upstream, None
    if upstream is None:
        upstream, model = _fake_model(scenario, hands)
    relay_client, client_end = pair()
    caller = _client(client_end, scenario, cast, hands)
    relay = asyncio.create_task(_relay(relay_client, upstream, scenario, cast).run())
    over = asyncio.Event()
    direct(asyncio.get_running_loop(), caller, scenario.steps, over.set)
    await over.wait()
    seen = caller.seen
    closed = seen.closed
    await client_end.close()
    await relay
    seen.closed = closed
    for hand in hands:
        hand.cancel()
    await asyncio.gather(*hands, return_exceptions=True)
    return Played(seen, model)


def _fake_model(scenario, hands):
    upstream, end = pair()
    model = FakeModel(asyncio.get_running_loop(), _sender(end, hands), scenario.model)
    hands.append(asyncio.create_task(_receive(end, model.receive)))
    model.greet()
    return upstream, model


def _client(end, scenario, cast, hands):
    clothes, post = Dressed(DIALECTS[cast.client]), _sender(end, hands)
    send = lambda text: post(clothes.of_client(text))  # noqa: E731
    client = FakeClient(asyncio.get_running_loop(), send, stock=scenario.stock, voice=cast.voice)

    def receive(text):
        cast.shown(text)
        for each in clothes.for_client(text):
            client.receive(each)

    hands.append(asyncio.create_task(_receive(end, receive, client.ended)))
    return client


def _relay(client, upstream, scenario, cast):
    clock, counter = asyncio.get_running_loop().time, itertools.count(1)
    toolset = cast.toolset or Toolset([_tool(plan) for plan in scenario.tools.plans.values()])
    config = config_of(scenario)
    enforced = {**(cast.session or config.session), "tools": toolset.definitions()}
    faces = {"profile": PROFILES[cast.profile], "client": DIALECTS[cast.client]}
    config = replace(config, session=enforced)
    session = Session(config, new_id=lambda: f"id_{next(counter)}", now=clock(), **faces)
    return Relay(client, upstream, session, toolset, connect=cast.connect, clock=clock)


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
