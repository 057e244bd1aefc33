"""A worker is killed under its callers; they come back to another one, with their conversations and their bookings."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession
from aiohttp.test_utils import TestServer
from redis import Redis

from agent.sessions.sealing import Seal
from tests.redis_server import redis_server
from tests.resilience.caller import Caller
from tests.resilience.clerk import Clerk

ROOT = Path(__file__).parents[2]
CALLERS = 50
WITHIN = 3.0  # seconds, as the requirement has it

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL, and a Unix socket")]


@contextmanager
def worker(*words, env):
    """`vocative run` on a free port; yields the process and its address once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "agent", "run", "--port", str(port), *words]
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path, **env}, stderr=subprocess.DEVNULL)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


async def ready(http, process, url):
    async with asyncio.timeout(90):
        while True:
            assert process.poll() is None, "the worker has ended"
            try:
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return await answer.json()
            except ClientError:
                pass
            await asyncio.sleep(0.1)


def kept(redis, token):
    """What lies in Redis of the session that a token opens, as JSON."""
    handle = token.rpartition(".")[0]
    with Redis(unix_socket_path=str(redis.socket)) as client:
        state = client.hget(f"vocative:session:{handle}", "state")
    return json.dumps(Seal([b"k" * 32]).open(state, handle), ensure_ascii=False)


async def test_fifty_callers_of_a_killed_worker_are_back_within_3_s_with_all_that_was_said_and_done(tmp_path):
    bookings = tmp_path / "bookings"
    bookings.touch()
    clerk = Clerk()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        redis = stack.enter_context(redis_server())
        model = await stack.enter_async_context(TestServer(clerk.app))
        http = await stack.enter_async_context(ClientSession())
        env = {"BOOKINGS": str(bookings), "VOCATIVE_SESSIONS_KEY": "k" * 32, "OPENAI_API_KEY": "none"}
        words = ("--model", f"ws://127.0.0.1:{model.port}/v1/realtime", "--sessions", redis.url, "booking_app:agent")
        (first, first_url), (second, second_url) = (stack.enter_context(worker(*words, env=env)) for _ in range(2))
        await asyncio.gather(ready(http, first, first_url), ready(http, second, second_url))
        callers = [Caller(http, number, (first_url, second_url)) for number in range(CALLERS)]
        tasks = [group.create_task(caller.run()) for caller in callers]
        await asyncio.gather(*(caller.saw("session.created") for caller in callers))
        await asyncio.gather(*(caller.asks(f"my name is P{caller.number}") for caller in callers))
        # When the worker is killed, some bookings are made and told, some are under way, and some are asked for.
        told, under_way, asked = callers[:15], callers[15:35], callers[35:]
        await asyncio.gather(*(caller.books() for caller in told))
        await asyncio.gather(*(caller.until(lambda c=caller: len(c.answers) == 2) for caller in told))
        await asyncio.gather(*(caller.books() for caller in under_way))
        async with asyncio.timeout(30):
            while len(bookings.read_text().split()) < len(told) + len(under_way) // 2:  # noqa: ASYNC110  (nobody tells)
                await asyncio.sleep(0.01)
        await asyncio.gather(*(caller.books() for caller in asked))
        before = len(clerk.sessions)
        first.send_signal(signal.SIGKILL)
        await asyncio.gather(*(caller.saw("extension.reconnected") for caller in callers))
        await asyncio.gather(*(caller.makes_sure() for caller in callers))
        # Every booking is answered, by what came of it or by that nobody knows.
        settled = re.compile(r"booked for (\d+)|interrupted")
        await asyncio.gather(
            *(caller.until(lambda c=caller: any(settled.search(each) for each in c.answers)) for caller in callers)
        )
        names = await asyncio.gather(*(each.asks("who am I?") for each in callers))
        for caller, name in zip(callers, names, strict=True):
            assert name == f"you are P{caller.number}"
        for task in tasks:
            task.cancel()
    times = sorted(caller.back_after[-1] for caller in callers)
    print(f"back after {times[CALLERS // 2]:.2f} s in the middle, {times[-1]:.2f} s at most")
    assert times[-1] < WITHIN
    booked = Counter(bookings.read_text().split())
    assert max(booked.values()) == 1
    answered = [next(each for each in caller.answers if settled.search(each)) for caller in callers]
    print(f"{sum('booked' in each for each in answered)} booked, {len(booked)} in the book")
    assert all("booked" in each for each in answered[:15])
    for caller, answer in zip(callers, answered, strict=True):
        found = settled.search(answer)
        assert found[1] in {None, str(caller.number)}
    for items in clerk.sessions[before:]:
        calls = Counter(item["call_id"] for item in items if item["type"] == "function_call")
        outputs = Counter(item["call_id"] for item in items if item["type"] == "function_call_output")
        assert calls == outputs
        assert set(calls.values()) <= {1}


async def test_a_caller_of_the_engine_goes_on_with_its_conversation_on_another_worker(tmp_path):
    question = "Can I bring my bicycle?"
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        env = {"VOCATIVE_SESSIONS_URL": redis.url, "VOCATIVE_SESSIONS_KEY": "k" * 32}
        (first, first_url), (second, second_url) = (
            stack.enter_context(worker("--model", "engine", env=env)) for _ in range(2)
        )
        async with ClientSession() as http, asyncio.TaskGroup() as group:
            assert (await ready(http, first, first_url))["status"] == "ok"
            await ready(http, second, second_url)
            caller = Caller(http, 0, (first_url, second_url))
            running = group.create_task(caller.run())
            await caller.saw("session.created")
            answer = await caller.asks(question)
            assert "bicycle" in answer.lower()
            ids = [
                (event["item"]["role"], event["item"]["id"])
                for event in caller.events
                if event["type"] == "conversation.item.added"
            ]
            assert [role for role, _ in ids] == ["user", "assistant"]
            async with asyncio.timeout(30):
                while answer not in kept(redis, caller.token):  # noqa: ASYNC110  (nobody tells)
                    await asyncio.sleep(0.05)
            first.send_signal(signal.SIGKILL)
            await caller.saw("extension.reconnected")
            caller.events.clear()
            for _, item_id in ids:
                await caller.socket.send_json({"type": "conversation.item.retrieve", "item_id": item_id})
            await caller.until(lambda: sum(e["type"] == "conversation.item.retrieved" for e in caller.events) == 2)
            remembered = json.dumps(caller.events)
            assert question in remembered
            assert "assistant" in remembered
            assert await caller.asks("And my dog?")
            running.cancel()
