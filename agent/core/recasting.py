"""Recasting: another agent, or other tools, for a session that goes on.

    the hand-off's output → session.update → its acknowledgement → one response, by the new agent

The response waits for the acknowledgement, else the old agent would give it. Where the new agent has another voice and
the model has spoken already, which fixes the voice, the response also waits for another session of the model's, which
is given the conversation (`Continuity.renew`). Nothing waits for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import messages, notices
from agent.core.actions import Action, ToClient, ToUpstream
from agent.core.deadlines import earliest

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.calls import CallResult
    from agent.core.config import SessionConfig
    from agent.core.events import ErrorReported, Json
    from agent.core.state import State

# Seconds. A service acknowledges within some tens of ms; a session takes a second or two to be dialled and seeded.
ACKNOWLEDGED, RENEWED = 5.0, 8.0
# How often to look whether it is quiet enough for other tools, which nobody waits for.
LOOK = 0.25
_MOST_ATTEMPTS = 4


class Recasting:
    """Changes what a session enforces while it is open.

    Args:
        state: The session's parts.
        severed: Tells whether there is no upstream at present; its successor is told everything anyway.
        quiet: Tells whether nobody speaks and nothing is under way.
        renew: Has another session of the model's take this one's place, soon.

    Attributes:
        unfit: What the model's session cannot take of the agent that has taken over, in words; "" for nothing.
    """

    def __init__(
        self, state: State, *, severed: Callable[[], bool], quiet: Callable[[float], bool], renew: Callable[[], None]
    ) -> None:
        self.unfit = ""
        self._state = state
        self._severed, self._quiet, self._renew = severed, quiet, renew
        self._update_id: str | None = None
        self._attempts = 0
        self._renewing = False
        self._due: float | None = None
        self._stale: Json | None = None
        self._look: float | None = None

    def hand_over(self, call_id: str, result: CallResult, config: SessionConfig, now: float) -> list[Action]:
        """A call has switched the session to another agent. One that was given up meanwhile switches nothing.

        Args:
            call_id: The call.
            result: What the model reads of it.
            config: What the new agent enforces.
            now: Seconds.
        """
        state = self._state
        if call_id not in state.tools.running:
            return state.tools.finished(call_id, result, now)
        voice_fixed = state.upstream.spoken and state.configuration.voice_differs(config.session)
        self._renewing = False
        self.unfit = "its voice, because the model has spoken" if voice_fixed and not config.renewable else ""
        state.responses.held = not self._severed()
        actions = state.tools.finished(call_id, result, now)
        # A tool of the new agent's is another one, even of the same name; and a second hand-off has to take place.
        state.tools.conduct.forget_answers()
        update = self._adopt(config, voice=not voice_fixed)
        if voice_fixed:
            self._replace()
        if config.extensions:
            actions.append(ToClient(notices.agent(state.our_id(), config.ready)))
        return [*actions, *self._sent(update, now)]

    def retool(self, config: SessionConfig, now: float) -> list[Action]:
        """The agent has other tools than before. The model is told when it is quiet.

        Args:
            config: What is enforced from now on.
            now: Seconds.
        """
        update = self._adopt(config, voice=False)
        if len(update) > 1:
            self._stale = {**(self._stale or {}), **update}
            self._look = now
        return []

    def updated(self, now: float) -> list[Action]:
        """The model shows its session: what was asked for last is in force."""
        self._update_id = None
        return self._settle(now)

    def concerns(self, event: ErrorReported) -> bool:
        """Whether an error is about a change of ours."""
        return self._update_id is not None and event.event_id == self._update_id

    def refused(self, event: ErrorReported, now: float) -> list[Action]:
        """The model does not take a change; it is tried without what the error names, if a session can do without."""
        state = self._state
        fixed = event.code == "cannot_update_voice" or "voice" in (event.param or "")
        if self._attempts < _MOST_ATTEMPTS and (fixed or state.configuration.reject(event)):
            state.upstream.spoken = state.upstream.spoken or fixed
            if fixed:
                self._replace()
            return self._sent(state.configuration.fields(voice=not state.upstream.spoken), now)
        self._update_id = None
        text = f"the model did not take what has changed in this session: {event.message}"
        told = ToClient(messages.failure(state.new_id(), text, "change_refused"))
        # A session of the model's that keeps to the old agent is left for one that is told of the new one only.
        self._replace()
        return [told, *self._settle(now)]

    def renewed(self) -> None:
        """Another session of the model's has taken over, and was told everything."""
        self._update_id = self._stale = self._look = self._due = None
        self._renewing = False

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called."""
        return earliest(self._due, self._look)

    def handle_timer(self, now: float) -> list[Action]:
        """Do what has become due."""
        if self._due is not None and now >= self._due:
            self._update_id, self._renewing = None, False
            return self._settle(now)
        if self._look is None or now < self._look or self._stale is None:
            return []
        if self._severed():
            self._stale = self._look = None
            return []
        if not self._quiet(now):
            self._look = now + LOOK
            return []
        update, self._stale, self._look = self._stale, None, None
        return self._sent(update, now)

    def _replace(self) -> None:
        if self._state.config.renewable and not self._renewing and not self._severed():
            self._renewing = True
            self._renew()

    def _adopt(self, config: SessionConfig, *, voice: bool) -> Json:
        state = self._state
        before = state.configuration.fields()
        state.config = config
        state.client_tools.ours_are(config.session.get("tools") or ())
        state.tools.equip(config.timeouts, config.rules)
        state.speculating.equip(config.speculative)
        return state.configuration.enforce(config.session, before, voice=voice)

    def _sent(self, update: Json, now: float) -> list[Action]:
        state = self._state
        if self._severed():
            self.renewed()
            return []
        update = {**(self._stale or {}), **update}
        self._stale = self._look = None
        names = state.upstream.profile.dialect.name
        frame = messages.session_update(state.our_id(), state.configuration.laid_out(update), names)
        self._update_id, self._attempts = str(frame.data["event_id"]), self._attempts + 1
        self._due = now + (RENEWED if self._renewing else ACKNOWLEDGED)
        return [ToUpstream(frame)]

    def _settle(self, now: float) -> list[Action]:
        """Let the response go once nothing is waited for any more."""
        if self._update_id is not None or self._renewing:
            return []
        self._due, self._attempts = None, 0
        return [ToUpstream(request) for request in self._state.responses.let_go(now)]
