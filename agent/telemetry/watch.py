"""Watch: everything that is made of the facts of one session."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from agent.core.facts import Met
from agent.core.observed import ObservedSession
from agent.telemetry.measuring import SessionMeasures
from agent.telemetry.spans import SessionSpans
from agent.telemetry.staffing import TracedStaff
from agent.telemetry.telling import SessionLog

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from agent.core.config import SessionConfig
    from agent.core.facts import Fact
    from agent.staff import Staff
    from agent.telemetry.about import About
    from agent.telemetry.telemetry import Telemetry

_log = logging.getLogger(__name__)


class Watch:
    """The trace, metrics and log of one session.

    Args:
        telemetry: Of the process.
        about: The session.
        began: When it began, in seconds on the session's clock.
        unix: What to add to that to have seconds since 1970.
        parent: The trace that the caller is part of, or None.
    """

    def __init__(
        self, telemetry: Telemetry, about: About, *, began: float, unix: float, parent: Context | None
    ) -> None:
        self._telemetry, self._about = telemetry, about
        self._spans = SessionSpans(telemetry.tracer, about, began=began, unix=unix, parent=parent)
        self._takers = (
            self._spans.take,
            SessionMeasures(telemetry.instruments, about, began).take,
            SessionLog(about.session_id, began).take,
        )
        self._session: ObservedSession | None = None
        self._troubled = False
        telemetry.traces.began(about.session_id, self._spans.context)

    def session(self, config: SessionConfig, **others: Any) -> ObservedSession:
        """Make the session that is watched; arguments as for `Session`."""
        self._session = ObservedSession(config, tell=self.take, content=self._telemetry.content, **others)
        return self._session

    def staff(self, staff: Staff) -> TracedStaff:
        """Who answers, watched."""
        return TracedStaff(staff, self._spans.call, content=self._telemetry.content)

    def take(self, fact: Fact) -> None:
        """Take a fact. What goes wrong here costs what would have been told, and never the call."""
        if isinstance(fact, Met):
            self._about.model = fact.model or self._about.model
            self._about.transcriber = fact.transcriber
        for take in self._takers:
            try:
                take(fact)
            except Exception:
                if not self._troubled:
                    self._troubled = True
                    _log.exception("session %s: telemetry failed; the call goes on", self._about.session_id)

    def over(self, now: float, *, goes_on: bool = False) -> None:
        """The session is over, whether it has told so or not.

        Args:
            now: Seconds on the session's clock.
            goes_on: In another process.
        """
        if self._session is not None:
            self._session.over(now, goes_on=goes_on)
        self._telemetry.traces.ended(self._about.session_id)
