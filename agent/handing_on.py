"""Handing on: what a relay tells whoever keeps its session, and is told when it goes on with another worker's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agent.core.calls import CallResult


class Keeps(Protocol):
    """Keeps one session where others can find it. It never makes the session wait, and never fails."""

    def changed(self) -> None:
        """Something has happened; called after all that is no sound."""
        ...

    async def noted(self) -> None:
        """Wait until what has happened so far is kept, or it is plain that it will not be."""
        ...

    def outcome(self, call_id: str, result: CallResult, *, job: bool) -> None:
        """A call has ended that ran on after its session had gone to another worker."""
        ...


@dataclass(frozen=True, slots=True)
class Return:
    """A client is back in a session that another worker had.

    Attributes:
        ready: Fields of `extension.ready` that are new.
        missed: Events that it was not told, as text.
        complete: Nothing but deltas was left out of them.
        ended: What is known of the calls that were open: call id, result, and whether it is a job's.
    """

    ready: Mapping[str, Any]
    missed: Sequence[str] = ()
    complete: bool = False
    ended: Sequence[tuple[str, CallResult, bool]] = field(default=())
