"""The input audio buffer: what the client has appended and nobody has committed yet, on the stream's own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.engine.wire_errors import WireError

if TYPE_CHECKING:
    from agent.engine.formats import AudioFormat

# Eleven and a half minutes of PCM. A client that appends for ever without a commit must not take all memory.
CAPACITY = 32 * 2**20
SHORTEST_COMMIT_MS = 100


class InputBuffer:
    """Audio between two moments of the stream, which began at 0 ms with the session.

    Args:
        audio_format: How the audio is encoded.
    """

    def __init__(self, audio_format: AudioFormat) -> None:
        self.format = audio_format
        self.start_ms = 0
        self._audio = bytearray()
        self._passed = 0  # bytes of `_audio` that were handed on already

    @property
    def duration_ms(self) -> int:
        """How much is held, in whole milliseconds."""
        return self.format.ms(len(self._audio))

    @property
    def end_ms(self) -> int:
        """The stream's present moment: everything ever appended, in milliseconds."""
        return self.start_ms + self.duration_ms

    def append(self, audio: bytes) -> None:
        """Add the next piece, of any length, even half a sample.

        Raises:
            WireError: The buffer is full.
        """
        if len(self._audio) + len(audio) > CAPACITY:
            raise WireError(
                f"The input audio buffer is full: it holds {self.duration_ms} ms. Commit or clear it first.",
                code="input_audio_buffer_full",
                param="audio",
            )
        self._audio += audio

    def unheard(self) -> bytes:
        """The whole samples that came since the last call."""
        end = len(self._audio) - len(self._audio) % self.format.width
        piece = bytes(memoryview(self._audio)[self._passed : end])
        self._passed = max(self._passed, end)
        return piece

    def between(self, start_ms: int, end_ms: int) -> bytes:
        """A copy of the audio between two moments, as far as it is held."""
        first, last = (self._offset(moment) for moment in (start_ms, end_ms))
        return bytes(memoryview(self._audio)[first:last])

    def take(self, start_ms: int, end_ms: int) -> bytes:
        """Copy what lies between two moments, and forget everything before the second."""
        audio = self.between(start_ms, end_ms)
        self.forget_before(end_ms)
        return audio

    def forget_before(self, moment_ms: int) -> None:
        """Drop what is older than a moment."""
        size = self._offset(moment_ms)
        if size > 0:
            self.start_ms += self.format.ms(size)
            self._passed = max(0, self._passed - size)
            del self._audio[:size]

    def clear(self, audio_format: AudioFormat | None = None) -> None:
        """Drop everything; the stream's clock goes on.

        Args:
            audio_format: How what comes next is encoded, if that changes.
        """
        self.start_ms = self.end_ms
        self._audio.clear()
        self._passed = 0
        self.format = audio_format or self.format

    def _offset(self, moment_ms: int) -> int:
        whole = len(self._audio) - len(self._audio) % self.format.width
        return min(max(0, (moment_ms - self.start_ms) * self.format.bytes_per_ms), whole)
