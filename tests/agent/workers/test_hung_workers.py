"""A worker whose event loop a tool blocks, as an operator has it: replaced, and only that one."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager

import pytest

from tests.agent.workers.house import Caller, House, Model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks processes up in /proc")

# Whoever finds the file takes it away, and blocks: one call, and no other.
HOTEL = """
import pathlib, time
from agent import Agent
from tools import tool

@tool
async def look_up(query: str) -> str:
    '''Look something up.'''
    try:
        pathlib.Path("block").unlink()
    except FileNotFoundError:
        return "found " + query
    time.sleep(3600)

agent = Agent(name="Hotel", instructions="Be brief.", tools=[look_up], model="ws://127.0.0.1:{port}/v1/realtime")
"""


@asynccontextmanager
async def house(tmp_path, limit, *arguments):
    (tmp_path / ".env").write_text(f"VOCATIVE_WORKER_TIMEOUT={limit}\n")
    async with Model() as model:
        (tmp_path / "hotel.py").write_text(HOTEL.format(port=model.port))
        async with House(tmp_path, "hotel:agent", "--workers", "2", *arguments) as running:
            running.model = model
            yield running


async def test_a_worker_that_a_tool_blocks_says_where_is_ended_and_is_replaced(tmp_path):
    async with house(tmp_path, 4) as running:
        former = set(running.workers())
        (tmp_path / "block").touch()
        async with Caller(running):
            said = await running.says(r"the event loop is blocked[^\n]*\n(?:.*\n)*?.*in look_up\n\s+time.sleep\(3600\)")
            assert "all calls of this worker" in said[0]
            await running.says(r"worker (\d+) has not answered for 4 s")
            await running.says(r"worker \d+ ended by signal 9: another one is begun")
        await running.until(lambda: len(running.workers()) == 2 and set(running.workers()) != former)
        assert len(former & set(running.workers())) == 1
        async with Caller(running) as caller:
            await running.until(lambda: caller.deltas > 0)


async def test_nobody_is_ended_after_all_of_them_slept_as_a_machine_does(tmp_path):
    async with house(tmp_path, 2, "--log-format", "text") as running, Caller(running) as caller:
        await running.until(lambda: caller.deltas > 0)
        everybody = [*running.workers(), running.process.pid]
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(5)  # longer than the limit
        # The one who judges is the first to wake.
        for pid in reversed(everybody):
            os.kill(pid, signal.SIGCONT)
        heard = caller.deltas
        await running.until(lambda: caller.deltas > heard + 20)
        assert set(running.workers()) == set(everybody[:-1])
        assert "has not answered" not in "".join(running.said)


async def test_a_worker_that_leaves_and_whose_calls_go_on_is_left_in_peace(tmp_path):
    async with house(tmp_path, 2, "--drain", "300", "--log-format", "text") as running:
        async with Caller(running) as caller:
            await running.until(lambda: caller.deltas > 0)
            former = running.workers()
            for pid in former:
                os.kill(pid, signal.SIGTERM)
            await running.until(lambda: len(running.workers()) >= 3)
            heard = caller.deltas
            await running.until(lambda: caller.deltas > heard + 40)
            assert caller.closed is None
        assert "has not answered" not in "".join(running.said)
