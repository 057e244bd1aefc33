"""OnCall: who answers on a WebRTC call, where the sideband holds the session to what the present agent enforces."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.config import SessionConfig
    from agent.core.enforcement import Enforcement
    from agent.staff import Staff
    from tools import Outcome, ToolContext, Toolset

_log = logging.getLogger(__name__)


class OnCall:
    """A session's agents, fitted to a call; see `agent.staff.Staff`.

    A call is one session of the model's, so the voice that it began with stays.

    Args:
        staff: The agents.
        first: The session object that the call began with.
        enforcement: What the call is held to; told when that changes.
    """

    def __init__(self, staff: Staff, first: Mapping[str, Any], enforcement: Enforcement) -> None:
        self._staff = staff
        self._voice: Any = first["audio"]["output"].get("voice")
        self._enforcement = enforcement

    @property
    def toolset(self) -> Toolset:
        """The tools at present."""
        return self._staff.toolset

    async def invoke(self, name: str, arguments: str, context: ToolContext) -> Outcome:
        """Run a call of a tool."""
        return await self._staff.invoke(name, arguments, context)

    async def hand_over(self, outcome: Outcome) -> tuple[Outcome, SessionConfig | None]:
        """Let another agent take over."""
        outcome, config = await self._staff.hand_over(outcome)
        return outcome, None if config is None else self._fitted(config)

    def watch(self, changed: Callable[[SessionConfig], None]) -> None:
        """Be told when the tools of the present agent change."""
        self._staff.watch(lambda config: changed(self._fitted(config)))

    def _fitted(self, config: SessionConfig) -> SessionConfig:
        session = without_formats(config.session)
        if session["audio"]["output"].get("voice") != self._voice:
            _log.info("the voice of a call cannot change: the agent that takes over speaks with the first one's")
            session["audio"]["output"]["voice"] = self._voice
        self._enforcement.wants(session)
        return replace(config, session=session)


def without_formats(session: Mapping[str, Any]) -> dict[str, Any]:
    """A session object for a call, whose sound is Opus whatever a session says: formats are left out."""
    audio: dict[str, Any] = dict(session.get("audio") or {})
    for side in ("input", "output"):
        if side in audio:
            audio[side] = {name: value for name, value in audio[side].items() if name != "format"}
    return {**session, "audio": audio}
