"""The embedded reasoner as the engine uses it: off the loop, within limits, the same every time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from agent.engine.parts import Call, Say, Thought

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.engine.thinking.extractive import Extractive

    Decide = Callable[..., list[Any]]


LEAVE = '{"passages": [{"text": "Parental leave is 18 weeks on full pay for each parent.", "score": 0.6}]}'


def test_an_answer_keeps_to_a_token_limit(decide: Decide) -> None:
    lines = ("user: How long is parental leave?", 'call 1: search {"query": "parental leave"}', f"output 1: {LEAVE}")

    (said,) = decide(*lines, limit=8)

    assert said == "Parental leave is 18 weeks on"


def test_it_is_deterministic(decide: Decide) -> None:
    first, second = (decide("user: How much leave do I get?") for _ in range(2))

    assert first == second


async def test_the_event_loop_is_free_while_it_thinks(reasoner: Extractive, definitions: dict[str, Any]) -> None:
    await reasoner.warm()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    item = {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": f"How is {time.time()} paid?"}],
    }
    pieces = [piece async for piece in reasoner.respond(Thought("", [item], list(definitions.values())))]
    ticking.cancel()

    assert ticks > 1
    assert isinstance(pieces[0], Say | Call)


@pytest.mark.slow
def test_a_decision_and_an_answer_are_quick_once_warm(decide: Decide) -> None:
    decide("user: Hello, is anybody there?")
    decide("user: What is the fare?")
    spent = time.thread_time()

    decide("user: What is the fare for a dog on the night boat?")
    decide("user: How long is the leave?", 'call 1: search {"query": "How long is the leave?"}', f"output 1: {LEAVE}")

    # Ten times what it takes, for machines that are busy or slow; embedding every sentence takes more.
    assert time.thread_time() - spent < 1.4
