"""Guard: watches one session while it runs. What it sends, whether it is still there, how long it may stay."""

from __future__ import annotations

from agent.door.limits import Limits, Meter
from agent.door.refusal import GOING_AWAY, POLICY, Refusal


class Guard:
    """One session's limits in time and amount, without a clock.

    Args:
        limits: What it may take.
        now: Seconds, on the clock that every later `now` is read from.
        valid_for: Seconds for which the caller's credential is valid; None for no end.

    Attributes:
        take: Counts one message of the client's; see `Meter.take`.
        on_credit: Lets sound pass that is counted later; see `Meter.on_credit`.
    """

    def __init__(self, limits: Limits, *, now: float, valid_for: float | None) -> None:
        self._limits = limits
        self._meter = Meter(limits, now)
        # Fifty times a second: not by way of another method.
        self.take, self.on_credit = self._meter.take, self._meter.on_credit
        self._ends = now + limits.duration_s
        self._valid_until = None if valid_for is None else now + valid_for
        self._recheck = now + limits.recheck_s

    def renew(self, now: float, valid_for: float | None) -> None:
        """The caller has shown a credential that is valid for so many seconds from now."""
        self._valid_until = None if valid_for is None else now + valid_for
        self._recheck = now + self._limits.recheck_s

    def next_deadline(self) -> float:
        """When to ask `due` and `wants_recheck` next."""
        soonest = min(self._meter.heard + self._limits.idle_s, self._ends, self._recheck)
        return soonest if self._valid_until is None else min(soonest, self._valid_until)

    def due(self, now: float) -> Refusal | None:
        """Why the session ends now, or None."""
        if self._valid_until is not None and now >= self._valid_until:
            text = "your sign-in has expired: sign in and connect again"
            return Refusal(401, POLICY, "authentication_expired", text)
        if now >= self._ends:
            text = f"a session lasts at most {self._limits.duration_s / 60:g} minutes: connect again"
            return Refusal(408, GOING_AWAY, "session_expired", text)
        if now >= self._meter.heard + self._limits.idle_s:
            text = f"nothing was heard from you for {self._limits.idle_s / 60:g} minutes: connect again"
            return Refusal(408, GOING_AWAY, "idle_timeout", text)
        return None

    def wants_recheck(self, now: float) -> bool:
        """Whether the credential is to be verified again; `renew` then sets the next time."""
        return now >= self._recheck
