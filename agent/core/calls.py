"""Calls: every invocation of a tool by its call id, from the model's request to its one output."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class CallState(Enum):
    """Where a call stands; it leaves RUNNING exactly once."""

    RUNNING = "running"
    FINISHED = "finished"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Call:
    """One invocation.

    Attributes:
        call_id: As the model named it.
        name: The tool.
        response_id: The response that asked for it.
        started: When, in seconds of the caller's clock.
        deadline: When to give up, on the same clock.
        state: See `CallState`.
    """

    call_id: str
    name: str
    response_id: str
    started: float
    deadline: float
    state: CallState = CallState.RUNNING


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call.

    Attributes:
        output: What the model reads.
        ok: Whether the tool did what it was asked; an error that the model can read is a result as well.
        for_client: What the client is shown: any JSON, or None.
        citations: Passages that the tool retrieved, best first, as JSON objects.
        error: Machine-readable code of the failure, or None.
    """

    output: str
    ok: bool = True
    for_client: object = None
    citations: Sequence[Mapping[str, Any]] = ()
    error: str | None = None


class Calls:
    """All calls of one session. Two sessions never share one."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._running: dict[str, Call] = {}

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._calls

    def open(self, call: Call) -> bool:
        """Take note of a new call.

        Returns:
            False for a call id that was seen before: services repeat events, and a call must not run twice.
        """
        if call.call_id in self._calls:
            return False
        self._calls[call.call_id] = self._running[call.call_id] = call
        return True

    def close(self, call_id: str, state: CallState) -> Call | None:
        """Conclude a call.

        Returns:
            The call, or None when it is unknown or concluded already: its result comes too late to be used.
        """
        call = self._running.pop(call_id, None)
        if call is not None:
            call.state = state
        return call

    def running(self, call_id: str) -> Call | None:
        """The call while it runs, or None."""
        return self._running.get(call_id)

    def any_open(self, response_id: str | None) -> bool:
        """Whether calls of a response still run."""
        return any(call.response_id == response_id for call in self._running.values())

    def overdue(self, now: float) -> list[Call]:
        """Running calls whose deadline has passed."""
        return [call for call in self._running.values() if call.deadline <= now]

    def next_deadline(self) -> float | None:
        """The earliest deadline of a running call."""
        return min(call.deadline for call in self._running.values()) if self._running else None

    def open_ids(self) -> list[str]:
        """Call ids that still run."""
        return list(self._running)
