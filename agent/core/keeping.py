"""Keeping: a session as JSON, and another session that goes on with it, in another process.

The model's session dies with the process that held it, or is left behind; so what goes on is a session whose connection
to the model has just been lost. It finds another one, tells it the conversation, ends what was begun and asks for what
is owed, as any session does (`continuity.py`). What is kept here is no more than that needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core import policies
from agent.core.calls import CallResult
from agent.core.fields import at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agent.core.continuity import Continuity
    from agent.core.state import State

Json: TypeAlias = dict[str, Any]

# Tells what this module writes from what another version of it wrote.
VERSION = 2


class Keeping:
    """Keeps one session, or restores it.

    Args:
        state: The session's parts.
        continuity: What outlives an upstream.
        opened: Called when the session is open, because another one was.

    Attributes:
        heard_ms: What its client had said elsewhere, in ms of sound; 0 for a session that has begun here.
    """

    def __init__(self, state: State, continuity: Continuity, *, opened: Callable[[], None]) -> None:
        self._state, self._continuity, self._opened = state, continuity, opened
        self.heard_ms = 0

    @property
    def changes(self) -> int:
        """Grows with everything that must not be lost; what is heard and said grows by whole items only."""
        return self._continuity.history.changes

    def kept(self, now: float) -> Json:
        """The session as it stands.

        Args:
            now: Seconds.
        """
        state = self._state
        conversation = self._continuity.kept()
        _cut(conversation["history"]["items"], self._unheard(now))
        return {
            "version": VERSION,
            "session_id": state.session_id,
            "conversation": conversation,
            "responses": state.responses.kept(),
            "tools": state.tools.kept(),
            "configuration": state.configuration.kept(),
            "client_tools": state.client_tools.kept(),
            "spending": state.spending.kept(),
        }

    def restore(self, kept: Json, now: float) -> None:
        """Go on with a session; to be called before anything else happens in this one.

        The session is open from now on and has no model: tell it by `Session.upstream_closed`.

        Args:
            kept: What `kept` gave, perhaps in another process.
            now: Seconds.
        """
        state = self._state
        self._opened()
        state.session_id = kept["session_id"]
        state.client_tools.restore(kept["client_tools"])
        state.configuration.restore(kept["configuration"])
        state.responses.restore(kept["responses"])
        state.tools.restore(kept["tools"], now)
        state.spending.restore(kept["spending"], now)
        self._continuity.restore(kept["conversation"])
        self.heard_ms = self._continuity.clock.ms
        state.view.restore(
            {"id": item.id, "type": item.kind, "role": item.role, "call_id": item.call_id, "name": item.name}
            for item in self._continuity.history
        )

    def _unheard(self, now: float) -> dict[tuple[str, int], tuple[int, int]]:
        sent_ms = self._state.playback.sent_ms
        return {
            (track.item_id, track.content_index): (position, sent_ms(track.item_id, track.content_index))
            for track, position in self._state.playback.unheard(now)
        }


def broken_off(kept: Json, *, runs_on: bool) -> Iterator[tuple[str, CallResult, bool]]:
    """What is known of the calls that were open when a session was kept: the call, its result, and whether it is a job.

    Args:
        kept: What `Keeping.kept` gave.
        runs_on: Whoever had the session lives, and will tell what comes of the calls that it runs.
    """
    tools = at(kept, "tools")
    for call in tools["calls"]:
        call_id, name = call["call_id"], call["name"]
        if call["theirs"] or call["repeats"]:
            continue  # the client tells; and the call that is repeated does
        if call_id in tools["asked"]:
            yield call_id, CallResult(policies.unasked(name), ok=False, error="approval_lost"), False
        elif not runs_on:
            yield call_id, CallResult(policies.interrupted(name), ok=False, error="interrupted"), False
    if not runs_on:
        for call_id, name, _response_id in tools["jobs"]["running"]:
            yield call_id, CallResult(policies.interrupted(name), ok=False, error="interrupted"), True


def _cut(items: list[Json], unheard: dict[tuple[str, int], tuple[int, int]]) -> None:
    """Sound that is still being played ends where it was heard: nobody will hear the rest of it in another process."""
    for item in items:
        for part in item["parts"]:
            cut = unheard.get((item["id"], part[0]))
            if cut is not None and (part[3] is None or cut[0] < part[3]):
                part[3], part[4] = cut
