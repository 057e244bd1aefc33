"""Fusion: one score out of what words and meaning say, and one passage for each page.

Scores are added, never ranks: merging ranks with equal weights lost more than half of what meaning alone had found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CANDIDATES = 20  # chunks looked at for each passage wanted, since some fall together on a page


@dataclass(frozen=True, slots=True)
class Weights:
    """How scores are put together. One setting serves every kind of document; see docs/benchmarks.md.

    Attributes:
        meaning: The share of the vectors' cosine; the words' BM25 share has the rest.
        context: How much a word in the title or a heading counts against one in the text.
        phrase: How much two words that follow one another count as a word more.
        length: How far a chunk longer than the others is marked down (BM25's b). Less than whole documents usually
            are, since chunks are cut to a size and a longer one hardly says the same in more words.
        feedback: How far the query's meaning is moved towards that of the first passages found; 0 for not at all.
        page: What the second best chunk of a page adds to the best, as a factor.
    """

    meaning: float = 0.65
    context: float = 1.5
    phrase: float = 0.5
    length: float = 0.5
    feedback: float = 0.15
    page: float = 0.0


def fused(meaning: NDArray[np.float32], words: NDArray[np.float32], weights: Weights) -> NDArray[np.float32]:
    """The score of each chunk, from 0 to 1.

    Args:
        meaning: Cosines with the query.
        words: BM25 as a share of the possible.
        weights: How to put them together.
    """
    both = weights.meaning * np.maximum(meaning, 0) + (1 - weights.meaning) * words
    return both.astype(np.float32)


def ranked(
    scores: NDArray[np.float32], pages: NDArray[np.int64], top: int, weights: Weights
) -> list[tuple[int, float]]:
    """The best chunks, no two of one page.

    Args:
        scores: Of each chunk.
        pages: Which page each stands on, as any number.
        top: How many at most.
        weights: How much a second chunk of a page adds.

    Returns:
        Positions and scores, best first.
    """
    count = min(len(scores), _CANDIDATES * top)
    if count <= 0:
        return []
    candidates = np.argpartition(scores, -count)[-count:]
    # Ties by position, so that an index answers the same way every time.
    candidates = candidates[np.lexsort((candidates, -scores[candidates]))]
    best: dict[int, int] = {}
    total: dict[int, float] = {}
    seconds: set[int] = set()
    for position in candidates.tolist():
        page = int(pages[position])
        if page not in best:
            best[page], total[page] = position, float(scores[position])
        elif page not in seconds:
            seconds.add(page)
            total[page] += weights.page * float(scores[position])
    order = sorted(best, key=lambda page: (-total[page], best[page]))[:top]
    return [(best[page], min(1.0, total[page])) for page in order]
