"""Budget: how much a session may cost, for whom, and how far it has come. Money is in US dollars throughout.

What a session has spent is known at once; what its user and everybody have spent today is what a ledger outside of the
core tells, and our own share of it until it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from agent.core.rates import Tariff

if TYPE_CHECKING:
    from collections.abc import Sequence


# Sums of binary fractions fall short of what they should be by a trifle: 0.32 of 0.40 is 0.8, and counts as that.
_TRIFLE = 1e-9


class Scope(Enum):
    """Whose spending a budget limits."""

    SESSION = "session"
    USER = "user"
    DAY = "day"


class Stage(IntEnum):
    """How far the budget that is nearest to its end has come; later is worse."""

    WITHIN = 0
    WARN = 1
    REACHED = 2
    EXCEEDED = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be spent.

    Attributes:
        session: In one session, US dollars; None for no limit.
        user: By one user in a day, over all sessions.
        day: By everybody in a day.
        warn_at: The share of a budget at which the caller is warned; 1 or more for never.
        stop_at: The share at which a session ends at once, whatever is being said.
    """

    session: float | None = None
    user: float | None = None
    day: float | None = None
    warn_at: float = 0.8
    stop_at: float = 1.2

    def of(self, scope: Scope) -> float | None:
        """The limit of one scope."""
        return {Scope.SESSION: self.session, Scope.USER: self.user, Scope.DAY: self.day}[scope]

    @property
    def any(self) -> bool:
        """Whether there is a limit at all."""
        return any(self.of(scope) is not None for scope in Scope)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a session's spending is judged by.

    Attributes:
        tariff: What models cost.
        model: What whoever deployed it calls the model, beside the name that the service tells.
        limits: How much may be spent.
        user: What the session's user has spent today before it began.
        day: What everybody has.
        warning: The sentence by which the caller is warned.
        farewell: The sentence by which the session ends.
        translate: Say them in the language of the caller's own words, which may be another one.
    """

    tariff: Tariff = field(default_factory=Tariff)
    model: str = ""
    limits: Limits = field(default_factory=Limits)
    user: float = 0.0
    day: float = 0.0
    warning: str = ""
    farewell: str = ""
    translate: bool = False


class Purse:
    """What was spent, in each scope.

    Args:
        limits: How much may be.
        user: What this user has spent today before.
        day: What everybody has.
    """

    def __init__(self, limits: Limits, *, user: float = 0.0, day: float = 0.0) -> None:
        self._limits = limits
        self._spent = {Scope.SESSION: 0.0, Scope.USER: user, Scope.DAY: day}

    def spend(self, cost: float) -> None:
        """This session has spent something."""
        for scope in Scope:
            self._spent[scope] += cost

    def restore(self, cost: float) -> None:
        """Go on with a session that has spent so much elsewhere; in what its user and everybody have, that is in."""
        self._spent[Scope.SESSION] = cost

    def learn(self, *, user: float, day: float) -> None:
        """The ledger tells what was spent today, by this user and by everybody, our own share included."""
        self._spent[Scope.USER], self._spent[Scope.DAY] = user, day

    def standing(self) -> tuple[Stage, Scope]:
        """How things stand, and in which scope they stand worst."""
        shares = {scope: self._share(scope) for scope in Scope}
        worst = max(Scope, key=lambda scope: shares[scope])
        return self._stage(shares[worst]), worst

    def _share(self, scope: Scope) -> float:
        limit = self._limits.of(scope)
        return 0.0 if limit is None else self._spent[scope] / limit

    def _stage(self, share: float) -> Stage:
        marks: Sequence[tuple[float, Stage]] = (
            (self._limits.stop_at, Stage.EXCEEDED),
            (1.0, Stage.REACHED),
            (self._limits.warn_at, Stage.WARN),
        )
        return next((stage for mark, stage in marks if share + _TRIFLE >= mark), Stage.WITHIN)
