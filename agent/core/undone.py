"""Undone: text that is being spoken, kept unparsed and read only if its end never comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.fields import number_at, string_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.core.frames import Frame

DELTAS = {
    "response.output_audio_transcript.delta": "audio",
    "response.output_text.delta": "text",
}
# Deltas that are kept unparsed; a longer text is read in pieces of so many.
MOST_DELTAS = 256


class Undone:
    """The deltas of what has begun and not ended."""

    def __init__(self) -> None:
        self._deltas: list[tuple[str, Frame]] = []

    @property
    def full(self) -> bool:
        """Whether it is time to read."""
        return len(self._deltas) >= MOST_DELTAS

    def add(self, kind: str, frame: Frame) -> None:
        """Keep a delta, whose type in GA's names is one of `DELTAS`."""
        self._deltas.append((kind, frame))

    def clear(self) -> None:
        """The end has come, and with it the whole text."""
        self._deltas.clear()

    def read(self) -> Iterator[tuple[str, int, str, str]]:
        """Item id, content index, kind and text of each part, as far as it has come since the last reading."""
        texts: dict[tuple[str, int, str], str] = {}
        for kind, frame in self._deltas:
            place = (string_at(frame.data, "item_id"), number_at(frame.data, "content_index"), DELTAS[kind])
            texts[place] = texts.get(place, "") + string_at(frame.data, "delta")
        self._deltas.clear()
        return ((*place, text) for place, text in texts.items())
