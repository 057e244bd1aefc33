"""The wire's audio formats and their arithmetic: bytes to milliseconds and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One encoding of mono audio.

    Attributes:
        type: Its name on the wire, such as `"audio/pcm"`.
        rate: Samples a second (Hz).
        width: Bytes a sample.
    """

    type: str
    rate: int
    width: int

    @property
    def bytes_per_ms(self) -> int:
        """Bytes a millisecond; a whole number for every format of the wire."""
        return self.rate * self.width // 1000

    def ms(self, size: int) -> int:
        """The duration of that many bytes, in whole milliseconds."""
        return size // self.bytes_per_ms


PCM = AudioFormat("audio/pcm", 24_000, 2)
# Voice Live alone takes the slower ones, and on the caller's side only.
PCM_RATES = {24_000: PCM} | {rate: AudioFormat("audio/pcm", rate, 2) for rate in (16_000, 8_000)}
FORMATS = {
    "audio/pcm": PCM,
    "audio/pcmu": AudioFormat("audio/pcmu", 8_000, 1),
    "audio/pcma": AudioFormat("audio/pcma", 8_000, 1),
}


def format_of(wire: Mapping[str, Any]) -> AudioFormat:
    """The format that a checked `format` object of the wire names."""
    return PCM_RATES[wire.get("rate", PCM.rate)] if wire["type"] == PCM.type else FORMATS[wire["type"]]
