"""Between the wire's encodings and the samples that the models take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agent.engine.audio import Resampler, int16_to_bytes, pcm16_to_float, resample
from agent.engine.g711 import Law, decode_g711, encode_g711
from agent.engine.parts import HEARING_RATE, VAD_FRAME, WIRE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agent.engine.formats import AudioFormat
    from agent.engine.parts import VoiceActivity

_LAWS: dict[str, Law] = {"audio/pcmu": "mulaw", "audio/pcma": "alaw"}


def decode(audio: bytes, audio_format: AudioFormat) -> NDArray[np.float32]:
    """Whole samples of the wire as floats in [-1, 1], at the format's own rate."""
    law = _LAWS.get(audio_format.type)
    return pcm16_to_float(audio) if law is None else decode_g711(audio, law)


def to_hearing(audio: bytes, audio_format: AudioFormat) -> NDArray[np.float32]:
    """A whole recording as the ears take it."""
    return resample(decode(audio, audio_format), audio_format.rate, HEARING_RATE)


class Listener:
    """Voice activity over one stream of the wire.

    Args:
        detector: The detector of this session.
    """

    def __init__(self, detector: VoiceActivity) -> None:
        self._detector = detector
        self._format: AudioFormat | None = None
        self._resampler = Resampler(HEARING_RATE, HEARING_RATE)
        self._rest = np.zeros(0, np.float32)

    def reset(self) -> None:
        """Start afresh: what comes next does not follow what came before."""
        self._format = None
        self._rest = np.zeros(0, np.float32)
        self._detector.reset()

    def feed(self, audio: bytes, audio_format: AudioFormat) -> list[float]:
        """Take the next stretch.

        Args:
            audio: Whole samples.
            audio_format: How they are encoded.

        Returns:
            The probability of speech in each frame of 32 ms that has become complete.
        """
        if audio_format != self._format:
            self._format = audio_format
            self._resampler = Resampler(audio_format.rate, HEARING_RATE)
        fresh = self._resampler.push(decode(audio, audio_format))
        samples = np.concatenate((self._rest, fresh))
        whole = len(samples) - len(samples) % VAD_FRAME
        self._rest = samples[whole:]
        return [self._detector.probability(samples[at : at + VAD_FRAME]) for at in range(0, whole, VAD_FRAME)]


class Encoder:
    """The voice's samples as the wire's bytes, for one sentence.

    Args:
        audio_format: How they are to be encoded.
    """

    def __init__(self, audio_format: AudioFormat) -> None:
        self._law: Law | None = _LAWS.get(audio_format.type)
        self._resampler = Resampler(WIRE_RATE, audio_format.rate)

    def push(self, samples: NDArray[np.int16]) -> bytes:
        """Encode the next piece."""
        if self._law is None:
            return int16_to_bytes(samples)
        resampled = self._resampler.push(samples.astype(np.float32) / np.float32(32768))
        return encode_g711(resampled, self._law)

    def flush(self) -> bytes:
        """The sentence is over: what the filter still holds."""
        if self._law is None:
            return b""
        return encode_g711(self._resampler.push(np.zeros(0, np.float32), last=True), self._law)
