"""Evidence of a whole set of queries, kept so that many weights can be tried without searching again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.search.fusion import Weights, fused, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tools.search.embedder import Embedder
    from tools.search.index import Evidence, LocalIndex

# What is tried when weights are fitted.
GRID = [Weights(meaning=meaning / 100, page=page) for meaning in range(30, 85, 5) for page in (0.0, 0.05, 0.1)]


@dataclass(frozen=True, slots=True)
class Query:
    """A query and what should be found.

    Attributes:
        text: The query.
        grades: What each right answer is worth.
    """

    text: str
    grades: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """One set, ready to be measured with any weights.

    Attributes:
        name: What the table calls it.
        metric: What is measured.
        target: What is to be reached.
        queries: The queries.
        evidence: For each query.
        names: What the measure calls each chunk.
        measure: Of one ranking.
        group: Sets of one group are never used to fit each other's weights.
    """

    name: str
    metric: str
    target: float
    queries: Sequence[Query]
    evidence: Sequence[Evidence]
    names: Sequence[str]
    measure: Callable[[Sequence[str], Mapping[str, float]], float]
    group: str

    def figure(self, weights: Weights) -> float:
        """The mean of the measure over all queries."""
        return float(
            np.mean(
                [
                    self.measure(self._ranking(evidence, weights), query.grades)
                    for query, evidence in zip(self.queries, self.evidence, strict=True)
                ]
            )
        )

    def _ranking(self, evidence: Evidence, weights: Weights) -> list[str]:
        scores = fused(evidence.meaning, evidence.words, weights)
        return [self.names[position] for position, _ in ranked(scores, evidence.pages, 10, weights)]


def gather(index: LocalIndex, embedder: Embedder, queries: Sequence[Query]) -> list[Evidence]:
    """Search an index for every query, without putting the scores together."""
    vectors = embedder.embed([query.text for query in queries])
    return [index.evidence(query.text, vector) for query, vector in zip(queries, vectors, strict=True)]


def fitted(sets: Sequence[Measured], table: Mapping[tuple[str, Weights], float]) -> Weights:
    """The weights that serve some sets best: the largest mean gain over their targets."""
    return max(GRID, key=lambda weights: float(np.mean([table[one.name, weights] - one.target for one in sets])))
