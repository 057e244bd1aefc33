"""Turn taking: probabilities of speech in, the beginnings and ends of the caller's turns out.

silent ──two voiced frames──▶ speaking ──a quiet frame──▶ pausing ──silence long enough──▶ silent (Ended)
                                  ▲                          │
                                  └───────voiced again───────┘
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.engine.completeness import seems_complete

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAME_MS = 32
# One voiced frame is a click or a breath; waiting for a second costs 32 ms and saves false barge-ins.
_VOICED_FRAMES = 2
# A voice does not fall silent at once: the probability must drop this far below the threshold to count as quiet.
_HYSTERESIS = 0.15
# From its first quiet frame on it is worth transcribing what there is: it is ready should the silence be the end, and a
# client that acts on what was said can act early. Over 150 clips of people speaking, words understood this soon were
# no more often wrong than those of 256 ms into the silence, for 1.4 times as many transcriptions; most of those that
# come of a breath between two words are taken back before anybody is told of them.
_PAUSE_MS = 32
_SEMANTIC_PREFIX_MS = 300
# Somebody who never pauses (or a radio) is cut here, before the input buffer is full.
_LONGEST_TURN_MS = 11 * 60_000
# Silence (ms) that ends a turn: after a complete sentence, and at most (the services' own limits for each eagerness).
_SEMANTIC_SILENCE = {"high": (320, 2_000), "medium": (512, 4_000), "auto": (512, 4_000), "low": (800, 8_000)}


@dataclass(frozen=True, slots=True)
class Started:
    """Speech began.

    Attributes:
        at_ms: When, with the padding in front of it included.
    """

    at_ms: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The speaker fell silent, perhaps for good.

    Attributes:
        at_ms: The present moment.
    """

    at_ms: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The speaker went on after a `Paused`."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The turn is over.

    Attributes:
        at_ms: When that was decided; the silence is included.
    """

    at_ms: int


TurnChange: TypeAlias = Started | Paused | Resumed | Ended


class TurnTaker:
    """Listens to one stream.

    Args:
        settings: A `turn_detection` object of the wire.
        origin_ms: The moment of the stream at which the first frame begins.
    """

    def __init__(self, settings: Mapping[str, Any], origin_ms: int) -> None:
        self._threshold: float = settings.get("threshold", 0.5)
        self._prefix_ms: int = settings.get("prefix_padding_ms", _SEMANTIC_PREFIX_MS)
        self._semantic = settings["type"] == "semantic_vad"
        if self._semantic:
            self._silence_ms, self._patience_ms = _SEMANTIC_SILENCE[settings["eagerness"]]
        else:
            self._silence_ms = self._patience_ms = settings["silence_duration_ms"]
        self._pause_ms = min(_PAUSE_MS, self._silence_ms // 2)
        self._now_ms = self._origin_ms = origin_ms
        self._voiced = 0
        self._started_ms = 0
        self._quiet_since: int | None = None
        self._paused = False
        self._complete = False
        self.speaking = False

    @property
    def prefix_ms(self) -> int:
        """How much audio before the first voiced frame belongs to a turn."""
        return self._prefix_ms

    def frame(self, probability: float) -> TurnChange | None:
        """Take the next 32 ms.

        Args:
            probability: How likely they hold speech.
        """
        self._now_ms += FRAME_MS
        if not self.speaking:
            return self._while_silent(probability)
        if self._now_ms - self._started_ms >= _LONGEST_TURN_MS:
            return self._end()
        if probability >= self._threshold - (_HYSTERESIS if self._quiet_since is None else 0):
            return self._voice()
        return self._quiet()

    def understood(self, transcript: str) -> None:
        """Learn what was said up to the present pause."""
        self._complete = self._paused and seems_complete(transcript)

    def _while_silent(self, probability: float) -> TurnChange | None:
        self._voiced = self._voiced + 1 if probability >= self._threshold else 0
        if self._voiced < _VOICED_FRAMES:
            return None
        self.speaking, self._quiet_since, self._paused, self._complete = True, None, False, False
        self._started_ms = max(self._origin_ms, self._now_ms - self._voiced * FRAME_MS - self._prefix_ms)
        return Started(self._started_ms)

    def _voice(self) -> TurnChange | None:
        self._quiet_since = None
        if not self._paused:
            return None
        self._paused = self._complete = False
        return Resumed()

    def _quiet(self) -> TurnChange | None:
        if self._quiet_since is None:
            self._quiet_since = self._now_ms - FRAME_MS
        quiet_ms = self._now_ms - self._quiet_since
        wanted = self._patience_ms if self._semantic and not self._complete else self._silence_ms
        if quiet_ms >= wanted:
            return self._end()
        if quiet_ms >= self._pause_ms and not self._paused:
            self._paused = True
            return Paused(self._now_ms)
        return None

    def _end(self) -> Ended:
        self.speaking, self._voiced = False, 0
        return Ended(self._now_ms)
