"""What is spent is written down in a real Redis, by several workers at once, and calls go on while it is away."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from agent import Budget
from agent.core.account import Account
from agent.core.actions import Spent
from agent.core.usage import Usage
from agent.pricing.books import Books
from agent.sessions.redis_ledger import RedisLedger
from agent.sessions.store import StoreDown
from tests.waiting import until

TODAY, TOMORROW = date(2026, 11, 26), date(2026, 11, 27)
KEY = "vocative:ledger:2026-11-26"


@pytest.fixture
def ledgers(stores):
    return [RedisLedger(store) for store in stores]


async def test_workers_add_to_the_same_sums_of_each_user_and_of_everybody(ledgers):
    one, two = ledgers
    assert await one.totals(TODAY, "ann") == (0.0, 0.0)
    assert await one.add(TODAY, "ann", 1.0) == (1.0, 1.0)
    assert await two.add(TODAY, "bob", 2.0) == (2.0, 3.0)
    assert await two.add(TODAY, "ann", 0.5) == (1.5, 3.5)
    assert await one.add(TODAY, None, 0.25) == (0.0, 3.75)
    assert await one.totals(TODAY, "ann") == (1.5, 3.75)
    assert await one.totals(TODAY, None) == (0.0, 3.75)
    assert await one.totals(TOMORROW, "ann") == (0.0, 0.0)


async def test_no_entry_of_many_at_once_is_lost_however_small_it_is(ledgers):
    token = 2e-8  # what one text token costs of a model at 2 cents for a million
    await asyncio.gather(*(ledger.add(TODAY, "ann", token) for ledger in ledgers for _ in range(100)))
    assert await ledgers[0].totals(TODAY, "ann") == (pytest.approx(200 * token), pytest.approx(200 * token))


async def test_a_user_who_is_called_like_the_sum_of_all_is_a_user(ledgers):
    await ledgers[0].add(TODAY, "all", 1.0)
    assert await ledgers[0].add(TODAY, "", 2.0) == (2.0, 3.0)
    assert await ledgers[1].totals(TODAY, "all") == (1.0, 3.0)


async def test_nobody_reads_there_who_it_was_and_a_day_goes_by_itself(ledgers, redis):
    await ledgers[0].add(TODAY, "ann@example.com", 1.0)
    assert "ann" not in redis.do("HGETALL", KEY)
    assert 24 * 3600_000 < int(redis.do("PTTL", KEY)) <= 48 * 3600_000
    redis.do("PERSIST", KEY)
    await ledgers[1].add(TODAY, "ann@example.com", 1.0)
    assert int(redis.do("PTTL", KEY)) > 24 * 3600_000


async def test_while_redis_is_away_callers_are_let_in_and_each_log_says_so_once(stores, redis, caplog):
    books = Books(Budget(user=1.0), ledger=RedisLedger(stores[0]))

    async def spends(cost):
        till, told = books.till("s1", "ann"), []
        till.take(Spent(cost, True, Usage(), "m"), told.append)
        await till.close(Account())
        return told

    assert await spends(2.0) == [(2.0, 2.0)]
    assert (await books.refusal("ann")).code == "budget_spent"
    redis.stop()
    try:
        assert await books.refusal("ann") is None
        assert await spends(1.0) == []
        assert await books.refusal("ann") is None
        said = [message for message in caplog.messages if message.startswith("the ledger of what is spent")]
        assert len(said) == 1
        assert redis.url not in said[0]
        with pytest.raises(StoreDown):
            await RedisLedger(stores[0]).totals(TODAY, None)
    finally:
        redis.start()
    await until(lambda: not stores[0].trouble)
    assert await spends(3.0) == [(3.0, 3.0)]  # it has forgotten everything, and knows the script again
    assert (await books.refusal("ann")).code == "budget_spent"
    assert "the ledger of what is spent can be used again" in caplog.messages
