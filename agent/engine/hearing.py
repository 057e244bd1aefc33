"""Hearing: the caller's side of a session: the input buffer, the turns in it, and the messages made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.engine.effects import ForgetHearing, Hear
from agent.engine.formats import format_of
from agent.engine.input_buffer import SHORTEST_COMMIT_MS, InputBuffer
from agent.engine.items import Item
from agent.engine.transcription import Transcription
from agent.engine.turn_taking import Ended, Paused, Resumed, Started, TurnChange, TurnTaker
from agent.engine.wire_errors import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agent.engine.configuration import Configuration
    from agent.engine.formats import AudioFormat
    from agent.engine.items import Conversation
    from agent.engine.outbox import Outbox

# How much silence is kept while nobody speaks: more than the longest prefix padding, and enough for a manual commit
# of speech that was too faint for the detector.
_KEPT_SILENCE_MS = 10_000


class Hearing:
    """What one session hears.

    Args:
        configuration: The session's configuration; read anew at every step.
        conversation: Where messages go.
        outbox: Where events and effects go.
    """

    def __init__(self, configuration: Configuration, conversation: Conversation, outbox: Outbox) -> None:
        self._configuration = configuration
        self._conversation = conversation
        self._outbox = outbox
        self._buffer = InputBuffer(format_of(configuration.input["format"]))
        self._taker: TurnTaker | None = None
        self._settings: dict[str, Any] | None = None
        self._turn: tuple[str, int] | None = None  # id of the message to be, and the moment it begins
        self.transcription = Transcription(outbox)
        self.reconfigured()

    @property
    def speaking(self) -> bool:
        """The caller is in the middle of a turn."""
        return self._turn is not None

    @property
    def format(self) -> AudioFormat:
        """How the caller's audio is encoded."""
        return self._buffer.format

    @property
    def now_ms(self) -> int:
        """The stream's present moment."""
        return self._buffer.end_ms

    def reconfigured(self) -> None:
        """Take up a change of the input's format or turn detection; what is unaffected goes on undisturbed."""
        audio_format = format_of(self._configuration.input["format"])
        settings = self._configuration.input["turn_detection"]
        if audio_format != self._buffer.format:
            self._buffer.clear(audio_format)
        elif settings == self._settings:
            return
        self._settings = settings
        self._give_up_turn()

    def append(self, audio: bytes) -> None:
        """Add sound to the buffer.

        Raises:
            WireError: The buffer is full.
        """
        self._buffer.append(audio)
        piece = self._buffer.unheard()
        if self._taker is not None and piece:
            self._outbox.do(Hear(piece, self._buffer.format))
            if self._turn is None:
                self._buffer.forget_before(self._buffer.end_ms - _KEPT_SILENCE_MS)

    def clear(self) -> None:
        """Forget the buffer and the turn in it."""
        self._buffer.clear()
        self._give_up_turn()
        self._outbox.send("input_audio_buffer.cleared")

    def commit(self) -> None:
        """Make a message of the buffer because the client says so.

        Raises:
            WireError: There is nothing, or nearly nothing, in it.
        """
        duration = self._buffer.duration_ms
        if duration < SHORTEST_COMMIT_MS:
            raise WireError(
                f"Error committing input audio buffer: buffer too small. Expected at least {SHORTEST_COMMIT_MS}ms of "
                f"audio, but buffer only has {duration:.2f}ms of audio.",
                code="input_audio_buffer_commit_empty",
            )
        item_id, start_ms = self._turn or (self._outbox.new_id("item"), self._buffer.start_ms)
        if self._turn is not None:
            # Nobody must be left waiting for the end of this turn.
            self._outbox.send("input_audio_buffer.speech_stopped", audio_end_ms=self.now_ms, item_id=item_id)
            self.transcription.retract()
        self._commit(item_id, start_ms, self.now_ms)
        self._reset_turn()

    def idle(self, for_ms: int) -> None:
        """Nobody has spoken for so long: commit the silence, so that the model may ask whether anybody is there."""
        item_id, end_ms = self._outbox.new_id("item"), self.now_ms
        start_ms = max(0, end_ms - for_ms)
        self._outbox.send(
            "input_audio_buffer.timeout_triggered", audio_start_ms=start_ms, audio_end_ms=end_ms, item_id=item_id
        )
        self._commit(item_id, start_ms, end_ms)

    def heard(self, probabilities: Sequence[float]) -> Iterator[TurnChange]:
        """Take the detector's answers.

        Args:
            probabilities: One for each 32 ms since the last call.

        Yields:
            Each beginning and end of a turn, after its events were sent and before later frames are looked at.
        """
        for probability in probabilities:
            change = self._taker.frame(probability) if self._taker else None
            if change is not None:
                self._react(change)
                yield change

    def understood(self) -> None:
        """A transcription has come in: it may tell that the turn is complete."""
        transcript = self.transcription.transcript_of_pause
        if self._taker is not None and transcript is not None:
            self._taker.understood(transcript)

    def transcribe(self, item: Item, audio: bytes) -> None:
        """Write down the audio of a message that the client wrote; no event tells of it."""
        self.transcription.begin(item, audio, self._buffer.format, announced=False)

    def _react(self, change: TurnChange) -> None:
        match change:
            case Started(at_ms):
                self._turn = self._outbox.new_id("item"), at_ms
                kind = "input_audio_buffer.speech_started"
                self._outbox.send(kind, audio_start_ms=at_ms, item_id=self._turn[0])
            case Paused(at_ms) if self._turn is not None:
                item_id, start_ms = self._turn
                audio = self._buffer.between(start_ms, at_ms)
                self.transcription.guess(item_id, audio, self._buffer.format, announced=self._announced)
            case Resumed():
                self.transcription.retract()
            case Ended(at_ms) if self._turn is not None:
                (item_id, start_ms), self._turn = self._turn, None
                self._outbox.send("input_audio_buffer.speech_stopped", audio_end_ms=at_ms, item_id=item_id)
                self._commit(item_id, start_ms, at_ms)
            case _:
                pass

    def _commit(self, item_id: str, start_ms: int, end_ms: int) -> None:
        audio_format = self._buffer.format
        audio = self._buffer.take(start_ms, end_ms)
        item = Item(
            {
                "id": item_id,
                "type": "message",
                "status": "completed",
                "role": "user",
                "content": [{"type": "input_audio", "transcript": None}],
            },
            audio_ms=audio_format.ms(len(audio)),
        )
        previous = self._conversation.last_id
        self._conversation.insert(item)
        self._outbox.send("input_audio_buffer.committed", previous_item_id=previous, item_id=item_id)
        self._outbox.send("conversation.item.added", previous_item_id=previous, item=item.view())
        self._outbox.send("conversation.item.done", previous_item_id=previous, item=item.view())
        self.transcription.begin(item, audio, audio_format, announced=self._announced)

    @property
    def _announced(self) -> bool:
        return self._configuration.input["transcription"] is not None

    def _give_up_turn(self) -> None:
        if self._turn is not None:
            self.transcription.forget(self._turn[0])
        self._reset_turn()

    def _reset_turn(self) -> None:
        self._turn = None
        self.transcription.retract()
        self._taker = TurnTaker(self._settings, self.now_ms) if self._settings is not None else None
        self._outbox.do(ForgetHearing())
