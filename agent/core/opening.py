"""Opening: the model greets us, takes our configuration, and only then the client hears that there is a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import events
from agent.core.actions import Actions, ToUpstream
from agent.core.configuration import named_field
from agent.core.state import Phase, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.frames import Frame

# Seconds the model has to greet us and to accept our configuration.
OPENING_TIME = 15.0


class Opening:
    """A session that is not open yet.

    Args:
        state: The session's parts.
        now: Seconds.
        opened: Called when the model has taken the configuration.
        fail: Ends the session, given a text and a code.

    Attributes:
        ends: When the model has had time enough; None where nothing is waited for.
    """

    def __init__(
        self,
        state: State,
        *,
        now: float,
        opened: Callable[[events.SessionUpdated, float], Actions],
        fail: Callable[[str, str], Actions],
    ) -> None:
        self.ends: float | None = now + OPENING_TIME
        self._state = state
        self._opened, self._fail = opened, fail

    def receive(self, frame: Frame, now: float) -> Actions:
        """Take a frame from the model."""
        event, state = events.read(frame), self._state
        if isinstance(event, events.SessionCreated) and state.phase is Phase.OPENING:
            state.phase = Phase.CONFIGURING
            return self._configure()
        if isinstance(event, events.SessionUpdated) and state.phase is Phase.CONFIGURING:
            state.phase, self.ends = Phase.OPEN, None
            return self._opened(event, now)
        return self._refused(event) if isinstance(event, events.ErrorReported) else ()

    def skip(self) -> None:
        """The session was open before, elsewhere."""
        self._state.phase, self.ends = Phase.OPEN, None

    def overdue(self, now: float) -> bool:
        """Whether the model has taken too long."""
        return self.ends is not None and now >= self.ends

    def _configure(self) -> Actions:
        return (ToUpstream(self._state.configured()),)

    def _refused(self, event: events.ErrorReported) -> Actions:
        if self._state.phase is Phase.CONFIGURING and self._state.configuration.reject(event):
            return self._configure()
        field = named_field(event)
        where = f" (field {field})" if field else ""
        return self._fail(f"the model refused the session{where}: {event.message}", event.code or "refused")
