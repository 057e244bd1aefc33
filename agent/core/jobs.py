"""Jobs: work that goes on after its call was answered, and whose result comes into the conversation by itself.

It comes when nobody speaks and nothing is wanted; several that wait come together, and one response follows them.
Where it never falls quiet, it comes all the same: the arbiter of responses then waits for the floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.calls import Call
from agent.core.deadlines import earliest

if TYPE_CHECKING:
    from collections.abc import Callable

Json: TypeAlias = dict[str, Any]

# Seconds between two looks whether it is quiet, and after which a result waits no longer.
LOOK = 0.25
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """Work that goes on.

    Attributes:
        call: The call that began it.
        due: When to give it up, in seconds, or None.
    """

    call: Call
    due: float | None


class Jobs:
    """The jobs of one session, and their results that nobody has been told."""

    def __init__(self) -> None:
        self._running: dict[str, Job] = {}
        self._news: list[str] = []
        self._look: float | None = None
        self._since = 0.0

    def begin(self, call: Call, due: float | None) -> None:
        """A call was answered, and its work goes on."""
        self._running[call.call_id] = Job(call, due)

    def running(self, call_id: str) -> Call | None:
        """The call whose job still runs, or None."""
        job = self._running.get(call_id)
        return None if job is None else job.call

    def end(self, call_id: str) -> Call | None:
        """A job is over; None where there is none, or none any more."""
        job = self._running.pop(call_id, None)
        return None if job is None else job.call

    def report(self, news: str, now: float) -> None:
        """There is something to tell the model, as soon as it is quiet."""
        if not self._news:
            self._since = self._look = now
        self._news.append(news)

    def take(self, now: float, *, quiet: bool) -> list[str]:
        """What is to be told now."""
        if self._look is None or now < self._look:
            return []
        if not quiet and now - self._since < PATIENCE:
            self._look = now + LOOK
            return []
        news, self._news, self._look = self._news, [], None
        return news

    def overdue(self, now: float) -> list[Call]:
        """Calls whose jobs take too long."""
        return [job.call for job in self._running.values() if job.due is not None and now >= job.due]

    def next_deadline(self) -> float | None:
        """When to look."""
        return earliest(self._look, *(job.due for job in self._running.values()))

    def kept(self) -> Json:
        """The jobs that run and what nobody has been told, as JSON."""
        running = [[call_id, job.call.name, job.call.response_id] for call_id, job in self._running.items()]
        return {"running": running, "news": self._news}

    def restore(self, kept: Json, now: float, time_of: Callable[[str], float | None]) -> None:
        """Go on with jobs that were begun elsewhere; their time begins anew.

        Args:
            kept: What `kept` gave.
            now: Seconds.
            time_of: Seconds that a tool's job may take, by its name, or None.
        """
        for call_id, name, response_id in kept["running"]:
            limit = time_of(name)
            self.begin(Call(call_id, name, response_id, now, now), None if limit is None else now + limit)
        for news in kept["news"]:
            self.report(news, now)

    def abandon(self) -> list[str]:
        """The session is over: call ids whose jobs still run."""
        open_ids = [*self._running]
        self._running.clear()
        self._news.clear()
        self._look = None
        return open_ids
