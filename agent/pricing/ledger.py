"""Ledger: what was spent on a day, by whom and in all, over every session. Money is in US dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from datetime import date


class Totals(NamedTuple):
    """What was spent on a day.

    Attributes:
        user: By one user; 0 for callers that nobody knows.
        day: By everybody.
    """

    user: float
    day: float


class Ledger(Protocol):
    """Where it is written down. Several workers may share one."""

    async def add(self, day: date, user: str | None, cost: float) -> Totals:
        """Write down that something was spent.

        Args:
            day: In UTC.
            user: The user's id; None for somebody unknown, who counts in all only.
            cost: US dollars; nothing may be lost to rounding.

        Returns:
            What has been spent on that day, this included.
        """
        ...

    async def totals(self, day: date, user: str | None) -> Totals:
        """What has been spent on a day."""
        ...


class LocalLedger:
    """The ledger of one process. It knows one day, the latest, and forgets the ones before it."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._users: dict[str, float] = {}
        self._all = 0.0

    async def add(self, day: date, user: str | None, cost: float) -> Totals:
        """See `Ledger.add`. What comes late for a day that is over counts for the present one."""
        self._turn_to(day)
        self._all += cost
        if user is not None:
            self._users[user] = self._users.get(user, 0.0) + cost
        return self._totals(user)

    async def totals(self, day: date, user: str | None) -> Totals:
        """See `Ledger.totals`."""
        self._turn_to(day)
        return self._totals(user)

    def _turn_to(self, day: date) -> None:
        if self._day is None or day > self._day:
            self._day, self._all = day, 0.0
            self._users.clear()

    def _totals(self, user: str | None) -> Totals:
        return Totals(0.0 if user is None else self._users.get(user, 0.0), self._all)
