"""Session: the state of one caller, as a pure state machine. Frames, results and the time go in, actions come out."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core import events, firewall, messages
from agent.core.actions import Action, Hangup, ToClient, ToUpstream
from agent.core.config import Effective, SessionConfig, effective
from agent.core.deadlines import earliest
from agent.core.deltas import AUDIO_DELTA, peek
from agent.core.frames import Frame, MalformedFrame
from agent.core.interruption import Interruption
from agent.core.playback import Playback
from agent.core.responses import Responses
from agent.core.toolwork import ToolWork
from agent.core.view import HIDDEN_EVENTS, View, session_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agent.core.calls import CallResult

Actions: TypeAlias = "Sequence[Action]"
Cite: TypeAlias = "Callable[[str, Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]"

# Seconds the model has to greet us and to accept our configuration.
OPENING_TIME = 15.0

# Errors that tell of a race and not of a fault: whoever caused them already has what it wanted.
_ACTIVE = "conversation_already_has_active_response"
_HARMLESS = frozenset({_ACTIVE, "response_cancel_not_active"})


class Phase(Enum):
    """Where a session stands; it only moves forward."""

    OPENING = "waiting for the model's greeting"
    CONFIGURING = "waiting for our configuration to be accepted"
    OPEN = "open"
    CLOSED = "closed"


_OPENING_EVENTS = (events.SessionCreated, events.SessionUpdated, events.ErrorReported)


def _cite_all(_answer: str, retrieved: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return retrieved


class Session:
    """One caller's session.

    Args:
        config: What the server decides.
        new_id: Gives a fresh unique string on each call.
        now: Seconds on the clock that every later `now` is read from.
        cite: Picks, from the passages retrieved in this turn, those that bear out an answer.
    """

    def __init__(self, config: SessionConfig, *, new_id: Callable[[], str], now: float, cite: Cite = _cite_all) -> None:
        self.phase = Phase.OPENING
        self._config = config
        self._new_id = new_id
        self._cite = cite
        self._shown_session: dict[str, Any] = {}
        self._effective = Effective()
        self._opening_ends: float | None = now + OPENING_TIME
        self._out_of_band: set[str] = set()
        self._view = View()
        self._playback = Playback()
        self._responses = Responses()
        self._interruption = Interruption(self._playback, enabled=config.extensions, our_id=self._our_id)
        self._tools = ToolWork(self._responses, config.timeouts, extensions=config.extensions, our_id=self._our_id)
        self._handlers: dict[type, Callable[[Any, Frame, float], Actions]] = {
            events.SessionCreated: self._greeted,
            events.SessionUpdated: self._configured,
            events.ErrorReported: self._error,
            events.SpeechStarted: self._speech_started,
            events.SpeechStopped: self._speech_stopped,
            events.Committed: self._committed,
            events.Cleared: self._cleared,
            events.ItemPlaced: self._placed,
            events.ResponseCreated: self._response_created,
            events.ResponseDone: self._response_done,
            events.OutputItemAdded: self._output_item_added,
            events.OutputItemDone: self._output_item_done,
        }
        self._client_handlers: dict[str, Callable[[Frame, float], Actions]] = {
            "session.update": self._client_update,
            "response.create": self._client_create,
            "response.cancel": self._client_cancel,
            "conversation.item.create": self._client_item,
            "conversation.item.truncate": self._client_truncate,
            "conversation.item.retrieve": self._client_names_item,
            "conversation.item.delete": self._client_names_item,
            "extension.playback": self._client_played,
        }

    # ── what happens ──

    def receive_upstream(self, frame: Frame, now: float) -> Actions:
        """Take a frame from the model. What is no event, or breaks off, is dropped: the session goes on without it."""
        try:
            return () if self.phase is Phase.CLOSED else self._receive_upstream(frame, now)
        except MalformedFrame:
            return ()

    def _receive_upstream(self, frame: Frame, now: float) -> Actions:
        kind = frame.type
        if kind in AUDIO_DELTA:
            return self._audio(frame, now) if self.phase is Phase.OPEN else ()
        if kind in events.READ_TYPES:
            event = events.read(frame)
            if event is None or (self.phase is not Phase.OPEN and not isinstance(event, _OPENING_EVENTS)):
                return ()
            return self._handlers[type(event)](event, frame, now)
        if self.phase is not Phase.OPEN or kind in HIDDEN_EVENTS:
            return ()
        return (ToClient(self._view.within_response(frame)),)

    def receive_client(self, frame: Frame, now: float) -> Actions:
        """Take a frame from the client. What may not pass is answered with an `error` event, and nothing else."""
        if self.phase is not Phase.OPEN:
            return ()
        if firewall.is_audio_append(frame.text):
            return (ToUpstream(frame),)
        try:
            passed = firewall.admit(frame, extensions=self._config.extensions)
            special = self._client_handlers.get(passed.type)
            return special(passed, now) if special else (ToUpstream(passed),)
        except firewall.Refused as refusal:
            return (ToClient(messages.refusal(self._new_id(), refusal)),)

    def receive_binary(self) -> Actions:
        """Take a binary frame from the client; the protocol has none."""
        text = "binary frames are not part of the Realtime protocol: send audio as base64 in input_audio_buffer.append"
        return (ToClient(messages.refusal(self._new_id(), firewall.Refused(text, "invalid_frame"))),)

    def call_finished(self, call_id: str, result: CallResult, now: float) -> Actions:
        """A tool has returned. Its output goes into the conversation, also after a barge-in; a late one is dropped."""
        return self._tools.finished(call_id, result, now)

    def call_progress(self, call_id: str, message: str, fraction: float | None = None) -> Actions:
        """A tool tells how far it is."""
        return self._tools.progress(call_id, message, fraction)

    def upstream_closed(self, code: int, reason: str) -> Actions:
        """The model is gone: tell the client why, stop the tools, hang up."""
        text = f"the model closed the connection (code {code}" + (f", {reason})" if reason else ")")
        return self._fail(text, "upstream_closed")

    def broken(self) -> Actions:
        """Our own code failed: say so and hang up."""
        return self._fail("the assistant failed; the operator's log says why", "internal_error")

    def client_closed(self) -> Actions:
        """The client is gone: stop everything."""
        self.phase, self._opening_ends = Phase.CLOSED, None
        return [*self._tools.abandon(), Hangup(1000, "")]

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called, on the clock of `now`; None for never."""
        if self.phase is Phase.CLOSED:
            return None
        return earliest(
            self._opening_ends,
            self._responses.next_deadline(),
            self._interruption.next_deadline(),
            self._tools.next_deadline(),
        )

    def handle_timer(self, now: float) -> Actions:
        """Do what has become due."""
        if self.phase is Phase.CLOSED:
            return ()
        if self._opening_ends is not None and now >= self._opening_ends:
            return self._fail(f"the model did not start the session within {OPENING_TIME:g} s", "upstream_timeout")
        return [
            *self._interruption.handle_timer(now),
            *self._tools.handle_timer(now),
            *(ToUpstream(request) for request in self._responses.overdue(now)),
        ]

    # ── opening ──

    def _greeted(self, _event: events.SessionCreated, _frame: Frame, _now: float) -> Actions:
        if self.phase is not Phase.OPENING:
            return ()
        self.phase = Phase.CONFIGURING
        return (ToUpstream(messages.session_update(self._our_id(), self._config.session)),)

    def _configured(self, event: events.SessionUpdated, _frame: Frame, now: float) -> Actions:
        if self.phase is Phase.OPENING:
            return ()
        self._effective = effective(event.session)
        self._playback.bytes_per_ms = self._effective.bytes_per_ms
        # Where voice activity is off, nobody will tell that the user has stopped.
        requests = () if self._effective.detects_voice else self._speech_is_over(now)
        view = self._shown_session = session_view(event.session)
        if self.phase is Phase.OPEN:
            return [ToClient(messages.session_event("session.updated", self._new_id(), view)), *requests]
        self.phase, self._opening_ends = Phase.OPEN, None
        actions: list[Action] = [ToClient(messages.session_event("session.created", self._new_id(), view))]
        if self._config.extensions:
            name = str(event.session.get("id", ""))
            actions.append(ToClient(messages.ready(self._new_id(), name, self._config.ready)))
        return actions

    # ── the model's side ──

    def _audio(self, frame: Frame, now: float) -> Actions:
        delta = peek(frame)
        if delta is not None:
            if self._interruption.silences(delta.response_id):
                return ()
            if delta.response_id not in self._out_of_band:
                self._playback.sent(delta.item_id, delta.content_index, delta.base64_length, delta.padding, now)
        return (ToClient(self._view.within_response(frame)),)

    def _speech_started(self, _event: events.SpeechStarted, frame: Frame, now: float) -> Actions:
        self._responses.speech_started(now)
        if self._effective.interrupts:
            self._interruption.begin(self._responses.active_id, now)
        return (ToClient(frame),)

    def _speech_stopped(self, _event: events.SpeechStopped, frame: Frame, now: float) -> Actions:
        requests = self._responses.speech_stopped(now, response_follows=self._effective.creates_responses)
        return [ToClient(frame), *map(ToUpstream, requests)]

    def _committed(self, _event: events.Committed, frame: Frame, now: float) -> Actions:
        self._tools.new_turn()
        # Voice activity commits after the speech has stopped; a client that commits in the midst of it ends the turn.
        return [ToClient(self._view.committed(frame)), *self._speech_is_over(now)]

    def _cleared(self, _event: events.Cleared, frame: Frame, now: float) -> Actions:
        return [ToClient(frame), *self._speech_is_over(now)]

    def _speech_is_over(self, now: float) -> Actions:
        return [ToUpstream(request) for request in self._responses.speech_stopped(now, response_follows=False)]

    def _placed(self, event: events.ItemPlaced, frame: Frame, _now: float) -> Actions:
        call_id = event.item.get("call_id") if event.item.get("type") == "function_call_output" else None
        self._responses.item_placed(call_id if isinstance(call_id, str) else None)
        return _shown(self._view.placed(event, frame))

    def _response_created(self, event: events.ResponseCreated, frame: Frame, _now: float) -> Actions:
        if event.out_of_band:
            self._out_of_band.add(event.response_id)
        else:
            self._begun(event.response_id)
        return (ToClient(frame),)

    def _begun(self, response_id: str) -> None:
        superseded = self._responses.active_id
        if superseded not in {None, response_id}:
            self._view.forget(str(superseded))
        self._responses.created(response_id)
        self._tools.response_created()

    def _output_item_added(self, event: events.OutputItemAdded, frame: Frame, _now: float) -> Actions:
        out_of_band = event.response_id in self._out_of_band
        if not out_of_band and self._responses.active_id is None and event.response_id != self._responses.latest_id:
            self._begun(event.response_id)  # its `response.created` was lost
        return _shown(self._view.output_item(event, frame))

    def _output_item_done(self, event: events.OutputItemDone, frame: Frame, now: float) -> Actions:
        shown = _shown(self._view.output_item(event, frame))
        if event.response_id in self._out_of_band:
            # Its calls stand in no conversation, so their outputs would have nothing to hang on to.
            return shown
        if event.item.get("type") == "function_call":
            return [*shown, *self._tools.requested(event.response_id, event.item, now)]
        return [*shown, *self._message_done(event, now)]

    def _response_done(self, event: events.ResponseDone, frame: Frame, now: float) -> Actions:
        self._interruption.over(event.response_id)
        shown = ToClient(self._view.response_done(event, frame))
        if event.out_of_band or event.response_id in self._out_of_band:
            self._out_of_band.discard(event.response_id)
            return (shown,)
        return [shown, *self._tools.response_done(event, now)]

    def _message_done(self, event: events.OutputItemDone, now: float) -> Actions:
        item_id = str(event.item.get("id", ""))
        if not self._interruption.silences(event.response_id):
            # Else the rest of it was dropped: the client can hear all that it got and not have heard all there is.
            self._playback.finished(item_id)
        self._playback.forget_heard(now)
        if not (self._config.extensions and self._tools.evidence):
            return ()
        parts = events.objects(event.item.get("content"))
        answer = " ".join(str(part.get("transcript") or part.get("text") or "") for part in parts)
        found = self._cite(answer, self._tools.evidence) if answer.strip() else ()
        return (ToClient(messages.citations(self._new_id(), event.response_id, item_id, found)),) if found else ()

    def _error(self, event: events.ErrorReported, frame: Frame, now: float) -> Actions:
        ours = (event.event_id or "").startswith(messages.OURS)
        if self.phase in {Phase.OPENING, Phase.CONFIGURING}:
            where = f" (field {event.param})" if event.param else ""
            return self._fail(f"the model refused the session{where}: {event.message}", event.code or "refused")
        unnamed = event.event_id is None and self._responses.requested
        if event.code == _ACTIVE and (unnamed or self._responses.in_flight(event.event_id)):
            self._responses.refused(now)
            return ()
        if event.code in _HARMLESS and (ours or event.event_id is None):
            return ()
        if self._responses.in_flight(event.event_id):
            return [ToClient(frame), *map(ToUpstream, self._responses.rejected(now))]
        return () if ours else (ToClient(frame),)

    # ── the client's side ──

    def _client_update(self, frame: Frame, _now: float) -> Actions:
        fields = {name for name in frame.data["session"] if name != "type"}
        if fields:
            return (ToUpstream(frame),)
        # Nothing of it was the client's to set. It still waits for an answer, and gets its own view of the session.
        return (ToClient(messages.session_event("session.updated", self._new_id(), self._shown_session)),)

    def _client_create(self, frame: Frame, now: float) -> Actions:
        response: dict[str, Any] = frame.data.get("response") or {}
        if response.get("conversation") == "none":
            return (ToUpstream(frame),)
        if self._tools.busy:
            self._tools.ask_after(frame)
            return ()
        active = self._responses.active_id
        if active is not None and not self._responses.wanted and not self._interruption.silences(active):
            # A second request while a plain response is active is the client's own mistake; the model tells it so.
            # One that follows a cancel is none: it waits for the end of what was cancelled.
            return (ToUpstream(frame),)
        return [ToUpstream(request) for request in self._responses.want(frame, now, override=True)]

    def _client_truncate(self, frame: Frame, _now: float) -> Actions:
        item_id, position = frame.data["item_id"], frame.data["audio_end_ms"]
        if not self._playback.claim_truncate(item_id):
            return ()
        sent = self._playback.sent_ms(item_id, frame.data.get("content_index", 0))
        within = min(max(position, 1), sent) if sent else position
        return (ToUpstream(frame if within == position else Frame.of({**frame.data, "audio_end_ms": within})),)

    def _client_names_item(self, frame: Frame, _now: float) -> Actions:
        item_id: str = frame.data["item_id"]
        if self._view.hides(item_id):
            text = f"there is no item {item_id!r}"
            raise firewall.Refused(text, "item_not_found", "item_id", frame.data.get("event_id"))
        return (ToUpstream(frame),)

    def _client_item(self, frame: Frame, _now: float) -> Actions:
        self._tools.new_turn()
        return (ToUpstream(frame),)

    def _client_cancel(self, frame: Frame, now: float) -> Actions:
        named = frame.data.get("response_id")
        # One that it names and that is not the active one is not what the user hears: out of band, or over already.
        if not isinstance(named, str) or named == self._responses.active_id:
            self._interruption.begin(self._responses.active_id, now)
        return (ToUpstream(frame),)

    def _client_played(self, frame: Frame, _now: float) -> Actions:
        data = frame.data
        part, played_ms = int(data.get("content_index", 0)), int(data.get("played_ms", 0))
        return self._interruption.played(data["item_id"], part, played_ms, stopped=data.get("stopped") is True)

    # ── common ──

    def _fail(self, text: str, code: str) -> Actions:
        if self.phase is Phase.CLOSED:
            return ()
        self.phase, self._opening_ends = Phase.CLOSED, None
        report = messages.failure(self._new_id(), text, code)
        return [*self._tools.abandon(), ToClient(report), Hangup(1011, text.encode()[:123].decode(errors="ignore"))]

    def _our_id(self) -> str:
        return messages.OURS + self._new_id()


def _shown(frame: Frame | None) -> Actions:
    return () if frame is None else (ToClient(frame),)
