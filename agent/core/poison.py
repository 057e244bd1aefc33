"""Poison: a session in which every response fails will not get well again; only another session answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core.fields import at

if TYPE_CHECKING:
    from collections.abc import Mapping

# Failed responses in a row. One happens to everybody, and a second while a service is restarted.
POISONED_AFTER = 3
# Sessions that were replaced in a row for this and did not get well either; then the fault is not the session's.
MOST_REPLACEMENTS = 3


class Poison:
    """Counts the failures of one caller's sessions."""

    def __init__(self) -> None:
        self._failures = 0
        self._replaced = 0

    def response_done(self, response: Mapping[str, Any]) -> bool:
        """A response has ended.

        Args:
            response: The `response` object of `response.done`.

        Returns:
            True when the session should be replaced.
        """
        status = response.get("status")
        if server_failed(response):
            self._failures += 1
        elif status == "completed":
            self._failures = self._replaced = 0
        if self._failures < POISONED_AFTER or self._replaced >= MOST_REPLACEMENTS:
            return False
        self._failures = 0
        self._replaced += 1
        return True

    def renewed(self) -> None:
        """There is a new session; what the old one did is not held against it."""
        self._failures = 0


def server_failed(response: Mapping[str, Any]) -> bool:
    """Whether a response came to nothing through a fault of the service's own."""
    error = at(response, "status_details", "error")
    # A rate limit is no illness, and a new session would not lift it.
    return response.get("status") == "failed" and "server_error" in {error.get("type"), error.get("code")}
