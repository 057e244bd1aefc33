"""What a server spends: who may begin a session, on what terms, and what happens where that cannot be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from agent import Agent, Budget
from agent.core.account import Account
from agent.core.actions import Spent
from agent.core.usage import Usage
from agent.options.budget import FAREWELLS, WARNINGS
from agent.pricing.books import Books
from agent.pricing.ledger import Totals

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
CONFIG = Agent().session_config(extensions=True)


class Clock:
    """The time of day."""

    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now


async def spend(books, cost, user=None):
    till = books.till("s1", user)
    till.take(Spent(cost, True, Usage(), "m"), lambda _totals: None)
    await till.close(Account())


async def test_a_user_whose_budget_is_spent_is_refused_and_others_are_not():
    books = Books(Budget(user=1.0), now=Clock())
    await spend(books, 0.99, "ann")
    assert await books.refusal("ann") is None
    await spend(books, 0.01, "ann")
    no = await books.refusal("ann")
    assert (no.status, no.close_code, no.code, no.retry_after) == (429, 1013, "budget_spent", 12 * 3600)
    assert no.reason == "your budget for today is spent: try again tomorrow"
    assert await books.refusal("bob") is None
    assert await books.refusal(None) is None


async def test_a_days_budget_is_everybodys():
    books = Books(Budget(day=1.0), now=Clock())
    await spend(books, 1.0, "ann")
    assert (await books.refusal("bob")).reason == "the assistant's budget for today is spent: try again tomorrow"
    assert await books.refusal(None) is not None


async def test_the_day_is_utcs_and_the_next_one_begins_with_nothing():
    late = datetime(2026, 11, 27, 1, 30, tzinfo=timezone(timedelta(hours=2)))  # 23:30 in UTC
    clock = Clock(late)
    books = Books(Budget(day=1.0), now=clock)
    await spend(books, 1.0)
    assert (await books.refusal(None)).retry_after == 1800
    clock.now = late + timedelta(minutes=31)
    assert await books.refusal(None) is None


async def test_a_session_begins_with_what_was_spent_today_and_with_the_agents_words():
    budget = Budget(session=0.5, user=2.0, warn_at=0.5, warning="Soon.", farewell="Bye.")
    books = Books(budget, model="house-voice", now=Clock())
    await spend(books, 0.25, "ann")
    await spend(books, 0.5, "bob")
    terms = (await books.funded(CONFIG, "ann")).terms
    assert (terms.user, terms.day, terms.model) == (0.25, 0.75, "house-voice")
    assert (terms.limits.session, terms.limits.user, terms.limits.warn_at) == (0.5, 2.0, 0.5)
    assert (terms.warning, terms.farewell) == ("Soon.", "Bye.")


@pytest.mark.parametrize(
    ("language", "languages", "words", "translated"),
    [("de", None, "de", True), ("en", ["en"], "en", False), ("pt", None, "en", True), (None, None, "en", True)],
)
async def test_the_words_are_in_the_sessions_language_and_a_model_of_many_says_them_in_the_callers(
    language, languages, words, translated
):
    config = replace(CONFIG, ready={**CONFIG.ready, "language": language, "languages": languages})
    terms = (await Books(now=Clock()).funded(config, None)).terms
    assert (terms.warning, terms.farewell, terms.translate) == (WARNINGS[words], FAREWELLS[words], translated)


async def test_a_ledger_that_fails_sends_nobody_away_and_is_complained_of_once_until_it_is_back(caplog):
    class Broken:
        gone = True

        async def add(self, *_):
            if self.gone:
                raise OSError("the store is gone")
            return Totals(0.0, 7.0)

        totals = add

    books = Books(Budget(day=1.0), ledger=(ledger := Broken()), now=Clock())
    assert await books.refusal("ann") is None
    assert (await books.funded(CONFIG, "ann")).terms.day == 0.0
    await spend(books, 5.0)
    [complaint] = [record.getMessage() for record in caplog.records]
    assert "the ledger of what is spent cannot be used" in complaint
    assert "OSError: the store is gone" in complaint
    ledger.gone = False
    assert (await books.refusal("ann")).code == "budget_spent"
    assert caplog.messages[1:] == ["the ledger of what is spent can be used again"]
    ledger.gone = True
    assert await books.refusal("ann") is None
    assert len(caplog.messages) == 3


@pytest.mark.parametrize(("budget", "more"), [(Budget(), ""), (Budget(day=1.0), ", and budgets do not count it")])
async def test_a_model_without_a_price_is_told_once_in_the_log(caplog, budget, more):
    books = Books(budget, now=Clock())
    for model in ("new", "new", ""):
        till = books.till("s1", None)
        till.take(Spent(0.0, False, Usage(text_in=1), model), lambda _totals: None)
        await till.close(Account())
    first, second = [record.getMessage() for record in caplog.records]
    assert first == (
        f"the model new has no known price: its tokens are counted, its cost is not{more}; VOCATIVE_PRICES can"
    )
    assert "the model without a name has no known price" in second
