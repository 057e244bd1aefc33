"""Random faults, decided by seeds, through the real relay and the engine's protocol, with tools running."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from agent.core.profiles import PROFILES
from agent.errors import DialError
from agent.testing import Faults
from tests.resilience.house import house

GROUPS, EACH = 11, 20
SERVICES = [("ga", "engine"), ("preview", "azure-preview"), ("voice-live", "voice-live")]
LONGEST_ANSWER = 1.5


@pytest.fixture(autouse=True)
def short_times(monkeypatch):
    monkeypatch.setattr("agent.core.responses.LONGEST_HOLD", 0.5)
    monkeypatch.setattr("agent.core.responses.REQUEST_LOST", 0.5)
    monkeypatch.setattr("agent.core.responses.AWAITED_RESPONSE", 0.4)
    monkeypatch.setattr("agent.core.responses.RETRY_AFTER_REFUSAL", 0.1)


async def play(seed):
    """One caller's talk; gives what is wrong with what came of it."""
    dice = random.Random(seed)
    try:
        service = {"dialect": SERVICES[seed % 3][0], "profile": PROFILES[SERVICES[seed % 3][1]]}
        faults, tool_s = Faults.random(seed, count=dice.randint(1, 5)), dice.choice([0.0, 0.02, 0.2])
        async with house(faults, tool_s=tool_s, **service) as at:
            return await talk(at, dice)
    except DialError:
        return []  # the very first connection was refused, which the server says in words
    except AssertionError as error:
        return [str(error)]


async def talk(at, dice):
    caller = at.caller
    await caller.until(lambda: caller.count("session.created"))
    for number in range(dice.randint(2, 4)):
        words = f"tool {number}" if dice.random() < 0.6 else f"hello {number}"
        before = caller.count("response.done")
        await (caller.speaks() if dice.random() < 0.3 else caller.types(words))
        # Sometimes the next thing is said while this one is still being answered.
        patience = dice.choice([0.0, 0.05, 0.6])
        await caller.until(lambda before=before: caller.count("response.done") > before, patience)
    answered = await answers(at)
    if ended_in_words(caller):
        return twice(at)
    stuck = [] if answered else [f"it is stuck: {[each['type'] for each in caller.seen][-12:]}"]
    return [*stuck, *twice(at), *lost(at)]


async def answers(at):
    """Whether the session, left alone with a question, answers it; a fault may still spoil some of the attempts."""
    caller, answered = at.caller, False
    for number in range(6):
        words = f"the end {number}"
        await caller.types(words)
        if await caller.until(lambda words=words: at.script.was_asked(words), LONGEST_ANSWER):
            before = len(caller.answers)
            answered = (
                await caller.until(lambda before=before: len(caller.answers) > before, LONGEST_ANSWER) or answered
            )
            if answered and not lost(at):
                break
            # A tool may return behind the question; what is wrong after the last one stays wrong.
            await caller.until(
                lambda: caller.count("extension.call.finished") >= caller.count("extension.call.started")
            )
    return answered


def ended_in_words(caller):
    return caller.closed is not None and caller.closed.code == 1011 and caller.count("error") > 0


def twice(at):
    """Calls that were run more than once."""
    started = Counter(event["call_id"] for event in at.caller.of("extension.call.started"))
    runs = [] if len(at.runs) <= len(started) else [f"{len(at.runs)} runs of {len(started)} calls"]
    return [*runs, *(f"{call_id} was run {times} times" for call_id, times in started.items() if times > 1)]


def lost(at):
    """What is wrong with the calls in the conversation as the model was last told it."""
    started = {event["call_id"] for event in at.caller.of("extension.call.started")}
    finished = Counter(event["call_id"] for event in at.caller.of("extension.call.finished"))
    outputs = Counter(item["call_id"] for item in at.script.items if item["type"] == "function_call_output")
    calls = Counter(item["call_id"] for item in at.script.items if item["type"] == "function_call")
    texts = [item["output"] for item in at.script.items if item["type"] == "function_call_output"]
    return [
        *(f"{call_id} never ended" for call_id in started if finished[call_id] != 1),
        *(f"the output of {call_id} stands {outputs[call_id]} times" for call_id in started if outputs[call_id] != 1),
        *(f"{call_id} stands {calls[call_id]} times" for call_id in started if calls[call_id] != 1),
        *([] if len(set(texts)) == len(texts) else ["two calls have one output"]),
    ]


@pytest.mark.parametrize("group", range(GROUPS))
async def test_over_random_faults_no_output_is_lost_no_call_runs_twice_and_nothing_is_stuck_or_left(group):
    seeds = range(group * EACH, (group + 1) * EACH)
    wrong = {}
    for seed in seeds:
        found = await play(seed)
        if found:
            wrong[seed] = found
    assert not wrong
    assert asyncio.all_tasks() == {asyncio.current_task()}
