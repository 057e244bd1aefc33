"""Back-off: how long to wait before the next attempt to reach the model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Attempts and the pauses between them, in seconds.

    Attributes:
        attempts: After so many in a row that failed, nobody is served by another one. The first is made at once.
        first: The pause after the first attempt; each further one is twice as long.
        longest: No pause is longer.
    """

    attempts: int = 6
    first: float = 0.5
    longest: float = 8.0

    def pause(self, attempt: int, chance: float) -> float:
        """Seconds to wait after an attempt that failed.

        Args:
            attempt: Which one it was, counted from 1.
            chance: From 0 to 1, drawn anew each time: callers that lost their model together must not return together.
        """
        whole = min(self.longest, self.first * 2.0 ** min(attempt - 1, 32))
        return whole * (0.5 + 0.5 * chance)

    def exhausted(self, attempt: int) -> bool:
        """Whether an attempt that failed was the last."""
        return attempt >= self.attempts
