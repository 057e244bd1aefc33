"""Unwatched: what takes the place of telemetry where nobody wants any: plain sessions, and no observer."""

# ruff: noqa: ARG002  (it is handed what a watcher is)

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from agent.core.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.core.config import SessionConfig
    from agent.staff import Staff


class Watching(Protocol):
    """What is made of one session."""

    def session(self, config: SessionConfig, **others: Any) -> Session:
        """Make the session; arguments as for `Session`."""
        ...

    def staff(self, staff: Staff) -> Staff:
        """Who answers in it."""
        ...

    def over(self, now: float, *, goes_on: bool = False) -> None:
        """It is over here, and may go on elsewhere."""
        ...


class Watcher(Protocol):
    """Watches the sessions of a server; see `agent.telemetry.telemetry.Telemetry`."""

    def watch(
        self, session_id: str, agent: str, profile: str, *, began: float, unix: float, headers: Mapping[str, str] | None
    ) -> Watching:
        """A session begins."""
        ...

    def unbegun(self, session_id: str, agent: str, profile: str, reason: str) -> None:
        """A session could not begin."""
        ...

    def refused(self, reason: str) -> None:
        """Somebody was turned away."""
        ...


class Unwatched:
    """Watches nothing; it stands for the session as well."""

    def watch(
        self,
        session_id: str,
        agent: str,
        profile: str,
        *,
        began: float,
        unix: float,
        headers: Mapping[str, str] | None,
    ) -> Watching:
        """A session begins."""
        return self

    def unbegun(self, session_id: str, agent: str, profile: str, reason: str) -> None:
        """A session could not begin."""

    def refused(self, reason: str) -> None:
        """Somebody was turned away."""

    def session(self, config: SessionConfig, **others: Any) -> Session:
        """A plain session."""
        return Session(config, **others)

    def staff(self, staff: Staff) -> Staff:
        """As it is."""
        return staff

    def over(self, now: float, *, goes_on: bool = False) -> None:
        """Nothing is to be ended."""


UNWATCHED = Unwatched()
