"""Session: the state of one caller, as a pure state machine. Frames, results and the time go in, actions come out.

Inside, the names are GA's. What the model sends keeps its own until it leaves for the client, so that a frame that
the client understands as it is passes as the identical object.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from agent.core import absence, events, firewall, messages, told_session, utterances
from agent.core.actions import FAULT, POLICY, Actions, Hangup, ToClient, ToUpstream
from agent.core.appendix import Appendix
from agent.core.audio_path import AudioPath
from agent.core.citations import cite_all
from agent.core.client_side import ClientSide
from agent.core.config import SessionConfig  # noqa: TC001  (made by those who make a session)
from agent.core.deadlines import earliest
from agent.core.deltas import AUDIO_DELTA
from agent.core.dialect import GA
from agent.core.faces import Faces
from agent.core.frames import Frame, MalformedFrame
from agent.core.keeping import Keeping
from agent.core.model_side import ModelSide
from agent.core.opening import OPENING_TIME, Opening
from agent.core.profiles import PROFILES
from agent.core.renewal import Renewal
from agent.core.spending import ENDED
from agent.core.state import Phase, State
from agent.core.undone import DELTAS
from agent.core.view import session_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from agent.core.account import Account
    from agent.core.calls import CallResult
    from agent.core.citations import Cite
    from agent.core.dialect import Dialect
    from agent.core.events import Json
    from agent.core.handover import Outcomes, Step
    from agent.core.profiles import Profile
    from agent.core.succession import Policy


class Session:
    """One caller's session.

    Args:
        config: What the server decides.
        new_id: Gives a fresh unique string on each call.
        now: Seconds on the clock that every later `now` is read from.
        cite: Picks, from the passages retrieved in this turn and in those before it, those that bear out an answer.
        profile: The service that the model is reached through.
        client: The names that the client is thought to use; its first `session.update` corrects that.
        chance: Gives a number from 0 to 1, for the pauses between attempts to reach the model anew.
        unix: What to add to `now` to have seconds since 1970, in which services tell when a session ends.
        policy: Times and attempts of a model's session that takes another's place; None for the usual ones.

    Attributes:
        audio: The short way of sound through the session; what it does not take goes the whole way, by
            `receive_client` and `receive_upstream`.
        keeping: Gives the session as JSON, and goes on with one that was kept.
    """

    def __init__(  # noqa: PLR0913  (one for each thing that a pure core must be handed)
        self,
        config: SessionConfig,
        *,
        new_id: Callable[[], str],
        now: float,
        cite: Cite = cite_all,
        profile: Profile = PROFILES["compatible"],
        client: Dialect = GA,
        chance: Callable[[], float] = lambda: 1.0,
        unix: float = 0.0,
        policy: Policy | None = None,
    ) -> None:
        self._state = State(config, profile, new_id, cite)
        self._appendix = Appendix.of(self._state) if config.sources_in_text and not config.extensions else None
        self._renewal = Renewal(
            self._state,
            from_model=self._from_model,
            adopt=self._adopt,
            fail=self._fail,
            chance=chance,
            unix=unix,
            policy=policy,
        )
        self.audio = AudioPath(self._renewal.continuity.clock)
        self._model = ModelSide(self._state, self.audio)
        self._client = ClientSide(self._state, client)
        self._opening = Opening(self._state, now=now, opened=self._opened, fail=self._fail)
        self.keeping = Keeping(self._state, self._renewal.continuity, opened=self._opening.skip)
        self._put_on(Faces(profile.dialect, client))
        self._appended = self._renewal.continuity.appended
        # Asked for after every frame; audio, which is most of them, changes nothing about it.
        self._due: float | None = self._opening.ends
        self._due_known = True

    @property
    def phase(self) -> Phase:
        """Where the session stands."""
        return self._state.phase

    @property
    def client_dialect(self) -> Dialect:
        """The names that the client uses, as far as is known."""
        return self._client.dialect

    @property
    def extensions(self) -> bool:
        """Whether the client opted in to our own events, so that it shows results and can ask its user."""
        return self._state.config.extensions

    @property
    def rejected(self) -> Sequence[str]:
        """Dotted GA paths of session fields that the service did not take, and that the session goes on without."""
        return tuple(self._state.configuration.rejected)

    @property
    def account(self) -> Account:
        """What it has used and cost so far."""
        return self._state.spending.account

    @property
    def conversation(self) -> tuple[utterances.Said, ...]:
        """The latest of what was said, oldest first."""
        return utterances.latest(self._renewal.continuity.history)

    # ── what happens ──

    def receive_upstream(self, frame: Frame, now: float) -> Outcomes:
        """Take a frame from the model. What is no event, or breaks off, is dropped: the session goes on without it."""
        frame.dialect = self._state.upstream.profile.dialect.name
        try:
            phase = self._state.phase
            if phase is Phase.OPEN:
                actions = self._receive_open(frame, now)
            else:
                self._changed()
                actions = () if phase is Phase.CLOSED else self._opening.receive(frame, now)
            return actions if self._faces.plain else self._faces.spoken(actions)
        except MalformedFrame:
            return ()

    def _receive_open(self, frame: Frame, now: float) -> Actions:
        kind = frame.type
        if kind in AUDIO_DELTA:
            return self._model.audio(frame, now)
        if kind not in DELTAS:
            self._changed()
            return self._renewal.receive(frame, kind, now)
        actions = self._renewal.receive(frame, kind, now)
        self.audio.follow_words(frame, actions, partial(self._renewal.noted, kind))
        return actions

    def _from_model(self, frame: Frame, now: float) -> Actions:
        actions = self._read(frame, now)
        return actions if self._appendix is None else self._appendix.amended(actions)

    def _read(self, frame: Frame, now: float) -> Actions:
        kind = frame.type
        if kind not in events.READ_TYPES:
            return self._model.opaque(frame, now)
        event = events.read(frame)
        if event is None or isinstance(event, events.SessionCreated):
            return ()
        if isinstance(event, events.SessionUpdated):
            shown = [
                *told_session.shown(self._state, "session.updated", event.session),
                *self._in_force(event.session, now),
            ]
            return [*shown, *self._renewal.recasting.updated(now)]
        if isinstance(event, events.ErrorReported) and self._renewal.recasting.concerns(event):
            return self._renewal.recasting.refused(event, now)
        return self._model.read(event, frame, now)

    def receive_client(self, frame: Frame, now: float) -> Outcomes:
        """Take a frame from the client. What may not pass is answered with an `error` event, and nothing else."""
        if self._state.phase is not Phase.OPEN:
            return ()
        if firewall.is_audio_append(frame.text):
            actions = self._appended(frame)
            if actions:
                self.audio.listens(frame.text)
            return actions
        self._changed()
        try:
            actions = self._renewal.redirect(self._client.receive(frame, now))
            if self._client.dialect is not self._faces.client:
                self._put_on(Faces(self._state.upstream.profile.dialect, self._client.dialect))
            return self._faces.spoken(actions)
        except (MalformedFrame, RecursionError):
            refused = firewall.Refused("the message is nested too deeply to be passed on", "invalid_json")
            return (ToClient(messages.refusal(self._state.new_id(), refused)),)

    def receive_binary(self) -> Actions:
        """Take a binary frame from the client; the protocol has none."""
        text = "binary frames are not part of the Realtime protocol: send audio as base64 in input_audio_buffer.append"
        return (ToClient(messages.refusal(self._state.new_id(), firewall.Refused(text, "invalid_frame"))),)

    def call_finished(self, call_id: str, result: CallResult, now: float) -> Outcomes:
        """A tool has returned. Its output goes into the conversation, also after a barge-in; a late one is dropped."""
        self._state.speculating.finished(call_id, result)
        return self._outward(self._state.tools.finished(call_id, result, now))

    def call_progress(self, call_id: str, message: str, fraction: float | None, now: float) -> Outcomes:
        """A tool tells how far it is."""
        return self._outward(self._state.tools.conduct.progress(call_id, message, fraction, now))

    def ask_approval(self, call_id: str, arguments: str, now: float) -> Outcomes:
        """A tool must not run before the user has approved the call; `ApproveCall` or `CancelCall` follows.

        Args:
            call_id: The call.
            arguments: What the user is to see of them, as JSON.
            now: Seconds.
        """
        return self._outward(self._state.tools.conduct.ask_approval(call_id, arguments, now))

    def job_finished(self, call_id: str, result: CallResult, now: float) -> Outcomes:
        """The work of a call whose result said `job` is done: the model is told as soon as it is quiet."""
        return self._outward(self._state.tools.conduct.job_finished(call_id, result, now))

    def _outward(self, actions: Actions) -> Outcomes:
        self._changed()
        return self._faces.spoken(self._renewal.redirect(actions))

    def hand_over(self, call_id: str, result: CallResult, config: SessionConfig, now: float) -> Outcomes:
        """A tool has switched the session to another agent; see `Recasting.hand_over`."""
        self._state.speculating.finished(call_id, result)
        return self._outward(self._renewal.recasting.hand_over(call_id, result, config, now))

    def retool(self, config: SessionConfig, now: float) -> Outcomes:
        """The agent has other tools than before; the model is told at a quiet moment."""
        return self._outward(self._renewal.recasting.retool(config, now))

    @property
    def unfit(self) -> str:
        """What the model's session cannot take of the agent that has taken over, in words; "" for nothing."""
        return self._renewal.recasting.unfit

    def upstream_closed(self, code: int, reason: str, now: float) -> Outcomes:
        """The model is gone: find another session of it. Before ours was open: say why, and hang up."""
        if self._state.phase is Phase.OPEN:
            return self._done(self._renewal.upstream_closed(code, reason, now), now)
        return self._fail(messages.closed(code, reason), "upstream_closed")

    def broken(self) -> Actions:
        """Our own code failed: say so and hang up."""
        return self._fail("the assistant failed; the operator's log says why", "internal_error")

    def client_closed(self) -> Actions:
        """The client is gone: stop everything."""
        self._state.phase, self._opening.ends = Phase.CLOSED, None
        self._changed()
        return [*self._state.tools.abandon(), Hangup(1000, "")]

    def client_lost(self, now: float) -> Outcomes:
        """The client's connection is broken, and it may be back: the answer stops, the tools run on."""
        return self._outward(absence.lost(self._state, now))

    def client_back(self, ready: Mapping[str, Any], missed: int, *, complete: bool, now: float) -> Outcomes:
        """The client is back on another connection.

        Args:
            ready: Fields of `extension.ready` that are new.
            missed: How many events follow, that it was not told.
            complete: Nothing but deltas was left out of them.
            now: Seconds.
        """
        self._changed()
        return absence.back(self._state, ready, missed, complete=complete, now=now)

    def learn(self, *, user: float, day: float, now: float) -> None:
        """The books tell what was spent today, by this user and by everybody, in US dollars; see `Spent`."""
        self._changed()
        self._state.spending.learn(user=user, day=day, now=now)

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called, on the clock of `now`; None for never."""
        if not self._due_known:
            self._due, self._due_known = self._earliest(), True
        return self._due

    def _earliest(self) -> float | None:
        state = self._state
        if state.phase is Phase.CLOSED:
            return None
        return earliest(
            self._opening.ends,
            state.responses.next_deadline(),
            state.interruption.next_deadline(),
            state.tools.next_deadline(),
            state.speculating.next_deadline(),
            state.spending.next_deadline(),
            self._renewal.recasting.next_deadline() if state.phase is Phase.OPEN else None,
            self._renewal.continuity.next_deadline() if state.phase is Phase.OPEN else None,
        )

    def handle_timer(self, now: float) -> Outcomes:
        """Do what has become due."""
        state = self._state
        self._changed()
        if state.phase is Phase.CLOSED:
            return ()
        if self._opening.overdue(now):
            return self._fail(f"the model did not start the session within {OPENING_TIME:g} s", "upstream_timeout")
        due = [
            *state.interruption.handle_timer(now),
            *state.tools.handle_timer(now),
            *state.speculating.handle_timer(now),
            *(ToUpstream(request) for request in state.responses.overdue(now)),
            *(self._renewal.recasting.handle_timer(now) if state.phase is Phase.OPEN else ()),
            *state.spending.handle_timer(now, severed=self._renewal.continuity.severed),
        ]
        if state.spending.ended is not None:
            return [*self._outward(due), *self._fail(state.spending.ended, ENDED, POLICY)]
        steps = self._renewal.continuity.handle_timer(now) if state.phase is Phase.OPEN else ()
        return self._done([*self._renewal.redirect(due), *steps], now)

    # ── another session of the model's ──

    def dialled(self, attempt: int, now: float) -> Outcomes:
        """The connection that `Dial` asked for is open."""
        return self._done(self._renewal.continuity.dialled(attempt, now), now)

    def dial_failed(
        self, attempt: int, text: str, now: float, *, final: bool = False, retry_after: float | None = None
    ) -> Outcomes:
        """It could not be opened; see `Continuity.dial_failed`."""
        steps = self._renewal.continuity.dial_failed(attempt, text, now, final=final, retry_after=retry_after)
        return self._done(steps, now)

    def receive_successor(self, frame: Frame, now: float) -> Outcomes:
        """Take a frame from the connection that was dialled last, while it is not the upstream yet."""
        frame.dialect = self._state.upstream.profile.dialect.name
        try:
            return self._done(self._renewal.receive_successor(frame, now), now)
        except MalformedFrame:
            return ()

    def successor_closed(self, code: int, reason: str, now: float) -> Outcomes:
        """That connection has closed."""
        return self._done(self._renewal.continuity.successor_closed(code, reason, now), now)

    def _done(self, steps: Sequence[Step], now: float) -> Outcomes:
        self._changed()
        return () if self._state.phase is Phase.CLOSED else self._faces.spoken(self._renewal.done(steps, now))

    def _adopt(self, session: Json, now: float) -> Actions:
        upstream = self._state.upstream
        upstream.session = session_view(session) | {"id": self._state.session_id}
        return self._in_force(session, now)

    # ── opening ──

    def _opened(self, event: events.SessionUpdated, now: float) -> Actions:
        state = self._state
        self._in_force(event.session, now)
        self._renewal.continuity.met(event.session, now)
        state.session_id = str(event.session.get("id", ""))
        actions = told_session.shown(state, "session.created", event.session)
        if state.config.extensions:
            actions.append(ToClient(messages.ready(state.new_id(), state.session_id, state.config.ready)))
        return actions

    def _in_force(self, session: Json, now: float) -> Actions:
        return () if told_session.take(self._state, session) else self._model.speech_is_over(now)

    # ── common ──

    def _put_on(self, faces: Faces) -> None:
        self._faces, self.audio.plain = faces, faces.plain

    def _changed(self) -> None:
        """Anything may be different now."""
        self._due_known = False
        self.audio.close()

    def _fail(self, text: str, code: str, close: int = FAULT) -> Actions:
        if self._state.phase is Phase.CLOSED:
            return ()
        self._state.phase, self._opening.ends = Phase.CLOSED, None
        self._changed()
        report = messages.failure(self._state.new_id(), text, code)
        abandoned = self._state.tools.abandon()
        return [*abandoned, ToClient(report), Hangup(close, text.encode()[:123].decode(errors="ignore"))]
