"""Watching: reads the session's events into exchanges, and knows when an exchange is over. Sans I/O."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agent.testing.exchange import CallSeen, Exchange

if TYPE_CHECKING:
    from collections.abc import Callable

_BYTES_PER_MS = {"audio/pcm": 48, "audio/pcmu": 8, "audio/pcma": 8}


class Watching:
    """What a client with our own events sees of a session.

    Args:
        sound: Told of each piece of an answer's sound: its item, and how many milliseconds.
        broken_into: Told that the caller is heard to speak.
    """

    def __init__(self, sound: Callable[[str, int], None], broken_into: Callable[[], None]) -> None:
        self._sound = sound
        self._broken_into = broken_into
        self._bytes_per_ms = _BYTES_PER_MS["audio/pcm"]
        self._owners: dict[str, Exchange] = {}
        self._calls: dict[str, CallSeen] = {}
        self._calling: set[str] = set()
        self._answers: dict[str, str] = {}
        self._unheard: set[str] = set()
        self._heard: dict[str, str] = {}
        # Responses to this exchange: those that begin once the caller has said something of it.
        self._mine: set[str] = set()
        self._beside: set[str] = set()
        self._turned = False
        self._speaking = False
        self._answered = False
        self.ready = False
        # The session has noticed that the caller speaks, or need not.
        self.noticed = False
        self.closed: tuple[int, str] | None = None
        self.exchange: Exchange | None = None
        self.greeting_errors: list[dict[str, Any]] = []
        self._readers: dict[str, Callable[[dict[str, Any]], None]] = {
            "extension.ready": self._on_ready,
            "session.created": self._on_session,
            "session.updated": self._on_session,
            "input_audio_buffer.speech_started": self._on_speech_started,
            "input_audio_buffer.speech_stopped": self._on_speech_stopped,
            "input_audio_buffer.committed": self._on_committed,
            "conversation.item.input_audio_transcription.completed": self._on_transcript,
            "conversation.item.input_audio_transcription.failed": self._on_transcript,
            "response.output_audio.delta": self._on_audio,
            "response.output_audio_transcript.done": self._on_said,
            "response.output_text.done": self._on_said,
            "response.created": self._on_response_created,
            "response.done": self._on_response_done,
            "extension.call.started": self._on_call_started,
            "extension.call.finished": self._on_call_finished,
            "extension.citations": self._on_citations,
            "extension.interrupted": self._on_interrupted,
            "error": self._on_error,
        }

    def begin(self, exchange: Exchange) -> None:
        """From here on, what comes belongs to this exchange."""
        self.exchange = exchange
        exchange.closed = self.closed
        self._answered, self._turned = False, not exchange.aloud
        self.noticed = not exchange.aloud
        self._answers, self._heard = {}, {}
        self._mine.clear()

    def receive(self, event: dict[str, Any]) -> None:
        """Take the next event."""
        reader = self._readers.get(event["type"])
        if reader is not None:
            reader(event)

    def ended(self, code: int, reason: str) -> None:
        """The session is over."""
        self.closed = code, reason
        if self.exchange is not None:
            self.exchange.closed = self.closed

    @property
    def answered(self) -> bool:
        """The exchange has had its answer, or never will."""
        return self.closed is not None or (self._answered and not self._speaking)

    @property
    def written_down(self) -> bool:
        """All that was said has been written down."""
        return self.closed is not None or not self._unheard

    def _on_ready(self, _event: dict[str, Any]) -> None:
        self.ready = True

    def _on_session(self, event: dict[str, Any]) -> None:
        output = event["session"].get("audio", {}).get("output", {})
        self._bytes_per_ms = _BYTES_PER_MS.get(output.get("format", {}).get("type"), self._bytes_per_ms)

    def _on_speech_started(self, _event: dict[str, Any]) -> None:
        # A pause within the words ended a turn too early: what was answered so far is not the answer.
        self._speaking, self._answered, self.noticed = True, False, True
        self._answers = {}
        self._tell_answer()
        self._broken_into()

    def _on_speech_stopped(self, _event: dict[str, Any]) -> None:
        self._speaking = False

    def _on_committed(self, event: dict[str, Any]) -> None:
        self._turned = True
        self._unheard.add(event["item_id"])
        self._heard[event["item_id"]] = ""

    def _on_transcript(self, event: dict[str, Any]) -> None:
        self._unheard.discard(event["item_id"])
        if event["item_id"] in self._heard and self.exchange is not None:
            self._heard[event["item_id"]] = event.get("transcript") or ""
            self.exchange.transcript = " ".join(filter(None, self._heard.values()))

    def _on_audio(self, event: dict[str, Any]) -> None:
        ms = (len(event["delta"]) // 4 * 3 - event["delta"].count("=")) // self._bytes_per_ms
        if self.exchange is not None:
            self._owners.setdefault(event["item_id"], self.exchange).audio_ms += ms
        self._sound(event["item_id"], ms)

    def _on_said(self, event: dict[str, Any]) -> None:
        if event.get("response_id") in self._beside:
            return
        owner = self._owners.get(event["item_id"], self.exchange)
        said = event.get("transcript", event.get("text")) or ""
        if owner is self.exchange:
            self._answers[event["item_id"]] = said
            self._tell_answer()
        elif owner is not None:
            owner.answer = said

    def _tell_answer(self) -> None:
        if self.exchange is not None:
            self.exchange.answer = " ".join(filter(None, self._answers.values()))

    def _on_response_created(self, event: dict[str, Any]) -> None:
        response = event["response"]
        if response.get("conversation_id", "") is None:
            # A sentence beside the conversation, such as "one moment", is not the answer.
            self._beside.add(response["id"])
        elif self._turned:
            self._mine.add(response["id"])

    def _on_response_done(self, event: dict[str, Any]) -> None:
        response = event["response"]
        called = response["id"] in self._calling
        self._calling.discard(response["id"])
        if response["id"] not in self._mine:
            return
        if response["status"] == "failed" and self.exchange is not None:
            details: dict[str, Any] = response.get("status_details") or {}
            self.exchange.errors.append(details.get("error") or {"code": None, "message": "no reason given"})
        # A response that called tools is followed by another; a cancelled one by whatever cancelled it.
        self._answered = response["status"] != "cancelled" and not called

    def _on_call_started(self, event: dict[str, Any]) -> None:
        self._calling.add(event["response_id"])
        call = CallSeen(event["call_id"], event["name"], _parsed(event["arguments"]))
        self._calls[call.call_id] = call
        if self.exchange is not None:
            self.exchange.calls.append(call)

    def _on_call_finished(self, event: dict[str, Any]) -> None:
        call = self._calls.get(event["call_id"])
        if call is not None:
            call.status, call.duration_ms = event["status"], event["duration_ms"]
            call.result, call.error = event["result"], event["error"]

    def _on_citations(self, event: dict[str, Any]) -> None:
        owner = self._owners.get(event["item_id"], self.exchange)
        if owner is not None:
            owner.citations = event["citations"]

    def _on_interrupted(self, event: dict[str, Any]) -> None:
        owner = self._owners.get(event["item_id"])
        if owner is not None:
            owner.interrupted_ms = event["played_ms"]

    def _on_error(self, event: dict[str, Any]) -> None:
        errors = self.greeting_errors if self.exchange is None else self.exchange.errors
        errors.append(event["error"])


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
