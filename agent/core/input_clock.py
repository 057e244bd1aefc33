"""Input clock: how much audio a client has sent. A service counts from the beginning of its own session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core.fields import amount_at, at, string_at
from agent.core.playback import BYTES_PER_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

# What is no audio in an append differs from client to client, and in one client only by the length of its event ids:
# it is measured on every so many frames.
SAMPLE = 32


class InputClock:
    """Counts the audio of one client, without reading it.

    Attributes:
        bytes_per_ms: Of the audio that the client sends.
        characters: Of base64, that were sent in this format.
    """

    __slots__ = ("_frames", "_ms", "_wrapping", "bytes_per_ms", "characters")

    def __init__(self) -> None:
        self.bytes_per_ms: int = BYTES_PER_MS["audio/pcm"]
        self.characters = 0
        self._frames = 0
        self._wrapping = 0
        self._ms = 0.0

    def appended(self, text: str) -> None:
        """Count an `input_audio_buffer.append`, given as its text."""
        if not self._frames % SAMPLE:
            self._measure(text)
        self._frames += 1
        self.characters += len(text) - self._wrapping

    @property
    def ms(self) -> int:
        """Milliseconds of audio so far."""
        return round(self._ms + self.characters * 3 / 4 / self.bytes_per_ms)

    def begins_at(self, ms: int) -> None:
        """So much audio was counted elsewhere before."""
        self._ms = ms

    def reconfigured(self, session: Mapping[str, Any]) -> None:
        """A session object tells the format of the input."""
        form = at(session, "audio", "input", "format")
        kind, rate = string_at(form, "type"), amount_at(form, "rate")
        width = BYTES_PER_MS.get(kind, 0)
        if kind == "audio/pcm" and isinstance(rate, int):
            width = rate * 2 // 1000
        if width and width != self.bytes_per_ms:
            self._ms += self.characters * 3 / 4 / self.bytes_per_ms
            self.characters, self.bytes_per_ms = 0, width

    def _measure(self, text: str) -> None:
        name = text.find('"audio"')
        begins = text.find('"', name + len('"audio"')) + 1
        ends = text.find('"', begins)
        if name >= 0 and 0 < begins < ends:
            self._wrapping = len(text) - (ends - begins)
