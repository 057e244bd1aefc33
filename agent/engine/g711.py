"""G.711: the 8-bit codes of the telephone network, mu-law and A-law, as `audio/pcmu` and `audio/pcma` carry them.

The standard library's `audioop` left with Python 3.13. Both laws have 256 codes, so decoding is one table look-up, and
encoding is another, by the 14-bit (mu-law) or 13-bit (A-law) linear value that ITU-T G.711 starts from.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

G711_RATE = 8_000  # Hz

Law = Literal["mulaw", "alaw"]


def decode_g711(data: bytes, law: Law) -> NDArray[np.float32]:
    """Turn codes into samples.

    Args:
        data: One byte a sample, at `G711_RATE`.
        law: `"mulaw"` (North America, Japan; `audio/pcmu`) or `"alaw"` (elsewhere; `audio/pcma`).

    Returns:
        Samples in [-1, 1] at `G711_RATE`.
    """
    return _values(law)[np.frombuffer(data, dtype=np.uint8)].astype(np.float32) / np.float32(32768)


def encode_g711(samples: NDArray[np.float32], law: Law) -> bytes:
    """Turn samples into codes.

    Args:
        samples: Samples in [-1, 1] at `G711_RATE`; louder ones are held at the limit.
        law: `"mulaw"` or `"alaw"`.

    Returns:
        One byte a sample.
    """
    linear = np.clip(np.rint(samples * np.float32(32768)), -32768, 32767).astype(np.int32)
    return _codes(law)[linear + 32768].tobytes()


@lru_cache
def _values(law: Law) -> NDArray[np.int32]:
    """The 16-bit value of each of the 256 codes."""
    expand: Callable[[int], int] = _expand_mulaw if law == "mulaw" else _expand_alaw
    return np.array([expand(code) for code in range(256)], dtype=np.int32)


@lru_cache
def _codes(law: Law) -> NDArray[np.uint8]:
    """The code of each of the 65,536 16-bit values: the one whose own value is nearest.

    G.711 puts its decision values half-way between its output values, so the nearest is what the standard picks.
    """
    # Mu-law has two zeros, 0x7F and 0xFF; read backwards, `unique` keeps 0xFF, which is what a silent line carries.
    ascending, places = np.unique(_values(law)[::-1], return_index=True)
    codes = (255 - places).astype(np.uint8)
    middles = (ascending[1:] + ascending[:-1]) / 2
    return codes[np.searchsorted(middles, np.arange(-32768, 32768))]


def _expand_mulaw(code: int) -> int:
    bits = ~code & 0xFF  # sent inverted, so that silence keeps a line's clock alive
    segment, step = bits >> 4 & 7, bits & 0xF
    magnitude = ((2 * step + 33) << segment) - 33
    return (-magnitude if bits & 0x80 else magnitude) << 2


def _expand_alaw(code: int) -> int:
    bits = code ^ 0x55  # every other bit is sent inverted, for the same reason
    segment, step = bits >> 4 & 7, bits & 0xF
    magnitude = (2 * step + 33) << (segment - 1) if segment else 2 * step + 1
    return (magnitude if bits & 0x80 else -magnitude) << 3
