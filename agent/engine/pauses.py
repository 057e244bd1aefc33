"""Where to cut a long recording: at its pauses, so that no word is broken and silence is never transcribed."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from agent.engine.parts import VAD_FRAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SPEECH = 0.5  # a stretch of speech begins at this probability …
_SILENCE = 0.35  # … and ends below this one, so that a soft syllable does not split it
_SHORTEST = 4  # frames (128 ms); clicks and whistles make shorter stretches, words do not
MARGIN = (
    15  # frames (480 ms) kept on either side: soft sounds score low, and the recogniser errs more without a lead-in
)
_PAUSE = 62  # frames (2 s); across a longer pause nothing is gained by transcribing together
_LONGEST = 625  # frames (20 s); a recogniser takes 30 s at most, and its memory grows with the square


def pieces(probabilities: NDArray[np.float32]) -> list[slice]:
    """Group speech into stretches that a recogniser can take.

    Args:
        probabilities: The probability of speech of each frame of `VAD_FRAME` samples.

    Returns:
        Slices of the samples, in order and apart, each at most 20 s; none when nobody speaks.
    """
    grouped: list[tuple[int, int]] = []
    for start, end in _stretches(probabilities):
        if grouped and start - grouped[-1][1] <= _PAUSE and end - grouped[-1][0] <= _LONGEST - 2 * MARGIN:
            grouped[-1] = (grouped[-1][0], end)
        else:
            grouped.append((start, end))
    if not grouped:
        return []
    limits = [0, *((before[1] + after[0]) // 2 for before, after in pairwise(grouped))]
    limits.append(len(probabilities))
    return [
        slice(max(start - MARGIN, low) * VAD_FRAME, min(end + MARGIN, high) * VAD_FRAME)
        for (start, end), (low, high) in zip(grouped, pairwise(limits), strict=True)
    ]


def _stretches(probabilities: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Unbroken speech as (first frame, frame after the last), none longer than a piece may be."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for at, probability in enumerate([*probabilities.tolist(), 0.0]):
        if start is None:
            start = at if probability >= _SPEECH else None
        elif probability < _SILENCE:
            if at - start >= _SHORTEST:
                found += _cut(start, at, probabilities)
            start = None
    return found


def _cut(start: int, end: int, probabilities: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Cut speech without a pause where it is most like one, in the last third of what fits."""
    cuts: list[tuple[int, int]] = []
    longest = _LONGEST - 2 * MARGIN
    while end - start > longest:
        search = start + longest * 2 // 3
        middle = search + int(np.argmin(probabilities[search : start + longest]))
        cuts.append((start, middle))
        start = middle
    return [*cuts, (start, end)]
