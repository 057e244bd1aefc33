"""What was spent on a day, by whom and in all."""

from __future__ import annotations

from datetime import date

from agent.pricing.ledger import LocalLedger

TODAY, TOMORROW = date(2026, 11, 26), date(2026, 11, 27)


async def test_each_user_is_counted_apart_and_everybody_together():
    ledger = LocalLedger()
    assert await ledger.add(TODAY, "ann", 1.0) == (1.0, 1.0)
    assert await ledger.add(TODAY, "bob", 2.0) == (2.0, 3.0)
    assert await ledger.add(TODAY, "ann", 0.5) == (1.5, 3.5)
    assert await ledger.totals(TODAY, "ann") == (1.5, 3.5)
    assert await ledger.totals(TODAY, "nobody") == (0.0, 3.5)


async def test_somebody_unknown_counts_in_all_only():
    ledger = LocalLedger()
    assert await ledger.add(TODAY, None, 1.0) == (0.0, 1.0)
    assert await ledger.add(TODAY, None, 1.0) == (0.0, 2.0)


async def test_a_new_day_begins_with_nothing_and_what_comes_late_counts_for_it():
    ledger = LocalLedger()
    await ledger.add(TODAY, "ann", 1.0)
    assert await ledger.totals(TOMORROW, "ann") == (0.0, 0.0)
    assert await ledger.add(TODAY, "ann", 0.25) == (0.25, 0.25)
    assert await ledger.totals(TOMORROW, "ann") == (0.25, 0.25)
