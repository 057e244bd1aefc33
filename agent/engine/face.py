"""Face: what stands between a GA session and a client that may speak another dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Face(Protocol):
    """One client's dialect. It keeps what the client has set and the session does not know, and nothing else."""

    @property
    def input_rates(self) -> Collection[int]:
        """The rates (Hz) at which the dialect lets a caller's PCM come."""
        ...

    def inward(self, message: str | bytes) -> str | bytes:
        """Translate a client's message to GA; what cannot be read is handed on, for the session to refuse.

        Raises:
            EventRefused: The message names a field or value that the dialect does not have.
        """
        ...

    def outward(self, event: dict[str, Any]) -> Sequence[dict[str, Any]]:
        """Translate one of the session's events; none, where the dialect has nothing to say."""
        ...
