"""Books: what all sessions of a server spend: prices, budgets, and whether somebody may still begin a session."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from agent.core.budget import Scope, Terms
from agent.core.rates import Tariff
from agent.door.refusal import busy
from agent.options.budget import Budget
from agent.pricing.ledger import Ledger, LocalLedger, Totals
from agent.pricing.till import Till

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from agent.core.config import SessionConfig
    from agent.door.refusal import Refusal

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

CODE = "budget_spent"
_REASONS = {
    Scope.USER: "your budget for today is spent: try again tomorrow",
    Scope.DAY: "the assistant's budget for today is spent: try again tomorrow",
}


class Books:
    """What a server spends.

    Args:
        budget: How much callers may cost.
        tariff: What models cost.
        model: What whoever deployed it calls the model.
        ledger: Where it is written down; by default in this process.
        now: The present time in UTC.

    Attributes:
        counts: Told of everybody whom `turned_away` turns away.
    """

    def __init__(
        self,
        budget: Budget | None = None,
        tariff: Tariff | None = None,
        *,
        model: str = "",
        ledger: Ledger | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._budget = Budget() if budget is None else budget
        self._limits = self._budget.limits
        self._tariff = Tariff() if tariff is None else tariff
        self._model = model
        self._ledger: Ledger = LocalLedger() if ledger is None else ledger
        self._now = now
        self.counts: Callable[[Refusal], None] = lambda _refusal: None
        self._unpriced: set[str] = set()
        self._troubled = False

    async def turned_away(self, user: str | None) -> Refusal | None:
        """As `refusal`, and it is counted: for who answers with it at once.

        Args:
            user: The user's id; None for somebody unknown.
        """
        no = await self.refusal(user)
        if no is not None:
            self.counts(no)
        return no

    async def refusal(self, user: str | None) -> Refusal | None:
        """Why somebody may not begin a session; None where nothing is against it.

        Args:
            user: The user's id; None for somebody unknown.
        """
        totals = await self._totals(user)
        if totals is None:
            return None
        spent = {Scope.USER: totals.user, Scope.DAY: totals.day}
        for scope, amount in spent.items():
            limit = self._limits.of(scope)
            if limit is not None and amount >= limit:
                no = busy(429, CODE, _REASONS[scope], self._until_tomorrow())
                _log.info("turned away: %s: the budget of the %s is spent", CODE, scope.value)
                return no.refusal
        return None

    async def funded(self, config: SessionConfig, user: str | None) -> SessionConfig:
        """A session's configuration with the terms of its spending.

        Args:
            config: What it enforces otherwise; its language must have been decided.
            user: The user's id; None for somebody unknown.
        """
        totals = await self._totals(user) or Totals(0.0, 0.0)
        language, languages = config.ready.get("language"), config.ready.get("languages")
        warning, farewell = self._budget.words(language)
        terms = Terms(
            self._tariff,
            self._model,
            self._limits,
            totals.user,
            totals.day,
            warning,
            farewell,
            # A model of one language speaks that; any other speaks as the caller does.
            translate=not (isinstance(languages, list) and len(languages) == 1),  # pyright: ignore[reportUnknownArgumentType]
        )
        return replace(config, terms=terms)

    def till(self, name: str, user: str | None) -> Till:
        """Where a session's spending is entered.

        Args:
            name: The session's, for the log.
            user: The user's id; None for somebody unknown.
        """
        return Till(name, lambda cost: self._told(self._ledger.add(self._today(), user, cost)), self._without_price)

    async def _totals(self, user: str | None) -> Totals | None:
        """What was spent today; None where that cannot be told, and where nothing is limited by it."""
        if self._limits.user is None and self._limits.day is None:
            return None  # the ledger may be across the network, and a caller waits
        return await self._told(self._ledger.totals(self._today(), user))

    async def _told(self, asked: Awaitable[_T]) -> _T | None:
        try:
            found = await asked
        except Exception as error:  # whatever a store raises: nobody is sent away because it cannot be asked
            if not self._troubled:
                text = "the ledger of what is spent cannot be used, and nobody is turned away meanwhile: %s: %s"
                _log.error(text, type(error).__name__, error)
            self._troubled = True
            return None
        if self._troubled:
            self._troubled = False
            _log.warning("the ledger of what is spent can be used again")
        return found

    def _without_price(self, model: str) -> None:
        if model in self._unpriced:
            return
        self._unpriced.add(model)
        more = ", and budgets do not count it" if self._limits.any else ""
        name = model or "without a name"
        text = "the model %s has no known price: its tokens are counted, its cost is not%s; VOCATIVE_PRICES can"
        _log.warning(text, name, more)

    def _today(self) -> date:
        return self._now().astimezone(UTC).date()

    def _until_tomorrow(self) -> int:
        now = self._now().astimezone(UTC)
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return max(1, round((tomorrow - now).total_seconds()))
