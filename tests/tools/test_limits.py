"""Gates and rates: who is let through, who waits, and that nobody is forgotten."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tools.limits import Gates, Rates
from tools.policy import RateLimit


async def hold(gates, key, limit, inside, leave):
    async with gates.enter(key, limit):
        inside.append(key)
        await leave.wait()


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_gate_lets_so_many_through_and_the_rest_in_the_order_of_their_coming():
    gates, inside, leave = Gates(), [], [asyncio.Event() for _ in range(4)]
    tasks = [asyncio.create_task(hold(gates, "a", 2, inside, event)) for event in leave]
    await settle()
    assert len(inside) == 2
    leave[0].set()
    await settle()
    assert len(inside) == 3
    for event in leave:
        event.set()
    await asyncio.gather(*tasks)
    assert len(inside) == 4
    assert len(gates) == 0


async def test_gates_of_different_keys_do_not_wait_for_each_other():
    gates, inside, leave = Gates(), [], asyncio.Event()
    entries = [("a", 1), ("b", 1), ("c", 2), ("c", 2)]
    tasks = [asyncio.create_task(hold(gates, *entry, inside, leave)) for entry in entries]
    await settle()
    assert sorted(inside) == ["a", "b", "c", "c"]
    leave.set()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("granted", [False, True])
async def test_who_gives_up_waiting_leaves_the_place_to_the_next(granted):
    gates, inside = Gates(), []
    first, second, third = (asyncio.Event() for _ in range(3))
    tasks = [asyncio.create_task(hold(gates, "a", 1, inside, event)) for event in (first, second, third)]
    await settle()
    if granted:
        first.set()
        await asyncio.sleep(0)  # the place is the second's now, which has not heard of it yet
    tasks[1].cancel()
    first.set()
    await settle()
    assert len(inside) == 2
    third.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(gates) == 0


async def test_who_waited_on_a_loop_that_is_closed_is_passed_over():
    gates, inside, leave = Gates(), [], asyncio.Event()
    task = asyncio.create_task(hold(gates, "a", 1, inside, leave))
    await settle()

    def wait_elsewhere():
        loop = asyncio.new_event_loop()
        waiting = loop.create_task(hold(gates, "a", 1, inside, leave))
        loop.run_until_complete(settle())
        waiting._log_destroy_pending = False
        loop.close()
        abandoned.append(waiting)

    abandoned = []
    thread = threading.Thread(target=wait_elsewhere)
    thread.start()
    await asyncio.to_thread(thread.join)
    leave.set()
    await task
    assert inside == ["a"]
    assert len(gates) == 0


def test_a_rate_counts_in_a_window_that_slides_and_says_when_to_come_again():
    now = 0.0
    rates, limit = Rates(lambda: now), RateLimit(2, 10)
    assert [rates.take("a", limit), rates.take("a", limit)] == [0, 0]
    now = 4.5
    assert rates.take("a", limit) == 6
    assert rates.take("b", limit) == 0
    assert rates.take("a", None) == 0
    now = 10.0
    assert rates.take("a", limit) == 0


def test_who_has_not_called_for_long_is_forgotten():
    now = 0.0
    rates = Rates(lambda: now)
    for number in range(1500):
        now = float(number)
        rates.take(number, RateLimit(1, 5))
    assert len(rates._calls) < 1000
