"""The real relay between a caller and the real engine's protocol, with a scripted model, stand-ins for ears and voice,
and short times; the engine fails as it is told."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
import re
import time
from contextlib import asynccontextmanager

import numpy as np

from agent import Agent
from agent.core.backoff import Backoff
from agent.core.session import Session
from agent.core.succession import Policy
from agent.engine.runtime import Engine
from agent.relay import Relay
from agent.testing import Script
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.agent.engine.conftest import LoudnessEars, ToneVoice
from tools import ToolPolicy, tool

POLICY = Policy(Backoff(attempts=6, first=0.01, longest=0.05), look=0.01, patience=0.3, seeding=0.2, opening=2.0)
RATE = 24_000


class Watched(Script):
    """A script that keeps what it was asked: the conversation as the model has it."""

    def __init__(self):
        super().__init__()
        self.items = []
        self.when(re.compile("tool")).calls("look_up").then_says(lambda outputs: f"It is {outputs[-1]}.")
        self.otherwise().says("Good evening, how can I help you today?")

    def was_asked(self, words):
        """Whether the last thing that the model had to answer is this."""
        asked = [item for item in self.items if item.get("role") == "user"]
        return bool(asked) and any(part.get("text") == words for part in asked[-1]["content"])

    async def respond(self, thought):
        self.items = thought.items
        async for piece in super().respond(thought):
            yield piece


class Caller:
    """Types and speaks, and keeps all that it is sent."""

    def __init__(self, stream):
        self._stream, self.seen, self.closed = stream, [], None
        self._news = asyncio.Event()
        self.listening = asyncio.create_task(self._listen())

    async def _listen(self):
        try:
            while True:
                self.seen.append(json.loads(await self._stream.receive()))
                self._news.set()
        except TransportClosed as end:
            self.closed = end
            self._news.set()

    async def send(self, kind, **fields):
        if self.closed is None:
            await self._stream.send(json.dumps({"type": kind, **fields}))

    async def types(self, text):
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        await self.send("conversation.item.create", item=item)
        await self.send("response.create")

    async def speaks(self, pitch=400, ms=700, silence=900):
        wave = 0.5 * np.sin(2 * np.pi * pitch * np.arange(RATE * ms // 1000) / RATE)
        sound = np.concatenate([wave, np.zeros(RATE * silence // 1000)])
        samples = (sound * 32767).astype("<i2").tobytes()
        for start in range(0, len(samples), 4800):
            await self.send("input_audio_buffer.append", audio=base64.b64encode(samples[start : start + 4800]).decode())
            await asyncio.sleep(0)

    def count(self, kind):
        return sum(event["type"] == kind for event in self.seen)

    def of(self, kind):
        return [event for event in self.seen if event["type"] == kind]

    @property
    def answers(self):
        return [event["transcript"] for event in self.of("response.output_audio_transcript.done")]

    async def until(self, ready, seconds=5.0):
        """Wait until something holds; tells whether it came to that."""
        try:
            async with asyncio.timeout(seconds):
                while not ready() and self.closed is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return bool(ready())

    async def gets(self, kind, number=1):
        assert await self.until(lambda: self.count(kind) >= number), (
            f"no {kind}: {[each['type'] for each in self.seen]}"
        )
        return self.of(kind)[number - 1]

    async def answered(self, number=1):
        assert await self.until(lambda: len(self.answers) >= number), f"no answer: {[e['type'] for e in self.seen]}"
        return self.answers[number - 1]

    async def ends(self):
        assert await self.until(lambda: self.closed is not None), "the session goes on"
        return self.closed


class House:
    """One caller's session; `runs` are the tool's runs."""

    def __init__(self, faults, *, tool_s=0.0, extensions=True, engine_options=None, dialect="ga", **session):
        self.script, self.runs, self.sessions = Watched(), [], 0
        self.release = None
        self._tool_s, self._dialect = tool_s, dialect
        self.engine = Engine(LoudnessEars(), ToneVoice(), self.script, faults=faults, **(engine_options or {}))

        @tool(policy=ToolPolicy(idempotent=False))
        async def look_up() -> str:
            """Look it up."""
            self.runs.append(f"number {len(self.runs) + 1}")
            mine = self.runs[-1]
            if self.release is not None:
                await self.release.wait()
            await asyncio.sleep(self._tool_s)
            return mine

        self.agent = Agent(tools=[look_up])
        ids = itertools.count(1)
        client, theirs = pair()
        loop = asyncio.get_running_loop()
        now = loop.time()
        self.session = Session(
            self.agent.session_config(extensions=extensions),
            new_id=lambda: f"id_{next(ids)}",
            now=now,
            unix=time.time() - now,
            chance=random.Random(1).random,
            policy=session.pop("policy", POLICY),
            **session,
        )
        self.client, self._theirs = client, theirs

    async def connect(self):
        await asyncio.sleep(0)
        self.sessions += 1
        return self.engine.connect(dialect=self._dialect)

    async def open(self):
        upstream = await self.connect()
        relay = Relay(
            self.client,
            upstream,
            self.session,
            self.agent.toolset,
            connect=self.connect,
            clock=asyncio.get_running_loop().time,
        )
        self.running = asyncio.create_task(relay.run())
        self.caller = Caller(self._theirs)
        return self

    async def close(self):
        await self._theirs.close()
        async with asyncio.timeout(5):
            await self.running
            await self.caller.listening
        left = [task for task in self.engine._sessions if not task.done()]
        if left:
            await asyncio.wait(left, timeout=5)
        open_sessions = len([task for task in left if not task.done()])
        await self.engine.close()
        return open_sessions


@asynccontextmanager
async def house(faults=None, **options):
    """A house with its session open; at the end nothing of it is left: no task, no connection."""
    before = asyncio.all_tasks()
    at = await House(faults, **options).open()
    try:
        yield at
    finally:
        open_sessions = await at.close()
        left = asyncio.all_tasks() - before - {asyncio.current_task()}
        assert open_sessions == 0, "a connection to the model was left open"
        assert not left, left
