"""Patience: what is said and shown while calls run, and what their progress tells the model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.core.deadlines import earliest

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.calls import Call

# Seconds between two reports of one call to the model: each costs it reading, and none makes it speak.
REPORT_INTERVAL = 5.0
# A sentence waits so long for the floor, and looks so often. After that it would be news of yesterday.
WORTH_SAYING = 10.0
LOOK = 0.25


@dataclass(slots=True)
class _Saying:
    text: str
    look: float
    until: float


class Patience:
    """Calls that are to be heard when they take long, and reports that wait to be told."""

    def __init__(self) -> None:
        self._heard_at: dict[str, tuple[Call, float]] = {}
        self._sayings: dict[str, _Saying] = {}
        self._told_at: dict[str, float] = {}
        self._untold: dict[str, str] = {}

    def watch(self, call: Call, moment: float) -> None:
        """A call is to be heard of if it still runs at a moment."""
        self._heard_at[call.call_id] = (call, moment)

    def forget(self, call_id: str) -> None:
        """A call is over, or goes another way."""
        for each in (self._heard_at, self._sayings, self._told_at, self._untold):
            each.pop(call_id, None)

    def due(self, now: float) -> list[Call]:
        """Calls that are to be heard of now; each once."""
        found = [call for call, moment in self._heard_at.values() if now >= moment]
        for call in found:
            del self._heard_at[call.call_id]
        return found

    # ── sentences for the caller ──

    def say(self, call_id: str, text: str, now: float) -> None:
        """A call has a sentence for the caller, to be said when nobody speaks."""
        self._sayings[call_id] = _Saying(text, now, now + WORTH_SAYING)

    def hush(self) -> None:
        """The caller speaks, and knows what they want to know."""
        self._sayings.clear()

    def sentence(self, now: float, silent: Callable[[float], bool]) -> str | None:
        """The sentence to be said now, once.

        Args:
            now: Seconds.
            silent: Whether nobody speaks.
        """
        for call_id, saying in [*self._sayings.items()]:
            if now < saying.look:
                continue
            if silent(now):
                return self._sayings.pop(call_id).text
            saying.look = now + LOOK
            if saying.look > saying.until:
                del self._sayings[call_id]
        return None

    # ── reports to the model ──

    def report(self, call_id: str, text: str) -> None:
        """A call has something to tell the model; the latest report counts."""
        self._untold[call_id] = text

    def reports(self, now: float) -> list[str]:
        """What is to be told now."""
        found = [call_id for call_id in self._untold if now >= self._next(call_id)]
        for call_id in found:
            self._told_at[call_id] = now
        return [self._untold.pop(call_id) for call_id in found]

    def next_deadline(self) -> float | None:
        """When something is due."""
        looks = [saying.look for saying in self._sayings.values()]
        moments = [moment for _, moment in self._heard_at.values()]
        return earliest(*moments, *looks, *map(self._next, self._untold))

    def _next(self, call_id: str) -> float:
        return self._told_at.get(call_id, -math.inf) + REPORT_INTERVAL
