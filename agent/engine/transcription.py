"""What was said, on its way from sound to words: asked for early, used late, announced if the client wants it.

A client that wants it is told at each pause what was understood so far, as the services' streaming transcribers do: in
deltas that only ever add to each other. Where a later look at the same speech reads otherwise, there is no delta any
more, and `completed` says what was said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.engine.effects import DropTranscription, Transcribe

if TYPE_CHECKING:
    from agent.engine.formats import AudioFormat
    from agent.engine.items import Item
    from agent.engine.outbox import Outbox

_KIND = "conversation.item.input_audio_transcription"
_CLOSING = " .,;:!?-\u2026\u2014"


@dataclass(slots=True)
class _Guess:
    """A transcription begun while the speaker pauses, for a message that does not exist yet."""

    item_id: str
    revision: int
    announced: bool
    text: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class _Pending:
    item: Item
    revision: int
    announced: bool


class Transcription:
    """The transcriptions of one session.

    Args:
        outbox: Where events and effects go.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._revision = 0
        self._guess: _Guess | None = None
        self._pending: dict[str, _Pending] = {}
        self._told: dict[str, str] = {}  # what the deltas of a message add up to, until it is complete

    def guess(self, item_id: str, audio: bytes, audio_format: AudioFormat, *, announced: bool) -> None:
        """Begin to transcribe what may turn out to be the whole turn.

        Args:
            item_id: The message that it would become.
            audio: What was said so far.
            audio_format: How that is encoded.
            announced: Tell the client what is understood.
        """
        self._guess = _Guess(item_id, self._ask(item_id, audio, audio_format, urgent=False), announced)

    def retract(self) -> None:
        """The speaker went on, or the turn was cleared: the guess is void."""
        if self._guess is not None:
            self._outbox.do(DropTranscription(self._guess.item_id))
            self._guess = None

    def begin(self, item: Item, audio: bytes, audio_format: AudioFormat, *, announced: bool) -> None:
        """Transcribe a message of the conversation, taking up the guess about it if there is one.

        Args:
            item: The message.
            audio: Its audio.
            audio_format: How that is encoded.
            announced: Send the client the transcription events.
        """
        item.transcribing = True
        guess, self._guess = self._guess, None
        if guess is not None and guess.item_id == item.id and guess.failure is None:
            self._pending[item.id] = _Pending(item, guess.revision, announced)
            if guess.text is not None:
                self.done(item.id, guess.revision, guess.text)
            return
        revision = self._ask(item.id, audio, audio_format, urgent=True)
        self._pending[item.id] = _Pending(item, revision, announced)

    def done(self, item_id: str, revision: int, text: str) -> bool:
        """Take a result.

        Returns:
            Whether a message got its transcript by it.
        """
        guess = self._guess
        if guess is not None and guess.revision == revision:
            guess.text = text
            if guess.announced:
                # The mark that closes a sentence may be a comma yet.
                self._tell(item_id, text.rstrip(_CLOSING))
            return False
        pending = self._settle(item_id, revision)
        if pending is None:
            return False
        pending.item.set_transcript(text)
        if pending.announced:
            self._tell(item_id, text)
            usage = {"type": "duration", "seconds": math.ceil(pending.item.audio_ms / 1000)}
            self._outbox.send(f"{_KIND}.completed", item_id=item_id, content_index=0, transcript=text, usage=usage)
        self.forget(item_id)
        return True

    def failed(self, item_id: str, revision: int, message: str) -> Item | None:
        """Take a failure.

        Returns:
            The message that will never have a transcript, if it is one.
        """
        guess = self._guess
        if guess is not None and guess.revision == revision:
            guess.failure = message
            return None
        pending = self._settle(item_id, revision)
        if pending is None:
            return None
        pending.item.transcribing = False
        self.forget(item_id)
        if pending.announced:
            error = {
                "type": "transcription_error",
                "code": "audio_unintelligible",
                "message": message,
                "param": None,
            }
            self._outbox.send(f"{_KIND}.failed", item_id=item_id, content_index=0, error=error)
        return pending.item

    def forget(self, item_id: str) -> None:
        """Nothing more will be told of a message: it is complete, or will never be."""
        self._told.pop(item_id, None)

    def _tell(self, item_id: str, text: str) -> None:
        """Add to what the client was told of a message, as far as this goes on from there."""
        told = self._told.get(item_id, "")
        if len(text) > len(told) and text.startswith(told):
            self._told[item_id] = text
            self._outbox.send(f"{_KIND}.delta", item_id=item_id, content_index=0, delta=text[len(told) :])

    def _ask(self, item_id: str, audio: bytes, audio_format: AudioFormat, *, urgent: bool) -> int:
        self._revision += 1
        self._outbox.do(Transcribe(item_id, self._revision, audio, audio_format, urgent))
        return self._revision

    def _settle(self, item_id: str, revision: int) -> _Pending | None:
        pending = self._pending.get(item_id)
        if pending is None or pending.revision != revision:
            return None
        return self._pending.pop(item_id)

    @property
    def transcript_of_pause(self) -> str | None:
        """What the guess understood, once it is there."""
        return self._guess.text if self._guess else None
