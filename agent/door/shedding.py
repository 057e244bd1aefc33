"""Shedding: when new callers are turned away because those who are here would suffer. Live calls never are.

What is measured is handed in. Each reason has two marks: it begins to count at the higher one, and ends only at the
lower one, so that the door does not open and shut with every reading.
"""

from __future__ import annotations

from collections import deque
from statistics import median

READINGS = 8  # of the loop's lag, by whose median is decided: one long pause is no overload
_EASED = 0.5  # the lower mark of the lag, as a share of the higher one
_FREED = 0.9  # the same for memory

LAG = "the event loop lags"
MEMORY = "memory is short"


class Shedding:
    """Decides whether there is room for one more.

    Args:
        lag_s: Seconds by which the event loop may be late; 0 for no such limit.
    """

    def __init__(self, lag_s: float = 0.0) -> None:
        self._lag_s = lag_s
        self._lags: deque[float] = deque(maxlen=READINGS)
        self._reasons: dict[str, None] = {}

    @property
    def reason(self) -> str | None:
        """Why nobody is let in, in words; None while there is room."""
        return next(iter(self._reasons), None)

    def lagged(self, seconds: float) -> None:
        """Take a reading of how late the event loop was."""
        self._lags.append(seconds)
        if self._lag_s <= 0 or len(self._lags) < READINGS:
            return
        self._mark(LAG, median(self._lags), self._lag_s, self._lag_s * _EASED)

    def used(self, used: int, allowed: int) -> None:
        """Take a reading of the memory.

        Args:
            used: In bytes.
            allowed: In bytes.
        """
        self._mark(MEMORY, used, allowed, allowed * _FREED)

    def _mark(self, reason: str, value: float, high: float, low: float) -> None:
        if value >= high:
            self._reasons[reason] = None
        elif value <= low:
            self._reasons.pop(reason, None)
