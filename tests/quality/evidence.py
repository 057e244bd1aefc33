"""Evidence of a whole set of queries, kept so that many weights can be tried without searching again."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.search.fusion import Weights, ranked
from tools.search.queries import embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tools.search.embedder import Embedder
    from tools.search.evidence import Evidence
    from tools.search.index import LocalIndex

FOLDS = 5
# What is tried when weights are fitted.
GRID = [
    Weights(meaning=meaning / 100, feedback=feedback, page=page)
    for meaning in range(60, 75, 5)
    for feedback in (0.0, 0.15, 0.3)
    for page in (0.0, 0.05)
]
# The yardsticks: BM25 as every textbook has it, title and headings being part of the text; and cosines alone.
BM25 = Weights(meaning=0.0, context=1.0, phrase=0.0, length=0.75, feedback=0.0, page=0.0)
VECTORS = Weights(meaning=1.0, feedback=0.0, page=0.0)


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
        plain: For each query, its words counted as `BM25` has them.
        names: What the measure calls each chunk.
        measure: Of one ranking.
        group: Sets of one group are never used to fit each other's weights.
    """

    name: str
    metric: str
    target: float
    queries: Sequence[Query]
    evidence: Sequence[Evidence]
    plain: Sequence[Evidence]
    names: Sequence[str]
    measure: Callable[[Sequence[str], Mapping[str, float]], float]
    group: str

    def each(self, weights: Weights) -> NDArray[np.float64]:
        """The measure of every query."""
        evidence = self.plain if weights == BM25 else self.evidence
        return np.array(
            [
                self.measure(self._ranking(one, weights), query.grades)
                for query, one in zip(self.queries, evidence, strict=True)
            ]
        )

    def folds(self) -> NDArray[np.int64]:
        """The fold of every query, by its text: the same query falls into the same fold in every set and run."""
        return np.array([zlib.crc32(query.text.encode()) % FOLDS for query in self.queries])

    def _ranking(self, evidence: Evidence, weights: Weights) -> list[str]:
        best = ranked(evidence.scores(weights), evidence.pages, 10, weights)
        return [self.names[position] for position, _ in best]


def gather(
    index: LocalIndex, embedder: Embedder, queries: Sequence[Query], weights: Weights | None = None
) -> list[Evidence]:
    """Search an index for every query, without putting the scores together.

    Args:
        index: The index.
        embedder: Embeds the queries.
        queries: The queries.
        weights: How words are counted; None for as they are in use.
    """
    index.weights = weights or Weights()
    vectors = embedded([query.text for query in queries], embedder)
    return [index.evidence(query.text, vector) for query, vector in zip(queries, vectors, strict=True)]


class Fitting:
    """Chooses weights for some queries by how they do on others.

    Args:
        sets: All sets.
    """

    def __init__(self, sets: Sequence[Measured]) -> None:
        self._sets = sets
        self._each = {(one.name, weights): one.each(weights) for one in sets for weights in GRID}
        self._folds = {one.name: one.folds() for one in sets}

    def by_folds(self, one: Measured) -> float:
        """The figure of a set where each fold's weights were fitted on the other folds of all sets."""
        figures = self._each[one.name, GRID[0]] * 0.0
        for fold in range(FOLDS):
            weights = self._best(self._sets, lambda name, fold=fold: self._folds[name] != fold)
            held = self._folds[one.name] == fold
            figures[held] = self._each[one.name, weights][held]
        return float(figures.mean())

    def by_others(self, one: Measured) -> float | None:
        """The figure of a set with weights fitted on the other groups alone; None where there are none."""
        others = [other for other in self._sets if other.group != one.group]
        if not others:
            return None
        weights = self._best(others, lambda name: self._folds[name] >= 0)
        return float(self._each[one.name, weights].mean())

    def _best(self, sets: Sequence[Measured], chosen: Callable[[str], NDArray[np.bool_]]) -> Weights:
        """The weights of the best mean over groups; how far apart sets are does not count, only what weights change."""

        def worth(weights: Weights) -> float:
            groups: dict[str, list[float]] = {}
            for one in sets:
                groups.setdefault(one.group, []).append(float(self._each[one.name, weights][chosen(one.name)].mean()))
            return float(np.mean([np.mean(figures) for figures in groups.values()]))

        return max(GRID, key=worth)
