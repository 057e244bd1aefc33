"""Calls: every invocation of a tool by its call id, from the model's request to its one output."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class CallState(Enum):
    """Where a call stands; it leaves RUNNING exactly once."""

    RUNNING = "running"
    FINISHED = "finished"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    DENIED = "denied"


@dataclass(slots=True)
class Call:
    """One invocation.

    Attributes:
        call_id: As the model named it.
        name: The tool.
        response_id: The response that asked for it.
        started: When, in seconds of the caller's clock.
        deadline: When to give up, on the same clock.
        theirs: The tool is the client's own, which runs it.
        quiet: The user has stopped the answer that it was for: its output is kept and asks for no further answer.
        repeats: It did not run: another call's answer is its own.
        state: See `CallState`.
    """

    call_id: str
    name: str
    response_id: str
    started: float
    deadline: float
    theirs: bool = False
    quiet: bool = False
    repeats: bool = False
    state: CallState = CallState.RUNNING


_KEPT = ("call_id", "name", "response_id", "theirs", "quiet", "repeats")


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call.

    Attributes:
        output: What the model reads.
        ok: Whether the tool did what it was asked; an error that the model can read is a result as well.
        for_client: What the client is shown: any JSON, or None.
        citations: Passages that the tool retrieved, best first, as JSON objects.
        error: Machine-readable code of the failure, or None.
        job: Work goes on, and `job_finished` will tell what came of it.
        speculated: It was found before the model asked.
    """

    output: str
    ok: bool = True
    for_client: object = None
    citations: Sequence[Mapping[str, Any]] = ()
    error: str | None = None
    job: bool = False
    speculated: bool = False


class Calls:
    """All calls of one session. Two sessions never share one."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._running: dict[str, Call] = {}
        self._with_ours: set[str] = set()

    def open(self, call: Call) -> bool:
        """Take note of a new call.

        Returns:
            False for a call id that was seen before: services repeat events, and a call must not run twice.
        """
        if call.call_id in self._calls:
            return False
        self._calls[call.call_id] = self._running[call.call_id] = call
        if not call.theirs:
            self._with_ours.add(call.response_id)
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

    def has_ours(self, response_id: str | None) -> bool:
        """Whether a response has called one of our tools, so that what follows is ours to ask for."""
        return response_id in self._with_ours

    def any_open(self, response_id: str | None) -> bool:
        """Whether calls of a response still run that it is ours to wait for.

        A client's own calls are its affair, as with a service that it talks to directly, until one of ours stands
        beside them in the same response. Nobody waits for what the user has stopped.
        """
        running = self._running.values()
        return self.has_ours(response_id) and any(c.response_id == response_id and not c.quiet for c in running)

    def hush(self) -> None:
        """The user does not want to hear what comes of the calls that run."""
        for call in self._running.values():
            call.quiet = True

    def to_tell(self, response_id: str) -> bool:
        """Whether something has come of a response's calls that the user has not stopped."""
        told = {CallState.FINISHED, CallState.TIMED_OUT, CallState.DENIED}
        calls = self._calls.values()
        return any(each.response_id == response_id and each.state in told and not each.quiet for each in calls)

    def open_calls(self) -> list[Call]:
        """Calls of our own tools that still run."""
        return [call for call in self._running.values() if not call.theirs]

    def kept(self) -> list[dict[str, Any]]:
        """The calls that run, the client's own too, as JSON."""
        return [{name: getattr(call, name) for name in _KEPT} for call in self._running.values()]

    def restore(self, kept: list[dict[str, Any]], now: float, time_of: Callable[[str], float]) -> None:
        """Go on with calls that were begun elsewhere; their time begins anew.

        Args:
            kept: What `kept` gave.
            now: Seconds.
            time_of: Seconds that a tool may take, by its name.
        """
        for each in kept:
            limit = math.inf if each["theirs"] or each["repeats"] else time_of(each["name"])
            self.open(Call(started=now, deadline=now + limit, **each))

    def overdue(self, now: float) -> list[Call]:
        """Running calls whose deadline has passed."""
        return [call for call in self._running.values() if call.deadline <= now]

    def next_deadline(self) -> float | None:
        """The earliest deadline of a running call."""
        return min(call.deadline for call in self._running.values()) if self._running else None

    def open_ids(self) -> list[str]:
        """Call ids of our own tools that still run."""
        return [call.call_id for call in self._running.values() if not call.theirs]
