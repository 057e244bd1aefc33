"""Doubt: whether the passages answer the question at all, as a small logistic model of what the reading found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from agent.engine.thinking import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.reading import Reading

# Fitted by `tests/quality/fit_doubt.py` on questions whose right documents were there or held back, of several sets;
# it prints these lines.
WEIGHTS = (-9.862, -1.047, 0.366)
BIAS = 6.322
THRESHOLD = 0.810


def doubtful(reading: Reading) -> bool:
    """Whether it had better be said that the passages do not answer."""
    return doubt(features(reading)) > THRESHOLD


def doubt(values: Sequence[float], weights: Sequence[float] = WEIGHTS, bias: float = BIAS) -> float:
    """The log odds that the passages do not answer."""
    return bias + math.fsum(weight * value for weight, value in zip(weights, values, strict=True))


def features(reading: Reading) -> tuple[float, float, float]:
    """What the doubt is made of; nothing in it depends on the search's own scores or on any subject.

    Returns:
        How like the question the best sentence is (cosine), how much of the question's content the sentence that has
        most of it has under its heading (0 to 1), how many of the words that the question is about stand in no passage.
    """
    subject = words.subject_stems(reading.question)
    if not len(reading.likeness):
        return 0.0, 0.0, float(len(subject))
    held = frozenset[str]().union(*(words.stems(f"{passage.name} {passage.text}") for passage in reading.passages))
    missing = sum(stem not in held for stem in subject)
    return float(reading.likeness[reading.scores.argmax()]), float(reading.shares.max()), float(missing)
