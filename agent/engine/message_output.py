"""One message of a response on its way out: text as it is thought, or speech with its transcript in step."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from agent.engine.alignment import SpokenText
from agent.engine.effects import Speak
from agent.engine.sentence_stream import SentenceStream
from agent.engine.usage import text_tokens

if TYPE_CHECKING:
    from agent.engine.items import Item
    from agent.engine.outbox import Outbox
    from agent.engine.response_settings import ResponseSettings


class TextMessage:
    """A written message.

    Args:
        item: The message.
        place: The ids and indexes that its events carry.
        outbox: Where events go.
    """

    pending = False
    audio_ms = 0

    def __init__(self, item: Item, place: dict[str, Any], outbox: Outbox) -> None:
        self.item = item
        self._place = place
        self._outbox = outbox
        self._text = ""
        outbox.send("response.content_part.added", **place, part={"type": "text", "text": ""})

    @property
    def tokens(self) -> int:
        """Text tokens written."""
        return text_tokens(self._text)

    def say(self, text: str) -> None:
        """Write on."""
        self._text += text
        self._outbox.send("response.output_text.delta", **self._place, delta=text)

    def flush(self) -> None:
        """No more text will come."""

    def close(self) -> None:
        """Give the part its end."""
        self._outbox.send("response.output_text.done", **self._place, text=self._text)
        self._outbox.send("response.content_part.done", **self._place, part={"type": "text", "text": self._text})
        self.item.wire["content"] = [{"type": "output_text", "text": self._text}]


class SpokenMessage:
    """A spoken message.

    Args:
        item: The message.
        place: The ids and indexes that its events carry.
        outbox: Where events and `Speak` go.
        settings: How the response is spoken.
        first_segment: The number its first sentence gets: numbers count through a response.
    """

    def __init__(
        self, item: Item, place: dict[str, Any], outbox: Outbox, settings: ResponseSettings, first_segment: int
    ) -> None:
        self.item = item
        self._place = place
        self._outbox = outbox
        self._settings = settings
        self._first = first_segment
        self._sentences = SentenceStream()
        self._waiting: set[int] = set()
        self.speech = item.speech = SpokenText(settings.format.bytes_per_ms, settings.speed)
        self.segments = 0
        outbox.send("response.content_part.added", **place, part={"type": "audio", "transcript": ""})

    @property
    def pending(self) -> bool:
        """Some of it is still to be spoken."""
        return bool(self._waiting)

    @property
    def audio_ms(self) -> int:
        """Audio sent, in milliseconds."""
        return self.speech.audio_ms

    @property
    def tokens(self) -> int:
        """Text tokens written."""
        return text_tokens(self.speech.transcript)

    def say(self, text: str) -> None:
        """Take more text; whole sentences are spoken at once."""
        self._speak(self._sentences.push(text))

    def flush(self) -> None:
        """No more text will come: speak what is left."""
        self._speak(self._sentences.flush())

    def spoken(self, segment: int, audio: bytes) -> None:
        """Send the next stretch of a sentence."""
        self._show(self.speech.advance(segment - self._first, len(audio)))
        delta = base64.b64encode(audio).decode("ascii")
        self._outbox.send("response.output_audio.delta", **self._place, delta=delta)

    def segment_finished(self, segment: int) -> None:
        """A sentence is spoken to its end."""
        self._waiting.discard(segment)
        self._show(self.speech.finish(segment - self._first))

    def close(self) -> None:
        """Give the part its end, with the words that were spoken."""
        transcript = self.speech.transcript
        self._outbox.send("response.output_audio.done", **self._place)
        self._outbox.send("response.output_audio_transcript.done", **self._place, transcript=transcript)
        part = {"type": "audio", "transcript": transcript}
        self._outbox.send("response.content_part.done", **self._place, part=part)
        cut = self.item.truncated_ms
        kept = transcript if cut is None else self.speech.heard(cut)
        self.item.wire["content"] = [{"type": "output_audio", "transcript": kept}]

    def _speak(self, sentences: list[str]) -> None:
        for sentence in sentences:
            number = self._first + self.speech.add(sentence)
            self.segments += 1
            self._waiting.add(number)
            settings = self._settings
            response_id = self._place["response_id"]
            self._outbox.do(Speak(response_id, number, sentence.strip(), settings.speed, settings.format))

    def _show(self, words: str) -> None:
        if words:
            self._outbox.send("response.output_audio_transcript.delta", **self._place, delta=words)
