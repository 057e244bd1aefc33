"""Measures: how good a ranking is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def ndcg(ranking: Sequence[str], grades: Mapping[str, float], depth: int = 10) -> float:
    """Normalised discounted cumulative gain.

    Args:
        ranking: What was found, best first.
        grades: What should have been found, and how much each is worth.
        depth: How far down the ranking counts.
    """
    gained = sum(grades.get(found, 0.0) / math.log2(place + 2) for place, found in enumerate(ranking[:depth]))
    ideal = sorted(grades.values(), reverse=True)[:depth]
    best = sum(grade / math.log2(place + 2) for place, grade in enumerate(ideal))
    return gained / best if best else 0.0


def hit(ranking: Sequence[str], grades: Mapping[str, float], depth: int) -> float:
    """1 if anything right is among the first, else 0."""
    return float(any(found in grades for found in ranking[:depth]))
