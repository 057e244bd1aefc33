"""Heard: how much of a spoken text was heard when its sound was cut.

The text of an answer comes in pieces between the pieces of its sound, so where each piece of text came tells where in
the sound it stands. That is believed as far as it makes sense: a service that sends the text far ahead of the sound
would have its words spoken several times faster in one place than in another. Such places are left out, and between
those that remain, the text is taken to be spoken at an even pace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.core.remembered import MS_PER_CHARACTER

if TYPE_CHECKING:
    from collections.abc import Iterator

# How much faster or slower than the whole a stretch of speech may be: a pause or a number in figures does as much.
_UNEVEN = 2.0
# A client rounds to its render quantum, and a service to its frame; within this much of the end all was heard.
_TOLERANCE_MS = 60


@dataclass(slots=True)
class SpokenPart:
    """The text of one content part, as it came beside its sound.

    Attributes:
        text: As far as it has come.
        marks: Before which character how much of the sound had been passed on, in ms.
    """

    text: str = ""
    marks: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def said(self, text: str, sent_ms: int) -> None:
        """More text has come.

        Args:
            text: The piece.
            sent_ms: How much of the part's sound had been passed on by then, in ms.
        """
        self.marks.append((len(self.text), sent_ms))
        self.text += text

    def heard(self, heard_ms: int, sent_ms: int, *, complete: bool) -> int:
        """How many characters of the text were heard.

        Args:
            heard_ms: Where the sound was cut, in ms.
            sent_ms: How much of it was passed on; 0 where nobody knows, as when it does not pass through here.
            complete: That is all of it.
        """
        length = len(self.text)
        whole = sent_ms if complete and sent_ms else max(sent_ms, length * MS_PER_CHARACTER)
        if heard_ms >= whole - _TOLERANCE_MS:
            return length
        at = (0, 0)
        for mark in (*self._credible(whole), (length, whole)):
            if mark[1] > heard_ms:
                return at[0] + (mark[0] - at[0]) * (heard_ms - at[1]) // (mark[1] - at[1])
            at = mark
        return length  # pragma: no cover  (the last mark is the end, which is beyond what was heard)

    def _credible(self, whole_ms: int) -> Iterator[tuple[int, int]]:
        """The marks that leave an even pace before and behind them."""
        length = len(self.text)
        pace = length / whole_ms
        last = (0, 0)
        for mark in self.marks:
            if _even(last, mark, pace) and _even(mark, (length, whole_ms), pace):
                last = mark
                yield mark


def _even(start: tuple[int, int], end: tuple[int, int], pace: float) -> bool:
    characters, ms = end[0] - start[0], end[1] - start[1]
    return ms > 0 and pace / _UNEVEN <= characters / ms <= pace * _UNEVEN
