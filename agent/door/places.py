"""Places: what workers that share something tell each other of the sessions that a user has."""

from __future__ import annotations

from typing import Protocol


class Places(Protocol):
    """The sessions of users at all workers."""

    async def take(self, user: str, most: int | None) -> str | None:
        """Take a place, and keep it until it is left, or until this worker is gone.

        Args:
            user: Whose session it is.
            most: Places that a user may have; None for any number.

        Returns:
            The place's name, for `leave`; None where the user has as many already.
        """
        ...

    def leave(self, user: str, place: str) -> None:
        """Give one back."""
        ...
