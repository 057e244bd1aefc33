"""The model's side of a session, once it is open: what the model sends, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core import events, messages, notices
from agent.core.actions import Action, DropAudio, ToClient, ToUpstream
from agent.core.citations import TRANSCRIPT_DELTAS
from agent.core.deltas import peek
from agent.core.fields import number_at, string_at
from agent.core.speculating import COMPLETED, DELTA, TRANSCRIPTS
from agent.core.turns import User
from agent.core.view import ARGUMENT_EVENTS, HIDDEN_EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.actions import Actions
    from agent.core.audio_path import AudioPath
    from agent.core.frames import Frame
    from agent.core.state import State

# Errors that tell of a race and not of a fault: whoever caused them already has what it wanted.
_ACTIVE = "conversation_already_has_active_response"
_HARMLESS = frozenset({_ACTIVE, "response_cancel_not_active"})


class ModelSide:
    """Takes what the model sends while a session is open.

    Args:
        state: The session's parts.
        path: Opened by an audio delta that passes as it is.
    """

    def __init__(self, state: State, path: AudioPath) -> None:
        self._state = state
        self._path = path
        # The same objects, nearer at hand: audio comes fifty times a second.
        self._view = state.view
        self._playback = state.playback
        self._responses = state.responses
        self._interruption = state.interruption
        self._tools = state.tools
        self._speculating = state.speculating
        self._handlers: dict[type, Callable[[Any, Frame, float], Actions]] = {
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

    def read(self, event: events.Event, frame: Frame, now: float) -> Actions:
        """Take an event that matters here."""
        return self._handlers[type(event)](event, frame, now)

    def opaque(self, frame: Frame, now: float) -> Actions:
        """Take a frame that is none of these."""
        if frame.type in HIDDEN_EVENTS:
            return ()
        if frame.type in TRANSCRIPTS:
            spent = self._state.spending.transcribed(frame, now) if frame.type == COMPLETED else ()
            return [ToClient(frame), *spent, *(self._transcript(frame, now) if self._speculating.enabled else ())]
        if frame.type in ARGUMENT_EVENTS:
            return _shown(self._view.arguments(frame))
        if frame.type == "conversation.item.deleted":
            self._state.citations.forget(string_at(frame.data, "item_id"))
            return _shown(self._view.deleted(frame))
        if frame.type in TRANSCRIPT_DELTAS:
            self._state.citations.spoken(frame)
        elif frame.type == "conversation.item.truncated":
            return [ToClient(self._view.within_response(frame)), *self._truncated(frame)]
        return (ToClient(self._view.within_response(frame)),)

    def audio(self, frame: Frame, now: float) -> Actions:
        """Take an audio delta."""
        delta = peek(frame)
        shown = self._view.within_response(frame)
        if delta is not None:
            if self._interruption.silences(delta.response_id):
                return ()
            if delta.response_id not in self._state.upstream.out_of_band:
                length, padding = delta.base64_length, delta.padding
                track = self._playback.sent(delta.item_id, delta.content_index, length, padding, now)
                if shown is frame:
                    self._path.follow(frame.text, delta, track)
            else:
                length = delta.base64_length // 4 * 3 - delta.padding
                self._responses.aside.sounds(delta.response_id, length / self._playback.bytes_per_ms, now)
        return (ToClient(shown),)

    def speech_is_over(self, now: float) -> Actions:
        """The user's turn has ended in a way that no response will follow by itself."""
        return [ToUpstream(request) for request in self._responses.speech_stopped(now, response_follows=False)]

    # ── the user ──

    def _speech_started(self, event: events.SpeechStarted, frame: Frame, now: float) -> Actions:
        self._responses.speech_started(now)
        shown = [ToClient(frame), *self._speculating.speech_started(event.item_id)]
        if self._state.upstream.effective.interrupts:
            broken = self._state.break_in(now)
            self._interruption.begin(self._responses.active_id, now)
            # The model may have said all of it already, and a slow client be far behind.
            latest = self._responses.latest_id
            begun = () if latest is None else (DropAudio(latest),)
            return [*begun, *shown, *broken]
        return shown

    def _speech_stopped(self, _event: events.SpeechStopped, frame: Frame, now: float) -> Actions:
        follows = self._state.upstream.effective.creates_responses
        return [ToClient(frame), *map(ToUpstream, self._responses.speech_stopped(now, response_follows=follows))]

    def _committed(self, event: events.Committed, frame: Frame, now: float) -> Actions:
        self._tools.new_turn()
        # Where nobody tells when the user begins to speak, this is the first that is known of it.
        broken = () if self._state.upstream.effective.detects_voice else self._state.break_in(now)
        dropped = self._speculating.committed(event.item_id)
        # Voice activity commits after the speech has stopped; a client that commits in the midst of it ends the turn.
        return [ToClient(self._view.committed(frame)), *broken, *dropped, *self.speech_is_over(now)]

    def _transcript(self, frame: Frame, now: float) -> list[Action]:
        data = frame.data
        item_id = string_at(data, "item_id")
        if frame.type == DELTA:
            return self._speculating.heard(item_id, string_at(data, "delta"), now)
        return self._speculating.whole(item_id, string_at(data, "transcript"), now)

    def _cleared(self, _event: events.Cleared, frame: Frame, now: float) -> Actions:
        return [ToClient(frame), *self.speech_is_over(now)]

    def _placed(self, event: events.ItemPlaced, frame: Frame, _now: float) -> Actions:
        call_id = event.item.get("call_id") if event.item.get("type") == "function_call_output" else None
        self._responses.item_placed(call_id if isinstance(call_id, str) else None)
        return _shown(self._view.placed(event, frame))

    # ── responses ──

    def _response_created(self, event: events.ResponseCreated, frame: Frame, now: float) -> Actions:
        if event.out_of_band:
            self._state.upstream.out_of_band.add(event.response_id)
            shown = ToClient(self._view.response_created(frame))
            unwanted = self._responses.aside.created(event.response_id, event.aside, now)
            return [shown, *self._state.silence_aside(event.response_id if unwanted else None, now)]
        return [ToClient(self._view.response_created(frame)), *self._begun(event.response_id, now)]

    def _begun(self, response_id: str, now: float) -> Actions:
        superseded = self._responses.active_id
        if superseded not in {None, response_id}:
            self._view.forget(str(superseded))
        speaking = self._responses.turns.user is User.SPEAKING
        answered = self._responses.created(response_id)
        self._tools.response_created()
        if answered is None or not speaking or not self._state.upstream.effective.interrupts:
            return ()
        # Our request crossed the user's speech on the way: the model interrupts only what it has begun, and would talk
        # over the user. What was asked is answered when the user has spoken.
        self._interruption.begin(response_id, now)
        cancel = messages.cancel(self._state.our_id(), response_id)
        return [ToUpstream(cancel), *map(ToUpstream, self._responses.want(answered, now))]

    def _output_item_added(self, event: events.OutputItemAdded, frame: Frame, now: float) -> Actions:
        shown = _shown(self._view.output_item(event, frame))
        if event.item.get("type") == "message":
            self._state.upstream.spoken = True
        if event.response_id in self._state.upstream.out_of_band:
            return shown
        lost = self._responses.active_id is None and event.response_id != self._responses.latest_id
        begun = self._begun(event.response_id, now) if lost else ()  # its `response.created` was lost
        theirs = event.item.get("type") == "function_call" and self._state.client_tools.owns(event.item.get("name"))
        opened = self._tools.requested(event.response_id, event.item, now) if theirs else ()
        return [*shown, *begun, *opened]

    def _output_item_done(self, event: events.OutputItemDone, frame: Frame, now: float) -> Actions:
        shown = _shown(self._view.output_item(event, frame))
        if event.response_id in self._state.upstream.out_of_band:
            # Its calls stand in no conversation, so their outputs would have nothing to hang on to.
            return shown
        if event.item.get("type") == "function_call":
            follow = self._tools.requested(event.response_id, event.item, now)
        elif event.item.get("type") == "mcp_approval_request":
            follow = self._approval(event.item)
        else:
            follow = self._message_done(event, now)
        self._speculating.answered(follow)
        return [*shown, *follow]

    def _approval(self, request: Mapping[str, Any]) -> list[Action]:
        """The service asks to call a tool of a server's: it may where the operator said so, and else learns why not."""
        state, label, name = self._state, str(request.get("server_label", "")), str(request.get("name", ""))
        approve = name in state.config.approved.get(label, ())
        reason = "" if approve else f"the operator has not approved calls of {name!r:.80}"
        answer = messages.approval(state.our_id(), str(request.get("id", "")), reason, approve=approve)
        told = [ToClient(notices.approval(state.our_id(), label, name, approved=approve))]
        return [ToUpstream(answer), *(told if state.config.extensions else [])]

    def _response_done(self, event: events.ResponseDone, frame: Frame, now: float) -> Actions:
        self._interruption.over(event.response_id)
        shown = ToClient(self._view.response_done(event, frame))
        out_of_band = self._state.upstream.out_of_band
        if event.out_of_band or event.response_id in out_of_band:
            out_of_band.discard(event.response_id)
            said = map(ToUpstream, self._responses.said(now, response_id=event.response_id))
            return [shown, *said, *self._state.spending.responded(frame, now)]
        follow = self._tools.response_done(event, now)
        self._speculating.answered(follow)
        return [shown, *follow, *self._state.spending.responded(frame, now)]

    def _message_done(self, event: events.OutputItemDone, now: float) -> list[Action]:
        item_id = str(event.item.get("id", ""))
        unheard = self._interruption.unheard(event.response_id, event.item)
        if not self._interruption.silences(event.response_id):
            # Else the rest of it was dropped: the client can hear all that it got and not have heard all there is.
            self._playback.finished(item_id)
        self._playback.forget_heard(now)
        return unheard or self._state.citations.answered(event.response_id, event.item)

    def _truncated(self, frame: Frame) -> list[Action]:
        # Our own truncates are known already; but over WebRTC a service cuts by itself.
        data, end_ms = frame.data, frame.data.get("audio_end_ms")
        part = number_at(data, "content_index")
        return self._state.citations.cut(string_at(data, "item_id"), part, end_ms) if isinstance(end_ms, int) else []

    # ── errors ──

    def _error(self, event: events.ErrorReported, frame: Frame, now: float) -> Actions:
        ours = (event.event_id or "").startswith(messages.OURS)
        unnamed = event.event_id is None and self._responses.requested
        if event.code == _ACTIVE and (unnamed or self._responses.in_flight(event.event_id)):
            self._responses.refused(now)
            return ()
        if ours and self._responses.aside.event_id == event.event_id:
            return [ToUpstream(request) for request in self._responses.said(now, event_id=event.event_id)]
        if event.code in _HARMLESS and (ours or event.event_id is None):
            return ()
        shown = ToClient(self._state.client_tools.told(frame))
        if self._responses.in_flight(event.event_id):
            return [shown, *map(ToUpstream, self._responses.rejected(now))]
        return () if ours else (shown,)


def _shown(frame: Frame | None) -> Actions:
    return () if frame is None else (ToClient(frame),)
