"""The responses of one session: who may be created, whom a result belongs to, who waits for a transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.engine.effects import Think
from agent.engine.generation import Generation
from agent.engine.parts import Arguments, Call, Say, Thought, Usage
from agent.engine.usage import Ledger, RateLimit, readings
from agent.engine.wire_errors import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.items import Conversation, Item
    from agent.engine.outbox import Outbox
    from agent.engine.response_settings import ResponseSettings

# A loop of a client that answers every failure with the next attempt must meet an end; people stay far below.
RESPONSES_A_MINUTE = 240
_MOST_OUT_OF_BAND = 8


class Responses:
    """All responses that are under way.

    Args:
        conversation: The session's conversation.
        outbox: Where events and effects go.
    """

    def __init__(self, conversation: Conversation, outbox: Outbox) -> None:
        self._conversation = conversation
        self._outbox = outbox
        self._ledger = Ledger()
        self._limit = RateLimit(RESPONSES_A_MINUTE)
        self._active: dict[str, Generation] = {}
        self._contexts: dict[str, Sequence[Item]] = {}
        self._first_audio: dict[str, float] = {}
        self._played_until: float | None = None
        self.has_spoken = False

    @property
    def in_conversation(self) -> Generation | None:
        """The one that writes to the conversation, if any."""
        return next((each for each in self._active.values() if each.settings.in_conversation), None)

    def admit(self, settings: ResponseSettings) -> None:
        """See to it that a response may be created now.

        Raises:
            WireError: One is writing to the conversation already, or too many are under way.
        """
        active = self.in_conversation
        if settings.in_conversation and active is not None:
            raise WireError(
                f"Conversation already has an active response in progress: {active.id}. "
                "Wait until the response is finished before creating a new one.",
                code="conversation_already_has_active_response",
            )
        if len(self._active) > _MOST_OUT_OF_BAND:
            raise WireError("Too many responses are in progress. Wait for one to finish.", code="too_many_responses")

    def create(self, settings: ResponseSettings, context: Sequence[Item], now: float) -> None:
        """Begin a response that `admit` let in.

        Args:
            settings: What it is made with.
            context: The items it reads.
            now: The present time in seconds.
        """
        conversation = self._conversation if settings.in_conversation else None
        response = Generation(self._outbox.new_id("resp"), settings, conversation, self._outbox, self._ledger)
        allowed = self._limit.take(now)
        self._outbox.send("rate_limits.updated", rate_limits=self._limit.state(now))
        if not allowed:
            response.waiting = False
            message = f"Rate limit reached: {RESPONSES_A_MINUTE} responses a minute. Try again later."
            response.stop("failed", error=_error("rate_limit_exceeded", message, "rate_limit_exceeded"))
            return
        self._active[response.id] = response
        self._contexts[response.id] = context
        self._think_when_ready(response)

    def transcribed(self) -> None:
        """An item has got its transcript: whoever waited for it may think now."""
        for response in self._waiting():
            self._think_when_ready(response)

    def transcription_failed(self, item: Item, message: str) -> None:
        """An item will never have a transcript: whoever waited for it fails."""
        for response in self._waiting():
            if item in self._contexts[response.id]:
                self._stop(response, "failed", error=_error("input_audio_transcription_failed", message))
            else:
                self._think_when_ready(response)

    def thought(self, response_id: str, piece: Say | Call | Arguments | Usage) -> None:
        """Hand on the reasoner's next piece; one for a response that is over is dropped."""
        response = self._active.get(response_id)
        if response is not None:
            response.thought(piece)
            self._forget_finished(response)

    def thought_finished(self, response_id: str) -> None:
        """Hand on the end of the reasoner's answer."""
        response = self._active.get(response_id)
        if response is not None:
            response.thought_finished()
            self._forget_finished(response)

    def spoken(self, response_id: str, segment: int, audio: bytes, now: float) -> None:
        """Hand on a stretch of audio."""
        response = self._active.get(response_id)
        if response is not None and audio:
            self.has_spoken = True
            self._first_audio.setdefault(response_id, now)
            response.spoken(segment, audio)
            self._forget_finished(response)

    def segment_finished(self, response_id: str, segment: int) -> None:
        """Hand on the end of a sentence's audio."""
        response = self._active.get(response_id)
        if response is not None:
            response.segment_finished(segment)
            self._forget_finished(response)

    def failed(self, response_id: str, code: str, message: str) -> None:
        """The reasoner or the voice could not go on."""
        response = self._active.get(response_id)
        if response is not None:
            self._stop(response, "failed", error=_error(code, message))

    def cancel(self, response_id: str | None, reason: str) -> bool:
        """Cancel a response.

        Args:
            response_id: Which; None for the one that writes to the conversation.
            reason: `"client_cancelled"` or `"turn_detected"`.

        Returns:
            Whether there was one.
        """
        response = self.in_conversation if response_id is None else self._active.get(response_id)
        if response is None:
            return False
        self._stop(response, "cancelled", reason=reason)
        return True

    def cancel_all(self) -> None:
        """The session is over."""
        for response in list(self._active.values()):
            self._stop(response, "cancelled", reason="client_cancelled")

    def take_playback_end(self) -> float | None:
        """When the caller has heard the last spoken response that was completed; told once for each."""
        moment, self._played_until = self._played_until, None
        return moment

    def _waiting(self) -> list[Generation]:
        return [each for each in self._active.values() if each.waiting]

    def _think_when_ready(self, response: Generation) -> None:
        context = self._contexts[response.id]
        if any(item.transcribing for item in context):
            return
        response.waiting = False
        settings = response.settings
        response.prompt = readings(settings.instructions, settings.tools, context)
        thought = Thought(
            settings.instructions,
            [item.view() for item in context if _is_readable(item)],
            settings.tools,
            settings.tool_choice,
            settings.max_output_tokens,
        )
        self._outbox.do(Think(response.id, thought))

    def _stop(self, response: Generation, status: str, **why: Any) -> None:
        response.stop(status, **why)
        self._forget_finished(response)

    def _forget_finished(self, response: Generation) -> None:
        if response.finished:
            del self._active[response.id]
            del self._contexts[response.id]
            began = self._first_audio.pop(response.id, None)
            if began is not None and response.status == "completed":
                self._played_until = began + response.audio_ms / 1000


def _is_readable(item: Item) -> bool:
    """A message that was cut off before its first word says nothing, and one in progress not yet."""
    wire = item.wire
    if wire["type"] != "message" or wire["role"] != "assistant":
        return wire.get("status") != "in_progress"
    return any(part.get("text") or part.get("transcript") for part in wire["content"])


def _error(code: str, message: str, kind: str = "server_error") -> dict[str, Any]:
    return {"type": kind, "code": code, "message": message}
