"""Sound as numbers: the wire's PCM16 bytes to and from float samples, and resampling as it streams."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# "HQ" passes up to 7.5 kHz untouched at 16 kHz and removes what would alias by more than 100 dB. Between 24 and 16 kHz
# it holds back 12 to 22 ms; the lower qualities hold back more, since soxr gives them longer blocks.
_QUALITY = "HQ"


def pcm16_to_float(data: bytes | bytearray | memoryview) -> NDArray[np.float32]:
    """Read little-endian 16-bit samples, as `audio/pcm` carries them.

    Args:
        data: Mono samples, two bytes each.

    Returns:
        The same samples in [-1, 1).

    Raises:
        ValueError: An odd number of bytes: half a sample.
    """
    if len(data) % 2:
        raise ValueError(f"16-bit audio has an even number of bytes, not {len(data)}: send whole samples")
    return np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32768)


def float_to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Round samples to 16 bits; what lies outside [-1, 1] is held at the limit instead of wrapping to a click."""
    scaled = np.rint(samples * np.float32(32767))
    return np.clip(scaled, -32768, 32767).astype(np.int16)


def int16_to_bytes(samples: NDArray[np.int16]) -> bytes:
    """Samples as little-endian bytes, whatever this machine's own order is."""
    return samples.astype("<i2", copy=False).tobytes()


def float_to_pcm16(samples: NDArray[np.float32]) -> bytes:
    """Samples in [-1, 1] as little-endian 16-bit bytes."""
    return int16_to_bytes(float_to_int16(samples))


class Resampler:
    """Changes the rate of one stream of sound that comes in pieces, without a seam between them.

    Args:
        source: Rate of what is pushed, in Hz.
        target: Rate of what is returned, in Hz.
    """

    def __init__(self, source: int, target: int) -> None:
        self._stream: Any = None
        if source != target:
            soxr = importlib.import_module("soxr")  # untyped; reached as Any through this one door
            self._stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality=_QUALITY)

    def push(self, samples: NDArray[np.float32], *, last: bool = False) -> NDArray[np.float32]:
        """Resample the next piece.

        Args:
            samples: Mono samples at the source rate; any number, none included.
            last: The stream ends here: return what the filter still holds, and be ready for another stream.

        Returns:
            What can be told so far at the target rate. The filter looks ahead and works in blocks, so this lags, by
            12 to 22 ms between 24 and 16 kHz and by up to 43 ms from or to 8 kHz, until `last`.
        """
        if self._stream is None:
            return samples
        resampled: NDArray[np.float32] = self._stream.resample_chunk(np.ascontiguousarray(samples), last=last)
        if last:
            self._stream.clear()
        return resampled


def resample(samples: NDArray[np.float32], source: int, target: int) -> NDArray[np.float32]:
    """Change the rate of a whole recording.

    Args:
        samples: Mono samples.
        source: Their rate in Hz.
        target: The wanted rate in Hz.
    """
    return Resampler(source, target).push(samples, last=True)
