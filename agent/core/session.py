"""Session: the state of one caller, as a pure state machine. Frames, results and the time go in, actions come out.

Inside, the names are GA's. What the model sends keeps its own until it leaves for the client, so that a frame that
the client understands as it is passes as the identical object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import events, firewall, messages
from agent.core.actions import Action, Actions, Hangup, ToClient, ToUpstream
from agent.core.client_side import ClientSide
from agent.core.config import SessionConfig, effective
from agent.core.configuration import named_field
from agent.core.deadlines import earliest
from agent.core.deltas import AUDIO_DELTA
from agent.core.dialect import GA
from agent.core.faces import Faces
from agent.core.frames import Frame, MalformedFrame
from agent.core.model_side import Cite, ModelSide
from agent.core.profiles import PROFILES
from agent.core.state import Phase, State
from agent.core.view import session_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from agent.core.calls import CallResult
    from agent.core.dialect import Dialect
    from agent.core.profiles import Profile

# Seconds the model has to greet us and to accept our configuration.
OPENING_TIME = 15.0


def _cite_all(_answer: str, retrieved: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return retrieved


class Session:
    """One caller's session.

    Args:
        config: What the server decides.
        new_id: Gives a fresh unique string on each call.
        now: Seconds on the clock that every later `now` is read from.
        cite: Picks, from the passages retrieved in this turn, those that bear out an answer.
        profile: The service that the model is reached through.
        client: The names that the client is thought to use; its first `session.update` corrects that.
    """

    def __init__(
        self,
        config: SessionConfig,
        *,
        new_id: Callable[[], str],
        now: float,
        cite: Cite = _cite_all,
        profile: Profile = PROFILES["compatible"],
        client: Dialect = GA,
    ) -> None:
        self._state = State(config, profile, new_id)
        self._model = ModelSide(self._state, cite)
        self._client = ClientSide(self._state, client)
        self._opening_ends: float | None = now + OPENING_TIME
        self._faces = Faces(profile.dialect, client)

    @property
    def phase(self) -> Phase:
        """Where the session stands."""
        return self._state.phase

    @property
    def client_dialect(self) -> Dialect:
        """The names that the client uses, as far as is known."""
        return self._client.dialect

    @property
    def rejected(self) -> Sequence[str]:
        """Dotted GA paths of session fields that the service did not take, and that the session goes on without."""
        return tuple(self._state.configuration.rejected)

    # ── what happens ──

    def receive_upstream(self, frame: Frame, now: float) -> Actions:
        """Take a frame from the model. What is no event, or breaks off, is dropped: the session goes on without it."""
        frame.dialect = self._state.upstream.profile.dialect.name
        try:
            phase = self._state.phase
            if phase is Phase.OPEN:
                actions = self._receive_open(frame, now)
            else:
                actions = () if phase is Phase.CLOSED else self._receive_opening(frame, now)
            return actions if self._faces.plain else self._faces.spoken(actions)
        except MalformedFrame:
            return ()

    def _receive_open(self, frame: Frame, now: float) -> Actions:
        kind = frame.type
        if kind in AUDIO_DELTA:
            return self._model.audio(frame, now)
        if kind not in events.READ_TYPES:
            return self._model.opaque(frame)
        event = events.read(frame)
        if event is None or isinstance(event, events.SessionCreated):
            return ()
        if isinstance(event, events.SessionUpdated):
            return [*self._session_event("session.updated", event), *self._in_force(event, now)]
        return self._model.read(event, frame, now)

    def receive_client(self, frame: Frame, now: float) -> Actions:
        """Take a frame from the client. What may not pass is answered with an `error` event, and nothing else."""
        if self._state.phase is not Phase.OPEN:
            return ()
        if firewall.is_audio_append(frame.text):
            return (ToUpstream(frame),)
        try:
            actions = self._client.receive(frame, now)
            if self._client.dialect is not self._faces.client:
                self._faces = Faces(self._state.upstream.profile.dialect, self._client.dialect)
            return self._faces.spoken(actions)
        except (MalformedFrame, RecursionError):
            refused = firewall.Refused("the message is nested too deeply to be passed on", "invalid_json")
            return (ToClient(messages.refusal(self._state.new_id(), refused)),)

    def receive_binary(self) -> Actions:
        """Take a binary frame from the client; the protocol has none."""
        text = "binary frames are not part of the Realtime protocol: send audio as base64 in input_audio_buffer.append"
        return (ToClient(messages.refusal(self._state.new_id(), firewall.Refused(text, "invalid_frame"))),)

    def call_finished(self, call_id: str, result: CallResult, now: float) -> Actions:
        """A tool has returned. Its output goes into the conversation, also after a barge-in; a late one is dropped."""
        return self._faces.spoken(self._state.tools.finished(call_id, result, now))

    def call_progress(self, call_id: str, message: str, fraction: float | None = None) -> Actions:
        """A tool tells how far it is."""
        return self._state.tools.progress(call_id, message, fraction)

    def upstream_closed(self, code: int, reason: str) -> Actions:
        """The model is gone: tell the client why, stop the tools, hang up."""
        text = f"the model closed the connection (code {code}" + (f", {reason})" if reason else ")")
        return self._fail(text, "upstream_closed")

    def broken(self) -> Actions:
        """Our own code failed: say so and hang up."""
        return self._fail("the assistant failed; the operator's log says why", "internal_error")

    def client_closed(self) -> Actions:
        """The client is gone: stop everything."""
        self._state.phase, self._opening_ends = Phase.CLOSED, None
        return [*self._state.tools.abandon(), Hangup(1000, "")]

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called, on the clock of `now`; None for never."""
        state = self._state
        if state.phase is Phase.CLOSED:
            return None
        return earliest(
            self._opening_ends,
            state.responses.next_deadline(),
            state.interruption.next_deadline(),
            state.tools.next_deadline(),
        )

    def handle_timer(self, now: float) -> Actions:
        """Do what has become due."""
        state = self._state
        if state.phase is Phase.CLOSED:
            return ()
        if self._opening_ends is not None and now >= self._opening_ends:
            return self._fail(f"the model did not start the session within {OPENING_TIME:g} s", "upstream_timeout")
        return self._faces.spoken(
            [
                *state.interruption.handle_timer(now),
                *state.tools.handle_timer(now),
                *(ToUpstream(request) for request in state.responses.overdue(now)),
            ]
        )

    # ── opening ──

    def _receive_opening(self, frame: Frame, now: float) -> Actions:
        event = events.read(frame)
        if isinstance(event, events.SessionCreated) and self._state.phase is Phase.OPENING:
            self._state.phase = Phase.CONFIGURING
            return self._configure()
        if isinstance(event, events.SessionUpdated) and self._state.phase is Phase.CONFIGURING:
            return self._opened(event, now)
        return self._refused(event) if isinstance(event, events.ErrorReported) else ()

    def _configure(self) -> Actions:
        configuration = self._state.configuration
        names = configuration.profile.dialect.name
        return (ToUpstream(messages.session_update(self._state.our_id(), configuration.whole(), names)),)

    def _refused(self, event: events.ErrorReported) -> Actions:
        if self._state.phase is Phase.CONFIGURING and self._state.configuration.reject(event):
            return self._configure()
        field = named_field(event)
        where = f" (field {field})" if field else ""
        return self._fail(f"the model refused the session{where}: {event.message}", event.code or "refused")

    def _opened(self, event: events.SessionUpdated, now: float) -> Actions:
        state = self._state
        self._in_force(event, now)
        state.phase, self._opening_ends = Phase.OPEN, None
        actions = self._session_event("session.created", event)
        if state.config.extensions:
            name = str(event.session.get("id", ""))
            actions.append(ToClient(messages.ready(state.new_id(), name, state.config.ready)))
        return actions

    def _in_force(self, event: events.SessionUpdated, now: float) -> Actions:
        upstream = self._state.upstream
        upstream.effective = effective(upstream.profile.dialect.session_to_ga(event.session))
        self._state.playback.bytes_per_ms = upstream.effective.bytes_per_ms
        # Where voice activity is off, nobody will tell that the user has stopped.
        return () if upstream.effective.detects_voice else self._model.speech_is_over(now)

    def _session_event(self, kind: str, event: events.SessionUpdated) -> list[Action]:
        upstream = self._state.upstream
        upstream.session = session_view(event.session)
        view = self._state.client_tools.shown(upstream.session)
        return [ToClient(messages.session_event(kind, self._state.new_id(), view, upstream.profile.dialect.name))]

    # ── common ──

    def _fail(self, text: str, code: str) -> Actions:
        if self._state.phase is Phase.CLOSED:
            return ()
        self._state.phase, self._opening_ends = Phase.CLOSED, None
        report = messages.failure(self._state.new_id(), text, code)
        abandoned = self._state.tools.abandon()
        return [*abandoned, ToClient(report), Hangup(1011, text.encode()[:123].decode(errors="ignore"))]
