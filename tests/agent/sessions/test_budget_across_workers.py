"""A budget is one budget, whichever worker a caller is with, and whichever comes next."""

from __future__ import annotations

import aiohttp
import pytest

from agent import Budget
from tests.waiting import until

BUDGET = Budget(session=1.0, warning="Soon over.", farewell="It is over. Goodbye.")


async def asides(link, count):
    """The sentences that a model was to say beside the conversation."""
    create = await link.gets("response.create", count)
    return create["response"]["instructions"].partition("nothing else: ")[2]


async def test_sums_go_on_at_the_next_worker_and_who_was_warned_is_not_warned_again(workers):
    first, second = await workers(budget=BUDGET), await workers(budget=BUDGET)
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.spends(85)
    assert (await caller.gets("extension.budget"))["state"] == "warning"
    assert (await asides(link, 1)).startswith("Soon over.")
    await first.kept()
    await first.dies()
    again = await second.enter(token)
    await again.gets("extension.reconnected")
    link = await second.link()
    await link.spends(5, "r2")
    told = await again.gets("extension.usage")
    assert (told["responses"]["text_in"], told["cost_usd"]) == (90, pytest.approx(0.9))
    await link.spends(10, "r3")
    assert (await asides(link, 1)).startswith("It is over. Goodbye.")
    assert [event for event in again.events if event["type"] == "extension.budget"] == []


async def test_what_is_spent_with_one_worker_counts_at_the_door_of_another(workers, redis):
    first, second = await workers(budget=Budget(day=1.0)), await workers(budget=Budget(day=1.0))
    caller = await first.enter()
    await caller.token()
    await (await second.enter()).token()
    await (await first.link()).spends(100)
    await until(lambda: redis.do("KEYS", "vocative:ledger:*"))
    with pytest.raises(aiohttp.WSServerHandshakeError) as no:
        await second.enter()
    assert no.value.status == 429
