"""Told session: what the model tells of its session: what of it is in force here, and what of it the client sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import messages
from agent.core.actions import Action, ToClient
from agent.core.config import effective
from agent.core.view import session_view

if TYPE_CHECKING:
    from agent.core.events import Json
    from agent.core.state import State


def take(state: State, session: Json) -> bool:
    """Take note of what is in force in the model's session.

    Args:
        state: The session's parts.
        session: The session object, in the service's names.

    Returns:
        Whether voice activity is on: where not, nobody will tell that the user has stopped.
    """
    upstream = state.upstream
    told = upstream.profile.dialect.session_to_ga(session)
    upstream.effective = effective(told)
    state.spending.told(told)
    state.playback.bytes_per_ms = upstream.effective.bytes_per_ms
    return upstream.effective.detects_voice


def shown(state: State, kind: str, session: Json) -> list[Action]:
    """Show the client its session.

    Args:
        state: The session's parts.
        kind: `session.created` or `session.updated`.
        session: The session object, in the service's names.
    """
    upstream = state.upstream
    upstream.session = session_view(session)
    if state.session_id and "id" in upstream.session:
        # The client has one session, however many the model had meanwhile.
        upstream.session["id"] = state.session_id
    view = state.client_tools.shown(upstream.session)
    return [ToClient(messages.session_event(kind, state.new_id(), view, upstream.profile.dialect.name))]
