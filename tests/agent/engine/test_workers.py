from __future__ import annotations

import asyncio
import threading

import pytest

from agent.engine.workers import AHEAD, URGENT, Workers


@pytest.fixture
def workers():
    made = Workers(1, "test")
    yield made
    made.close()


async def test_urgent_work_overtakes_what_is_only_ahead(workers):
    gate, order = threading.Event(), []
    first = asyncio.create_task(workers.run(AHEAD, gate.wait))
    await asyncio.sleep(0)
    later = [asyncio.create_task(workers.run(AHEAD, order.append, "ahead")) for _ in range(2)]
    await asyncio.sleep(0)
    urgent = asyncio.create_task(workers.run(URGENT, order.append, "urgent"))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, urgent, *later)
    assert order == ["urgent", "ahead", "ahead"]


async def test_a_cancelled_wait_does_not_take_a_turn(workers):
    gate, done = threading.Event(), []
    first = asyncio.create_task(workers.run(URGENT, gate.wait))
    await asyncio.sleep(0)
    cancelled = asyncio.create_task(workers.run(URGENT, done.append, "never"))
    last = asyncio.create_task(workers.run(URGENT, done.append, "last"))
    await asyncio.sleep(0)
    cancelled.cancel()
    gate.set()
    await asyncio.gather(first, last)
    assert done == ["last"]


async def test_a_cancel_at_the_moment_of_its_turn_hands_the_turn_on(workers):
    gate, done = threading.Event(), []
    first = asyncio.create_task(workers.run(URGENT, gate.wait))
    await asyncio.sleep(0)
    unlucky = asyncio.create_task(workers.run(URGENT, done.append, "never"))
    await asyncio.sleep(0)
    workers._release()  # its turn has come, and before it can run it is cancelled
    unlucky.cancel()
    gate.set()
    await asyncio.gather(first, unlucky, return_exceptions=True)
    await asyncio.wait_for(workers.run(URGENT, done.append, "last"), 1)
    assert done == ["last"]


async def test_a_thread_whose_caller_has_left_stays_taken_until_it_is_free(workers):
    gate, order = threading.Event(), []
    left = asyncio.create_task(workers.run(URGENT, lambda: (gate.wait(), order.append("first"))))
    await asyncio.sleep(0.01)
    left.cancel()
    second = asyncio.create_task(workers.run(URGENT, order.append, "second"))
    await asyncio.sleep(0.01)
    assert order == []
    gate.set()
    await second
    assert order == ["first", "second"]


async def test_an_exception_comes_back_and_frees_the_thread(workers):
    with pytest.raises(ZeroDivisionError):
        await workers.run(URGENT, lambda: 1 / 0)
    assert await workers.run(URGENT, lambda: "fine") == "fine"


async def test_closed_workers_refuse_work(workers):
    workers.close()
    with pytest.raises(RuntimeError):
        await workers.run(URGENT, print)
