"""EngineSession: the server side of the Realtime wire, sans I/O.

Messages, results and the time go in; events to send and work to do come out. No clock, no task, no thread: every race
of a conversation is an order of calls, and so a test. Ids are handed in, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core.frames import MalformedFrame, decode
from agent.engine.checks import LONGEST_EVENT_ID, text
from agent.engine.client_events import check_event
from agent.engine.configuration import Configuration
from agent.engine.effects import Close
from agent.engine.hearing import Hearing
from agent.engine.item_input import Written, read_item
from agent.engine.items import Conversation, Item
from agent.engine.outbox import Outbox
from agent.engine.response_settings import ResponseSettings, settle
from agent.engine.responses import Responses
from agent.engine.soundness import check_soundness
from agent.engine.turn_taking import Ended, Started, TurnChange
from agent.engine.wire_errors import WireError, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from agent.engine.effects import Effect
    from agent.engine.parts import Arguments, Call, Say, Usage
    from agent.engine.wire_errors import EventRefused

LARGEST_MESSAGE = 15 * 2**20  # characters; base64 and JSON are ASCII where it counts
_EVENT_ID = text(longest=LONGEST_EVENT_ID)


class EngineSession:
    """One session. Each method returns the effects to carry out, in order.

    Args:
        new_id: Makes an id of a kind, such as `new_id("item")`; never the same twice.
        model: The model's name, as the session shows it.
        now: The present time in seconds, on the clock that all later calls use.
        expires_at: The moment the session ends, in seconds since 1970, as the session shows it.
        cap_s: How long the session may last, in seconds.
        input_rates: The rates (Hz) at which the caller's audio/pcm may come.
        session: The session object that it begins with, in place of the defaults; checked, as `session.update` is.

    Raises:
        WireError: A field of `session` is unknown or its value cannot be accepted.
    """

    def __init__(  # noqa: PLR0913  (all that a pure session must be handed)
        self,
        *,
        new_id: Callable[[str], str],
        model: str,
        now: float,
        expires_at: int,
        cap_s: float,
        input_rates: Collection[int] = (24_000,),
        session: Mapping[str, Any] | None = None,
    ) -> None:
        self._outbox = Outbox(new_id)
        self._configuration = Configuration(new_id("sess"), model, expires_at, input_rates)
        if session is not None:
            self._configuration.update(session, voice_fixed=False)
        self._conversation = Conversation(new_id("conv"))
        self._hearing = Hearing(self._configuration, self._conversation, self._outbox)
        self._responses = Responses(self._conversation, self._outbox)
        self._cap_s = cap_s
        self._ends_at = now + cap_s
        self._idle_at: float | None = None
        self._now = now
        self._closed = False

    def open(self) -> list[Effect]:
        """Greet the client."""
        self._outbox.send("session.created", session=self._configuration.snapshot())
        return self._outbox.drain()

    def receive(self, message: str | bytes, now: float) -> list[Effect]:
        """Take a message of the client.

        Args:
            message: A text message; bytes is a binary one, which the protocol does not have.
            now: The present time in seconds.
        """
        self._now = now
        event_id: str | None = None
        if not self._closed:
            try:
                event = _read(message)
                event_id = _event_id(event)
                self._handle(event)
            except WireError as error:
                self._outbox.send("error", error=error.body(event_id))
        return self._end_step()

    def refuse(self, refused: EventRefused, now: float) -> list[Effect]:
        """Answer an event that never got here: whoever stands between the client and the session refused it."""
        self._now = now
        if not self._closed:
            self._outbox.send("error", error=refused.body(refused.event_id))
        return self._end_step()

    def heard(self, probabilities: Sequence[float], now: float) -> list[Effect]:
        """Take the answer to `Hear`: the probability of speech in each complete frame of 32 ms."""
        self._now = now
        try:
            for change in self._hearing.heard(probabilities):
                self._turn_changed(change)
        except WireError as error:  # the conversation has no place for what was said: it is full, or the id is taken
            self._outbox.send("error", error=error.body(None))
        return self._end_step()

    def transcribed(self, item_id: str, revision: int, transcript: str, now: float) -> list[Effect]:
        """Take the answer to `Transcribe`: what was said."""
        self._now = now
        if self._hearing.transcription.done(item_id, revision, transcript):
            self._responses.transcribed()
        else:
            self._hearing.understood()
        return self._end_step()

    def transcription_failed(self, item_id: str, revision: int, message: str, now: float) -> list[Effect]:
        """Take the other answer to `Transcribe`: it was not possible."""
        self._now = now
        item = self._hearing.transcription.failed(item_id, revision, message)
        if item is not None:
            self._responses.transcription_failed(item, message)
        return self._end_step()

    def thought(self, response_id: str, piece: Say | Call | Arguments | Usage, now: float) -> list[Effect]:
        """Take the next piece of the answer to `Think`."""
        self._now = now
        self._responses.thought(response_id, piece)
        return self._end_step()

    def thought_finished(self, response_id: str, now: float) -> list[Effect]:
        """The answer to `Think` is complete."""
        self._now = now
        self._responses.thought_finished(response_id)
        return self._end_step()

    def spoken(self, response_id: str, segment: int, audio: bytes, now: float) -> list[Effect]:
        """Take the next stretch of the answer to `Speak`, in the format that was asked for."""
        self._now = now
        self._responses.spoken(response_id, segment, audio, now)
        return self._end_step()

    def segment_finished(self, response_id: str, segment: int, now: float) -> list[Effect]:
        """The answer to `Speak` is complete."""
        self._now = now
        self._responses.segment_finished(response_id, segment)
        return self._end_step()

    def failed(self, response_id: str, code: str, message: str, now: float) -> list[Effect]:
        """Thinking or speaking for a response was not possible; the response fails, the session goes on.

        Args:
            response_id: The response.
            code: Which of the two, such as `"reasoner_failed"`.
            message: What went wrong, fit for the client's developer.
            now: The present time in seconds.
        """
        self._now = now
        self._responses.failed(response_id, code, message)
        return self._end_step()

    def trouble(self, code: str, message: str, now: float) -> list[Effect]:
        """Tell the client of a failure of the server that belongs to no response; the session goes on."""
        self._now = now
        self._outbox.send("error", error=WireError(message, code=code, kind="server_error").body(None))
        return self._end_step()

    def next_deadline(self) -> float:
        """When `handle_timer` must be called at the latest, in seconds."""
        return self._ends_at if self._idle_at is None else min(self._ends_at, self._idle_at)

    def handle_timer(self, now: float) -> list[Effect]:
        """Do what is due: end the session at its cap, or break a long silence."""
        self._now = now
        if self._closed:
            return []
        if now >= self._ends_at:
            return self._expire()
        if self._idle_at is not None and now >= self._idle_at:
            self._idle_at = None
            self._break_silence()
        return self._end_step()

    def _handle(self, event: dict[str, Any]) -> None:
        fields = check_event(event)
        # The table of events has let in only types that have a method here.
        getattr(self, "_on_" + event["type"].replace(".", "_"))(**fields)

    def _on_session_update(self, session: dict[str, Any]) -> None:
        self._configuration.update(session, voice_fixed=self._responses.has_spoken)
        self._hearing.reconfigured()
        if not self._idle_timeout_ms():
            self._idle_at = None
        self._outbox.send("session.updated", session=self._configuration.snapshot())

    def _on_input_audio_buffer_append(self, audio: bytes) -> None:
        self._hearing.append(audio)

    def _on_input_audio_buffer_commit(self) -> None:
        self._idle_at = None
        self._hearing.commit()

    def _on_input_audio_buffer_clear(self) -> None:
        self._hearing.clear()

    def _on_conversation_item_create(self, item: dict[str, Any], previous_item_id: str | None = None) -> None:
        written = self._read_item(item, "item")
        if written.item.wire["type"] == "function_call_output":
            self._check_call(written.item.wire["call_id"])
        self._conversation.insert(written.item, previous_item_id)
        previous, view = self._conversation.previous(written.item), written.item.view()
        self._outbox.send("conversation.item.added", previous_item_id=previous, item=view)
        self._outbox.send("conversation.item.done", previous_item_id=previous, item=view)
        self._transcribe(written)

    def _on_conversation_item_retrieve(self, item_id: str) -> None:
        self._outbox.send("conversation.item.retrieved", item=self._conversation.get(item_id).view())

    def _on_conversation_item_delete(self, item_id: str) -> None:
        self._conversation.delete(item_id)
        self._outbox.send("conversation.item.deleted", item_id=item_id)

    def _on_conversation_item_truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> None:
        if content_index != 0:
            raise invalid("content_index", f"Invalid 'content_index': the item has no content part {content_index}.")
        self._conversation.get(item_id).truncate(audio_end_ms)
        place = {"item_id": item_id, "content_index": content_index, "audio_end_ms": audio_end_ms}
        self._outbox.send("conversation.item.truncated", **place)

    def _on_response_create(self, response: dict[str, Any] | None = None) -> None:
        fixed = self._responses.has_spoken
        settings = settle(self._configuration.session, response or {}, voice_fixed=fixed)
        self._responses.admit(settings)
        self._idle_at = None
        self._responses.create(settings, self._context(settings), self._now)

    def _on_response_cancel(self, response_id: str | None = None) -> None:
        if not self._responses.cancel(response_id, "client_cancelled"):
            message = "Cancellation failed: no active response found"
            raise WireError(message, code="response_cancel_not_active")

    def _on_output_audio_buffer_clear(self) -> None:
        message = "Audio goes over this connection as events; there is no output audio buffer on the server to clear."
        raise WireError(message, code="unsupported_event", param="type")

    def _turn_changed(self, change: TurnChange) -> None:
        settings = self._configuration.input["turn_detection"]
        if isinstance(change, Started):
            self._idle_at = None
            if settings["interrupt_response"]:
                self._responses.cancel(None, "turn_detected")
        elif isinstance(change, Ended) and settings["create_response"]:
            self._respond_to_turn()

    def _respond_to_turn(self) -> None:
        try:
            self._on_response_create()
        except WireError as error:
            self._outbox.send("error", error=error.body(None))

    def _context(self, settings: ResponseSettings) -> Sequence[Item]:
        if settings.input is None:
            return self._conversation.items
        read = [self._input_item(each, f"response.input[{index}]") for index, each in enumerate(settings.input)]
        for written in read:
            if written.audio:
                # Nobody is told of it; under the client's own, which may be in use, another's words might be missed.
                written.item.wire["id"] = self._outbox.new_id("item")
            self._transcribe(written)
        return [written.item for written in read]

    def _input_item(self, given: dict[str, Any], path: str) -> Written:
        if given.get("type") == "item_reference":
            return Written(self._conversation.get(str(given.get("id")), f"{path}.id"), b"")
        return self._read_item(given, path)

    def _read_item(self, given: dict[str, Any], path: str) -> Written:
        written = read_item(given, path, self._hearing.format)
        wire = written.item.wire
        wire["id"] = wire["id"] or self._outbox.new_id("item")
        if wire["type"] == "function_call" and not wire.get("call_id"):
            wire["call_id"] = self._outbox.new_id("call")
        return written

    def _transcribe(self, written: Written) -> None:
        if written.audio:
            self._hearing.transcribe(written.item, written.audio)

    def _check_call(self, call_id: str) -> None:
        if not self._conversation.calls(call_id):
            message = f"Tool call ID '{call_id}' not found in conversation."
            raise WireError(message, code="invalid_tool_call_id", param="item.call_id")

    def _idle_timeout_ms(self) -> int | None:
        settings: dict[str, Any] = self._configuration.input["turn_detection"] or {}
        return settings.get("idle_timeout_ms")

    def _break_silence(self) -> None:
        timeout_ms = self._idle_timeout_ms()
        if timeout_ms and not self._hearing.speaking and self._responses.in_conversation is None:
            try:
                self._hearing.idle(timeout_ms)
            except WireError as error:  # as for a turn
                self._outbox.send("error", error=error.body(None))
            else:
                self._respond_to_turn()

    def _expire(self) -> list[Effect]:
        self._closed = True
        self._responses.cancel_all()
        minutes = f"{self._cap_s / 60:g}"
        message = f"Your session hit the maximum duration of {minutes} minutes."
        self._outbox.send("error", error=WireError(message, code="session_expired").body(None))
        self._outbox.do(Close(1001, "session_expired"))
        return self._outbox.drain()

    def _end_step(self) -> list[Effect]:
        played_until = self._responses.take_playback_end()
        timeout_ms = self._idle_timeout_ms()
        if played_until is not None and timeout_ms:
            self._idle_at = played_until + timeout_ms / 1000
        return self._outbox.drain()


def _read(message: str | bytes) -> dict[str, Any]:
    if isinstance(message, bytes):
        hint = "send every event as a text message, with audio in base64."
        raise WireError(f"Binary messages are not part of this protocol: {hint}", code="invalid_message_type")
    if len(message) > LARGEST_MESSAGE:
        limit = f"The message has {len(message)} characters; at most {LARGEST_MESSAGE} are allowed."
        raise WireError(limit, code="message_too_large")
    try:
        event = decode(message)
    except MalformedFrame as error:
        raise WireError(f"Invalid message: {error}", code="invalid_json") from None
    check_soundness(event)
    return event


def _event_id(event: dict[str, Any]) -> str | None:
    given = event.get("event_id")
    return None if given is None else _EVENT_ID(given, "event_id")
