"""Doubt: whether the passages answer the question at all, as a small logistic model of what the reading found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from agent.engine.thinking import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.reading import Reading

SAME = 0.7  # cosine of two words, each in its sentence, from which they may mean the same
# Fitted by `tests/quality/fit_doubt.py` on questions whose right documents were there or held back, of several sets;
# it prints these lines.
WEIGHTS = (-10.411, 1.617, 1.336)
BIAS = 6.018
THRESHOLD = 0.587


def doubtful(reading: Reading) -> bool:
    """Whether it had better be said that the passages do not answer."""
    return doubt(features(reading)) > THRESHOLD


def doubt(values: Sequence[float], weights: Sequence[float] = WEIGHTS, bias: float = BIAS) -> float:
    """The log odds that the passages do not answer."""
    return bias + math.fsum(weight * value for weight, value in zip(weights, values, strict=True))


def features(reading: Reading) -> tuple[float, float, float]:
    """What the doubt is made of; nothing in it depends on the search's own scores or on any subject.

    Returns:
        How like the question the best sentence is (cosine); how far the words that the question is about are from
        anything that the sentences say, `SAME` being near enough, together; how many words of the names in the question
        stand in no passage.
    """
    likeness = float(reading.likeness[reading.scores.argmax()]) if len(reading.likeness) else 0.0
    unsaid = float(np.maximum(0.0, SAME - reading.closeness).sum())
    return likeness, unsaid, float(_strangers(reading))


def _strangers(reading: Reading) -> int:
    """How many words of the names in the question stand in no passage."""
    named = [stem for run in words.capitalised(reading.question) for stem in words.stems(run)]
    if not named:
        return 0
    held = frozenset[str]().union(*(words.stems(f"{passage.name} {passage.text}") for passage in reading.passages))
    return sum(stem not in held for stem in named)
