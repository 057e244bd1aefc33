"""Playout: the answers' sound that waits to be played on a call, and how far it has come. Pure; time is samples taken.

On a call the server paces the sound, so it alone knows what was heard. The model is far ahead of it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agent.engine.parts import WIRE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLES_PER_MS = WIRE_RATE // 1000


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the controllers of a call are told.

    Attributes:
        kind: `"started"`, `"stopped"` or `"cleared"`, as in `output_audio_buffer.*`.
        response_id: The response whose sound it is.
    """

    kind: str
    response_id: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the sound of a content part was broken off.

    Attributes:
        item_id: The assistant's message.
        content_index: Its part.
        played_ms: What was played of it, in milliseconds; never 0, which a truncation must not name.
    """

    item_id: str
    content_index: int
    played_ms: int


@dataclass(slots=True)
class _Part:
    response_id: str
    item_id: str
    content_index: int
    played: int = 0


class Playout:
    """The output buffer of one call."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[_Part, NDArray[np.int16]]] = deque()
        self._latest: _Part | None = None
        self._waiting_samples = 0
        self._playing: str | None = None
        self._open: dict[str, None] = {}
        self._muted: set[str] = set()

    @property
    def waiting_ms(self) -> int:
        """How much sound waits, in milliseconds."""
        return self._waiting_samples // SAMPLES_PER_MS

    def begin(self, response_id: str) -> None:
        """A response was created: sound may come of it until it is finished."""
        self._open[response_id] = None

    def add(self, response_id: str, item_id: str, content_index: int, samples: NDArray[np.int16]) -> None:
        """Queue sound after all that waits; of a response that was cleared it is dropped.

        Args:
            response_id: The response.
            item_id: The assistant's message.
            content_index: Its part.
            samples: Mono samples at `WIRE_RATE`.
        """
        if response_id in self._muted or not len(samples):
            return
        part = self._latest
        if part is None or (part.item_id, part.content_index) != (item_id, content_index):
            part = self._latest = _Part(response_id, item_id, content_index)
        self._waiting.append((part, samples))
        self._waiting_samples += len(samples)

    def finish(self, response_id: str) -> list[Notice]:
        """A response is done: no more sound will come of it."""
        self._open.pop(response_id, None)
        self._muted.discard(response_id)
        return self._stopped()

    def take(self, count: int) -> tuple[NDArray[np.int16], list[Notice]]:
        """Play on: the next samples, silence where there are none.

        Args:
            count: How many samples at `WIRE_RATE`.

        Returns:
            Exactly so many samples, and what the controllers are to be told.
        """
        out = np.zeros(count, np.int16)
        notices: list[Notice] = []
        filled = 0
        while filled < count and self._waiting:
            part, samples = self._waiting[0]
            if self._playing != part.response_id:
                notices += self._switch_to(part.response_id)
            taken = samples[: count - filled]
            out[filled : filled + len(taken)] = taken
            filled += len(taken)
            part.played += len(taken)
            self._waiting_samples -= len(taken)
            if len(taken) == len(samples):
                self._waiting.popleft()
            else:
                self._waiting[0] = part, samples[len(taken) :]
        return out, notices + self._stopped()

    def clear(self) -> tuple[list[Notice], list[Cut]]:
        """Fall silent: what waits is dropped, and what still comes of the responses that sounded or waited.

        Returns:
            What the controllers are to be told, and where each message was broken off; both empty when nothing was
            sounding.
        """
        parts = list(dict.fromkeys(id(part) for part, _ in self._waiting))
        by_id = {id(part): part for part, _ in self._waiting}
        cuts = [self._cut(by_id[each]) for each in parts]
        sounding = list(dict.fromkeys(part.response_id for part, _ in self._waiting))
        if self._playing is not None and self._playing not in sounding:
            # All that was made so far has been played, but more was to come.
            sounding.insert(0, self._playing)
            if self._latest is not None:
                cuts.insert(0, self._cut(self._latest))
        self._muted |= {each for each in sounding if each in self._open}
        self._waiting.clear()
        self._waiting_samples, self._playing, self._latest = 0, None, None
        return [Notice("cleared", each) for each in sounding[:1]], cuts

    def _cut(self, part: _Part) -> Cut:
        return Cut(part.item_id, part.content_index, max(1, part.played // SAMPLES_PER_MS))

    def _switch_to(self, response_id: str) -> list[Notice]:
        before, self._playing = self._playing, response_id
        ended = [] if before is None else [Notice("stopped", before)]
        return [*ended, Notice("started", response_id)]

    def _stopped(self) -> list[Notice]:
        playing = self._playing
        if playing is None or self._waiting or playing in self._open:
            return []
        self._playing = None
        return [Notice("stopped", playing)]
