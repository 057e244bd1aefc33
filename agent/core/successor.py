"""Successor: what passes on the connection that is to become the upstream: greeting, configuration, conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core import messages
from agent.core.fields import at, string_at
from agent.core.frames import Frame
from agent.core.handover import ToSuccessor
from agent.core.seeding import Seeding
from agent.core.succession import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from agent.core.handover import Step
    from agent.core.history import History
    from agent.core.succession import Succession

Json: TypeAlias = dict[str, Any]


class Successor:
    """One connection after the other, until one becomes the upstream.

    Args:
        succession: Its stages.
        history: What it has to be told.
        new_id: Gives a fresh unique string, at most 27 characters.

    Attributes:
        seeding: What it was given.
        session: What it has told of its session.
        accepted: Its `session.updated`.
    """

    def __init__(self, succession: Succession, history: History, new_id: Callable[[], str]) -> None:
        self._succession = succession
        self._history = history
        self._new_id = new_id
        self._configured: object = None
        self.reset()

    def reset(self) -> None:
        """Begin with another connection."""
        self.seeding = Seeding(self._our_id, lambda: f"item_{self._new_id()}"[-32:])
        self.session: Json = {}
        self.accepted: Frame | None = None

    def configure(self, greeting: Frame, update: Frame, now: float) -> list[Step]:
        """It has greeted us: tell it what we enforce.

        Args:
            greeting: Its `session.created`.
            update: The `session.update` that says everything.
            now: Seconds.
        """
        self.session, self._configured = at(greeting.data, "session"), update.data["session"]
        self._succession.reached(Stage.CONFIGURING, now)
        return [ToSuccessor(update)]

    def configure_again(self, update: Frame) -> list[Step]:
        """It has refused something that we can do without: say the rest."""
        self._configured = update.data["session"]
        return [ToSuccessor(update)]

    def seed(self, accepted: Frame, running: Container[str], now: float, *, unplaced: bool) -> list[Step]:
        """It has taken our configuration: tell it the conversation.

        Args:
            accepted: Its `session.updated`.
            running: Call ids whose outputs are still to come.
            now: Seconds.
            unplaced: Include what the present upstream has not acknowledged, because it never will.
        """
        self.accepted, self.session = accepted, self.session | at(accepted.data, "session")
        self._succession.reached(Stage.SEEDING, now)
        return self._catch_up(running, unplaced=unplaced)

    def take(self, frame: Frame, kind: str) -> bool:
        """Take its answer to what it was told.

        Returns:
            True when it has acknowledged, or refused, all of it.
        """
        return self.seeding.take(frame, kind) and self.seeding.settled

    def last_words(self, update: Frame, running: Container[str]) -> list[Step]:
        """What has changed since it was told; after this it is the upstream."""
        steps: list[Step] = [ToSuccessor(update)] if update.data["session"] != self._configured else []
        return [*steps, *self._catch_up(running, unplaced=True)]

    def introductions(self) -> list[Frame]:
        """What shows the client the items that were sent, and that nobody has acknowledged, under their ids.

        The service's own events for them may come at any time, or never; until then, what follows them would follow
        nothing that the client knows.
        """
        frames: list[Frame] = []
        previous: str | None = None
        for item in list(self._history):
            upstream_id = None if item.placed else self.seeding.upstream_id(item.id)
            if upstream_id is not None:
                new_id = upstream_id if item.makeshift else item.id
                self.seeding.renamed(item.id, new_id)
                self._history.renamed(item.id, new_id)
                for kind in ("conversation.item.added", "conversation.item.done"):
                    event = {"type": kind, "event_id": self._new_id(), "previous_item_id": previous}
                    frames.append(Frame.of(event | {"item": item.view()}))
            previous = item.id if item.placed else previous
        return frames

    def refusal(self, frame: Frame) -> str:
        """An error that it answers our configuration with, in words."""
        error = at(frame.data, "error")
        where = f" (field {string_at(error, 'param')})" if error.get("param") else ""
        return f"the model refused the session{where}: {string_at(error, 'message') or 'without a reason'}"

    def _catch_up(self, running: Container[str], *, unplaced: bool) -> list[Step]:
        wanted = self._history.seed(running=running, unplaced=unplaced)
        return [ToSuccessor(frame) for frame in self.seeding.catch_up(wanted)]

    def _our_id(self) -> str:
        return messages.OURS + self._new_id()
