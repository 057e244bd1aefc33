"""Audio deltas: who they belong to and how long they are, peeked from the text without decoding the audio."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.core.frames import Frame

AUDIO_DELTA = frozenset({"response.output_audio.delta", "response.audio.delta"})

_FIELD = r'"{}"\s*:\s*"([^"\\]*)"'
_RESPONSE = re.compile(_FIELD.format("response_id"))
_ITEM = re.compile(_FIELD.format("item_id"))
_CONTENT = re.compile(r'"content_index"\s*:\s*(\d{1,6})\b')
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)")
_DELTA = re.compile(r'"delta"\s*:\s*"')


@dataclass(frozen=True, slots=True)
class AudioDelta:
    """Where a piece of audio belongs, and how much of it there is.

    Attributes:
        response_id: The response.
        item_id: The item.
        content_index: The content part.
        base64_length: Characters of base64, escapes resolved.
        padding: How many of them are `=`.
        start: Where the audio begins in the frame's text.
        end: Where it ends there.
    """

    response_id: str
    item_id: str
    content_index: int
    base64_length: int
    padding: int
    start: int
    end: int


def peek(frame: Frame) -> AudioDelta | None:
    """Peek at an audio delta; None when it is not one that can be counted (it is passed on all the same)."""
    text = frame.text
    opening = _DELTA.search(text)
    if opening is None:
        return None
    end = text.find('"', opening.end())
    # The fields stand before or after the audio, whichever way the service orders its keys; never search within it.
    head, tail = opening.start(), end + 1
    response = _RESPONSE.search(text, 0, head) or _RESPONSE.search(text, tail)
    item = _ITEM.search(text, 0, head) or _ITEM.search(text, tail)
    content = _CONTENT.search(text, 0, head) or _CONTENT.search(text, tail)
    if response is None or item is None or end < 0:
        return None
    length = end - opening.end()
    if text.find("\\", opening.end(), end) >= 0:
        # Some encoders escape + and /; what counts is the length of the audio, not of its spelling.
        length -= sum(len(escape[0]) - 1 for escape in _ESCAPE.finditer(text, opening.end(), end))
    padding = text.count("=", max(opening.end(), end - 2), end)
    index = int(content[1]) if content else 0
    return AudioDelta(response[1], item[1], index, length, padding, opening.end(), end)
