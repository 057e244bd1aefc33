"""Time stamps that travel inside the sound.

Every chunk of audio the harness sends begins with 15 bytes in the PCM itself: 6 of magic, 7 of clock (nanoseconds,
little endian), 2 of session number. Fifteen bytes are twenty Base64 characters without padding, so the stamp is found
in the text of a frame with one `find`, whatever a relay does to the JSON around it.
"""

from __future__ import annotations

import base64
import random
from time import perf_counter_ns as now

RATE = 24_000  # Hz, mono, 16 bit
MAGIC = base64.b64encode(bytes.fromhex("4fd29a71b3e8")).decode()
_STAMP = 15  # bytes


def stamp(session: int) -> str:
    """The Base64 text of a stamp with the present time."""
    return MAGIC + base64.b64encode(now().to_bytes(7, "little") + session.to_bytes(2, "little")).decode()


def find(text: str) -> tuple[int, int] | None:
    """When the first stamped chunk in a frame was sent, and by which session."""
    at = text.find(MAGIC)
    if at < 0:
        return None
    raw = base64.b64decode(text[at + 8 : at + 20])
    return int.from_bytes(raw[:7], "little"), int.from_bytes(raw[7:], "little")


def body(ms: int, *, seed: int) -> str:
    """The Base64 text that follows a stamp in a chunk: noise, so that nothing compresses it away.

    It never needs padding, since 48 bytes a millisecond and the stamp's 15 both divide by three.

    Args:
        ms: Length of the whole chunk.
        seed: Of the noise.
    """
    return base64.b64encode(random.Random(seed).randbytes(RATE * 2 * ms // 1000 - _STAMP)).decode()
