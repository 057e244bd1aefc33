"""Outbox: what one step of a session has to say and to do, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.engine.effects import Send

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.engine.effects import Effect


class Outbox:
    """Collects effects until the step is over.

    Args:
        new_id: Makes an id of a kind: `"event"`, `"item"`, `"resp"`, `"call"`, …
    """

    def __init__(self, new_id: Callable[[str], str]) -> None:
        self.new_id = new_id
        self._effects: list[Effect] = []

    def send(self, kind: str, **fields: Any) -> None:
        """Send an event of that type."""
        self._effects.append(Send({"type": kind, "event_id": self.new_id("event"), **fields}))

    def do(self, effect: Effect) -> None:
        """Ask for anything else."""
        self._effects.append(effect)

    def drain(self) -> list[Effect]:
        """Take what was collected."""
        effects, self._effects = self._effects, []
        return effects
