"""Approvals: calls that wait for their user to allow them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.core import policies
from agent.core.deadlines import earliest

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.calls import Call
    from agent.core.frames import Frame


@dataclass(frozen=True, slots=True)
class Pending:
    """One call that waits.

    Attributes:
        call: The call.
        arguments: What the user is to see, as JSON.
        due: When it is too late, in seconds.
    """

    call: Call
    arguments: str
    due: float


class Approvals:
    """What the user of one session has been asked, and has not decided.

    Args:
        our_id: Gives a fresh event id.
    """

    def __init__(self, our_id: Callable[[], str]) -> None:
        self._our_id = our_id
        self._pending: dict[str, Pending] = {}

    def awaits(self, call_id: object) -> bool:
        """Whether a call waits for a decision."""
        return isinstance(call_id, str) and call_id in self._pending

    def ask(self, pending: Pending, now: float) -> Frame:
        """Ask the user."""
        self._pending[pending.call.call_id] = pending
        return policies.approval_requested(self._our_id(), pending, pending.due - now)

    def call(self, call_id: str) -> Call:
        """The call of that id, for which `awaits` holds."""
        return self._pending[call_id].call

    def close(self, call_id: str) -> None:
        """It is decided, or the call is over."""
        self._pending.pop(call_id, None)

    def again(self, now: float) -> list[Frame]:
        """The client is back on another connection: ask it what is still open, with the time that is left."""
        return [policies.approval_requested(self._our_id(), each, each.due - now) for each in self._pending.values()]

    def overdue(self, now: float) -> list[Call]:
        """Calls whose time is up."""
        return [each.call for each in self._pending.values() if now >= each.due]

    def next_deadline(self) -> float | None:
        """When the next one is too late."""
        return earliest(*(each.due for each in self._pending.values()))
