"""Evidence: what speaks for each chunk of an index, and the score that is made of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tools.search.fusion import Weights, fused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.search.vectors import VectorTable

_FIRST: Final = 3  # passages that show what the query means; more would drag it away from the question


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each chunk, before it is put together.

    Attributes:
        numbers: The chunks' row numbers.
        pages: Which page each stands on, as any number.
        meaning: The cosines with the query.
        words: BM25 as a share of the possible.
        vectors: The chunks' vectors.
    """

    numbers: NDArray[np.int64]
    pages: NDArray[np.int64]
    meaning: NDArray[np.float32]
    words: NDArray[np.float32]
    vectors: VectorTable

    def scores(self, weights: Weights) -> NDArray[np.float32]:
        """The score of each chunk, from 0 to 1.

        A question has few words, so its vector says little. The passages that were found first by words and meaning
        together mostly treat its subject, in the words of the documents: the query is moved a little towards them and
        compared once more.

        Args:
            weights: How to put the evidence together.
        """
        first = fused(self.meaning, self.words, weights)
        if not weights.feedback or not weights.meaning:
            return first
        return fused(_moved(self.meaning, self.vectors, first, weights.feedback), self.words, weights)


def _moved(
    meaning: NDArray[np.float32], vectors: VectorTable, scores: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    """The cosines with a query that was moved towards the chunks of the best scores."""
    best = _best(scores)
    total = float(scores[best].sum())
    if total <= 0:
        return meaning
    shares: NDArray[np.float32] = scores[best] * np.float32(share / total)
    towards = shares @ vectors.rows(best)
    # The new query is the old one and this; its length follows from cosines that are known already.
    length = math.sqrt(1 + 2 * float(shares @ meaning[best]) + float(towards @ towards))
    return (meaning + vectors.similarities(towards)) / np.float32(length)


def _best(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """The positions of the best scores; one after the other, which for so few is quicker than a partition."""
    left = scores.copy()
    found: list[int] = []
    for _ in range(min(_FIRST, len(left))):
        found.append(int(left.argmax()))
        left[found[-1]] = -np.inf
    return np.array(found, dtype=np.int64)
