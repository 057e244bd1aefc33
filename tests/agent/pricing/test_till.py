"""One session's spending is entered in order, none of it is lost, and its end says what it has cost."""

from __future__ import annotations

import asyncio
import logging

import pytest

from agent.core.account import Account
from agent.core.actions import Spent
from agent.core.rates import Rate
from agent.core.usage import Usage
from agent.pricing import till as module
from agent.pricing.ledger import Totals
from agent.pricing.till import Till, summary

RATE = Rate(text_in=10.0, text_out=20.0, cached_text_in=1.0, minute=6.0)


def spent(cost, model="gpt-realtime", *, whole=True):
    return Spent(cost, whole, Usage(text_in=1), model)


class Book:
    """A ledger that is as slow as a test wants."""

    def __init__(self):
        self.entered, self.told, self.unpriced = [], [], []
        self.free = asyncio.Event()
        self.till = Till("s1", self.enter, self.unpriced.append)

    async def enter(self, cost):
        await self.free.wait()
        self.entered.append(cost)
        return None if cost == 13 else Totals(sum(self.entered), 0.0)

    def take(self, *all_spent):
        for each in all_spent:
            self.till.take(each, self.told.append)


async def test_what_is_spent_is_entered_in_its_order_and_the_sums_are_told():
    book = Book()
    book.take(spent(1), spent(2), spent(3))
    book.free.set()
    await book.till.close(Account())
    assert (book.entered, [totals.user for totals in book.told]) == ([1, 2, 3], [1, 3, 6])


async def test_what_costs_nothing_is_not_entered_and_what_has_no_price_is_told():
    book = Book()
    book.free.set()
    book.take(spent(0.0), spent(0.0, "new", whole=False), spent(2.0, "half", whole=False))
    await book.till.close(Account())
    assert (book.entered, book.unpriced) == ([2.0], ["new", "half"])


async def test_a_ledger_that_cannot_tell_changes_nothing():
    book = Book()
    book.free.set()
    book.take(spent(13))
    await book.till.close(Account())
    assert book.told == []


async def test_a_ledger_that_takes_too_long_does_not_keep_a_session_open(monkeypatch, caplog):
    monkeypatch.setattr(module, "CLOSING", 0.0)
    book = Book()
    book.take(spent(1))
    await book.till.close(Account())
    assert "the ledger took too long to take what was spent" in caplog.text
    await asyncio.sleep(0)
    assert book.entered == []


async def test_the_end_of_a_session_says_in_one_line_what_it_has_used_and_cost(caplog):
    caplog.set_level(logging.INFO)
    account = Account()
    account.respond(Usage(text_in=1000, cached_text_in=2000, text_out=500), "m", RATE)
    account.transcribe(Usage(seconds=12.5), "t", RATE)
    await Book().till.close(account)
    [line] = [record.getMessage() for record in caplog.records]
    used = "1 responses, 3000 tokens read, 2000 of them from a cache, 500 written, 12.5 s transcribed"
    assert line == f"session s1: {used}; 1.272000 USD"


async def test_what_another_worker_goes_on_with_is_no_final_sum(caplog):
    caplog.set_level(logging.INFO)
    account = Account()
    account.respond(Usage(text_in=1), "m", RATE)
    await Book().till.close(account, goes_on=True)
    assert caplog.messages[0].startswith("session s1: so far, 1 responses, ")


async def test_a_session_without_a_word_says_nothing(caplog):
    caplog.set_level(logging.INFO)
    await Book().till.close(Account())
    assert caplog.records == []


def test_without_a_price_the_tokens_are_told_and_what_has_none():
    account = Account()
    account.respond(Usage(text_in=10), "new", None)
    account.transcribe(Usage(audio_in=4, text_out=2), "scribe", None)
    assert summary(account) == (
        "1 responses, 10 tokens read, 0 of them from a cache, 0 written, 6 tokens for transcripts; "
        "the cost is not known (no price for new, scribe)"
    )


@pytest.mark.parametrize("reached", ["", "user"])
async def test_metrics_count_what_was_spent_and_what_a_budget_has_ended(monkeypatch, reached):
    counted = []
    monkeypatch.setattr(module.metrics._COST, "add", lambda *given: counted.append(given), raising=False)
    monkeypatch.setattr(module.metrics._REACHED, "add", lambda *given: counted.append(given), raising=False)
    book = Book()
    book.free.set()
    book.take(spent(2.5), spent(0.0))
    await book.till.close(Account(reached=reached))
    ended = [(1, {"scope": "user"})] if reached else []
    assert counted == [(2.5, {"gen_ai.request.model": "gpt-realtime"}), *ended]
