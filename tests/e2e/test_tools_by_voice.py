"""The assistant of docs/tools.md, by voice: three tools, and a caller who speaks while each of them runs."""

from __future__ import annotations

import asyncio
import re
import threading
from pathlib import Path

import pytest

from agent.testing import Stage

PAGE = Path(__file__).parents[2] / "docs" / "tools.md"
PATIENCE = 60  # seconds, for a machine that does much else


def example():
    """The first block of the page, as a person counts its lines."""
    return re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]


class Shop:
    """The page's assistant on a stage; what its tools wait for is the test's to open."""

    def __init__(self, stage):
        self.names = {"__name__": "shop"}
        exec(compile(example(), str(PAGE), "exec"), self.names)
        self.caller = stage.caller(self.names["agent"])

    async def asks(self, words, until):
        """Say something aloud, and wait until an event has come of it."""
        seen = len(self.caller.events)
        saying = asyncio.create_task(self.caller.says(words, aloud=True, hears_out=False))
        return saying, await self.event(until, seen)

    async def event(self, kind, seen=0, **fields):
        """Wait for an event."""
        wanted = {"type": kind, **fields}.items()
        found = lambda: [event for event in self.caller.events[seen:] if wanted <= _plain(event).items()]  # noqa: E731
        await self.until(found)
        return found()[0]

    async def until(self, condition):
        """Look at what comes until something holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110  (the events come on another loop)
                await asyncio.sleep(0.01)

    async def hears(self, words):
        """Wait for an answer that has these words."""
        await self.until(lambda: any(words in answer for answer in self.answers()))

    def answers(self):
        return [event["transcript"] for event in self.caller.events if event["type"].endswith("audio_transcript.done")]


def _plain(event):
    return {name: value for name, value in event.items() if isinstance(value, str)}


@pytest.fixture(scope="module")
def stage():
    with Stage(patience_s=PATIENCE) as opened:
        yield opened


@pytest.fixture
def shop(stage):
    opened = Shop(stage)
    yield opened
    opened.caller.hangs_up()


def test_the_assistant_is_short():
    lines = [line for line in example().splitlines() if line.strip()]
    assert len(lines) <= 25


async def test_a_tool_that_is_kept_finishes_while_the_caller_speaks(shop):
    reached, opened = threading.Event(), threading.Event()

    class Shelf(dict):
        def __getitem__(self, item):
            reached.set()
            assert opened.wait(PATIENCE)
            return super().__getitem__(item)

    shop.names["STOCK"] = shop.names["stock_level"].__globals__["STOCK"] = Shelf(lamps=4, chairs=12)
    saying, _ = await shop.asks("How many chairs are in stock?", "extension.call.started")
    assert await asyncio.to_thread(reached.wait, PATIENCE)
    seen = len(shop.caller.events)
    breaking = asyncio.create_task(shop.caller.says("How many chairs are in stock?", aloud=True))
    await shop.event("input_audio_buffer.speech_started", seen)
    opened.set()
    finished = await shop.event("extension.call.finished", seen)
    assert (finished["name"], finished["status"]) == ("stock_level", "completed")
    await asyncio.gather(saying, breaking)
    await shop.hears("12 chairs")


async def test_a_tool_that_wants_to_be_cancelled_is_and_the_next_question_is_answered(shop):
    saying, _ = await shop.asks("What is the price of a delivery to Paris?", "extension.call.progress")
    seen = len(shop.caller.events)
    breaking = asyncio.create_task(shop.caller.says("How many lamps are in stock?", aloud=True))
    cancelled = await shop.event("extension.call.finished", seen, name="delivery_price")
    assert cancelled["status"] == "cancelled"
    answered = await shop.event("extension.call.finished", seen, name="stock_level")
    assert answered["status"] == "completed"
    await asyncio.gather(saying, breaking)
    await shop.hears("4 lamps")
    assert not any("euros" in answer for answer in shop.answers())


async def test_a_tool_that_takes_long_is_announced_in_the_assistants_voice(shop):
    saying, waiting = await shop.asks("What is the price of a delivery to Paris?", "extension.tool.waiting")
    assert waiting["message"] == "I am asking the carriers."
    await shop.event("extension.call.finished", name="delivery_price", status="completed")
    await saying
    await shop.hears("40 euros")
    assert shop.answers()[0] == "I am asking the carriers."


async def test_an_order_waits_for_approval_while_the_caller_speaks_and_runs_once_approved(shop):
    saying, asked = await shop.asks("Please order five new lamps.", "extension.tool.approval_requested")
    assert (asked["name"], asked["arguments"]) == ("order_lamps", '{"count": 5}')
    seen = len(shop.caller.events)
    breaking = asyncio.create_task(shop.caller.says("Yes, I approve.", aloud=True))
    await shop.event("input_audio_buffer.speech_started", seen)
    await asyncio.gather(saying, breaking)
    assert not any(event["type"] == "extension.call.finished" for event in shop.caller.events)
    shop.caller.sends({"type": "extension.tool.approval", "call_id": asked["call_id"], "decision": "approve"})
    finished = await shop.event("extension.call.finished", seen)
    assert (finished["name"], finished["status"]) == ("order_lamps", "completed")
    await shop.hears("5 lamps are ordered")
