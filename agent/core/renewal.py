"""Renewal: joins a session's parts to its `Continuity`, so that the model's session can be replaced under them.

What comes from the model passes `incoming` before the session takes it; what goes to the model passes `redirect`; and
what the continuity wants done is done here, as far as it concerns the session and not its connections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from agent.core import events, messages
from agent.core.actions import ToUpstream
from agent.core.citations import TRANSCRIPT_DELTAS
from agent.core.continuity import WATCHED, Continuity
from agent.core.floor import Floor
from agent.core.frames import Frame
from agent.core.handover import Ask, FromModel, GiveUp, Switch
from agent.core.recasting import Recasting
from agent.core.turns import User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agent.core.actions import Actions
    from agent.core.events import Json
    from agent.core.handover import Outcome, Step
    from agent.core.state import State
    from agent.core.succession import Policy


class Renewal:
    """The model's session of one caller, over any number of connections.

    Args:
        state: The session's parts.
        from_model: Takes a frame of the model's that has passed.
        adopt: Takes the session object of a successor, which is in force from then on.
        fail: Ends the session, given a text and a code.
        chance: Gives a number from 0 to 1, for the pauses between attempts.
        unix: What to add to `now` to have seconds since 1970.
        policy: Times and attempts; None for the usual ones.
    """

    def __init__(  # noqa: PLR0913  (what it joins)
        self,
        state: State,
        *,
        from_model: Callable[[Frame, float], Actions],
        adopt: Callable[[Json, float], Actions],
        fail: Callable[[str, str], Actions],
        chance: Callable[[], float],
        unix: float,
        policy: Policy | None = None,
    ) -> None:
        self._state = state
        self._from_model, self._adopt, self._fail = from_model, adopt, fail
        self._dialect = state.upstream.profile.dialect
        self._renamed = self._dialect.events
        self._lost = ""
        self.recasting = Recasting(
            state,
            severed=lambda: self.continuity.severed,
            quiet=lambda now: self._floor(now).quiet,
            renew=lambda: self.continuity.renew(),  # noqa: PLW0108  (it is made below)
        )
        self.continuity = Continuity(
            configuration=state.configured,
            floor=self._floor,
            new_id=state.new_id,
            chance=chance,
            unix=unix,
            extensions=state.config.extensions,
            length_ms=state.playback.sent_ms,
            session_to_ga=self._dialect.session_to_ga,
            does_without=self._does_without,
            policy=policy,
        )

    def receive(self, frame: Frame, kind: str, now: float) -> Actions:
        """Take a frame of the present upstream's that is no audio.

        Args:
            frame: The frame.
            kind: Its type, in the service's names.
            now: Seconds.
        """
        named = self._renamed.get(kind, kind)
        if named in WATCHED:
            seen = self.continuity.incoming(frame, named, now)
            if seen is None:
                return ()
            frame = seen
        return self.redirect(self._from_model(frame, now))

    def noted(self, kind: str, text: str) -> None:
        """A delta has been passed on as it is; see `AudioPath.follow_words`."""
        frame = Frame(text)
        self.continuity.history.take(kind, frame)
        if kind in TRANSCRIPT_DELTAS:
            self._state.citations.spoken(frame)

    def upstream_closed(self, code: int, reason: str, now: float) -> list[Step]:
        """The present upstream is gone."""
        self._lost = f"{messages.closed(code, reason)}; "
        return self.continuity.upstream_closed(now)

    def receive_successor(self, frame: Frame, now: float) -> list[Step]:
        """Take a frame from the connection that was dialled last."""
        return self.continuity.receive_successor(frame, self._dialect.event_to_ga(frame.type), now)

    def redirect(self, actions: Actions) -> Actions:
        """Put what goes to the model in the terms of its present session; all else stays as it is."""
        for action in actions:
            if isinstance(action, ToUpstream):
                return cast("Actions", self.continuity.redirect(actions))  # frames only: see `Outward`
        return actions

    def done(self, steps: Iterable[Step], now: float) -> list[Outcome]:
        """Do what concerns the session, and give back what concerns its connections and its client."""
        actions: list[Outcome] = []
        for step in steps:
            match step:
                case FromModel():
                    actions += self.redirect(self._from_model(step.frame, now))
                case Ask():
                    actions += self._ask(step, now)
                case Switch():
                    actions += [step, *self._switched(now)]
                case GiveUp():
                    actions += self._fail(f"{self._lost}{step.reason}", "upstream_lost")
                case _:
                    actions.append(step)
        return actions

    def _does_without(self, frame: Frame) -> bool:
        event = events.read(frame)
        return isinstance(event, events.ErrorReported) and self._state.configuration.give_way(event)

    def _ask(self, ask: Ask, now: float) -> Actions:
        request = ask.request or messages.response_create(self._state.our_id())
        wanted = self._state.responses.want(request, now, override=ask.request is not None)
        return self.redirect([ToUpstream(each) for each in wanted])

    def _switched(self, now: float) -> Actions:
        state = self._state
        state.upstream.out_of_band.clear()
        state.upstream.spoken = False
        self.recasting.renewed()
        in_force = self._adopt(self.continuity.session, now)
        released = state.responses.upstream_changed(now)
        return self.redirect([*in_force, *map(ToUpstream, released)])

    def _floor(self, now: float) -> Floor:
        state = self._state
        turns, running = state.responses.turns, state.tools.running
        free = state.responses.free and not running
        quiet = free and not state.responses.wanted and not state.playback.unheard(now)
        return Floor(
            response_id=state.responses.active_id,
            awaited=turns.user is User.AWAITED,
            request=state.responses.request,
            quiet=quiet,
            free=free,
            running=running,
        )
