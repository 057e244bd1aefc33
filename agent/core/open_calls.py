"""Open calls: the tools that run in an observed session, and what comes of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.core.facts import CallEnded

if TYPE_CHECKING:
    from agent.core.calls import CallResult
    from agent.core.facts import CallOutcome

# Codes by which a call says that it was not allowed to run, rather than that it went wrong.
REFUSED = frozenset(
    {"approval_denied", "approval_expired", "approval_unavailable", "not_available", "rate_limited", "unknown_tool"}
)


@dataclass(slots=True)
class _Open:
    name: str
    began: float
    awaits: bool = False


class OpenCalls:
    """The calls of one session that run."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def begin(self, call_id: str, name: str, now: float) -> None:
        """A call begins to run."""
        self._open[call_id] = _Open(name, now)

    def awaits(self, call_id: str) -> None:
        """It waits for the user's approval."""
        if call_id in self._open:
            self._open[call_id].awaits = True

    def approved(self, call_id: str) -> None:
        """It has it."""
        if call_id in self._open:
            self._open[call_id].awaits = False

    def ids(self) -> tuple[str, ...]:
        """Those that run."""
        return tuple(self._open)

    def end(self, call_id: str, now: float, result: CallResult | None, stopped: CallOutcome) -> CallEnded | None:
        """A call is over.

        Args:
            call_id: The call.
            now: Seconds.
            result: What the tool returned; None where it was stopped.
            stopped: Why it was stopped.

        Returns:
            What is known of it; None where it had been stopped before, and its result comes too late.
        """
        call = self._open.pop(call_id, None)
        if call is None:
            return None
        if result is None:
            outcome: CallOutcome = "refused" if call.awaits and stopped != "cancelled" else stopped
            return CallEnded(call_id, call.name, call.began, now, outcome, None if outcome == "cancelled" else outcome)
        return CallEnded(
            call_id,
            call.name,
            call.began,
            now,
            _outcome(result),
            result.error,
            len(result.citations),
            result.speculated,
        )


def _outcome(result: CallResult) -> CallOutcome:
    if result.ok:
        return "ok"
    if result.error == "timeout":
        return "timeout"
    return "refused" if result.error in REFUSED else "error"
