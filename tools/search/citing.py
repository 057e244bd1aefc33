"""Citing: which of the passages that were retrieved bear out a spoken answer. Nothing is ever cited that was not."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Of the answer found in the passage that holds most of it: below this nothing was taken from the documents, such as
# when the answer is that they do not say. Sources under it would claim the opposite.
_FROM_ELSEWHERE = 0.15
_BEARS_OUT = 0.8  # of the answer found in a passage: it stands before better ranked ones that say less of it
_WORD = re.compile(r"[^\W_]+")


def cite(answer: str, retrieved: Sequence[Mapping[str, Any]], *, limit: int = 3) -> list[dict[str, Any]]:
    """Pick the passages to show with an answer.

    First the one that holds most of the answer's words, weighed by how few passages hold them and counting words that
    follow one another as in the answer; then others that hold nearly all of it; then the best ranked.

    Args:
        answer: What was said.
        retrieved: Citations as `Passage.citation` makes them, best first as each search gave them.
        limit: How many at most.

    Returns:
        Copies of citations retrieved, none twice; none at all where no passage holds anything of the answer.
    """
    passages = _distinct(retrieved)
    ranks = sorted(range(len(passages)), key=lambda position: -_score(passages[position]))
    texts = [str(passage.get("text", "")) for passage in passages]
    support = _support(answer, texts)
    if all(texts) and max(support, default=0.0) < _FROM_ELSEWHERE:
        return []
    first = sorted(ranks, key=lambda position: -support[position])
    bearing = [position for place, position in enumerate(first) if support[position] >= (_BEARS_OUT if place else 1e-9)]
    return [dict(passages[position]) for position in list(dict.fromkeys([*bearing, *ranks]))[:limit]]


def _distinct(retrieved: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each passage once, as it was ranked highest: two searches in one turn often find the same."""
    best: dict[object, Mapping[str, Any]] = {}
    for passage in retrieved:
        key = (passage.get("document"), passage.get("id"))
        if key not in best or _score(passage) > _score(best[key]):
            best[key] = passage
    return list(best.values())


def _score(passage: Mapping[str, Any]) -> float:
    score = passage.get("score")
    return float(score) if isinstance(score, int | float) else 0.0


def _support(answer: str, texts: Sequence[str]) -> list[float]:
    """How much of the answer each text holds, from 0 to 1."""
    asked = _features(answer)
    held = [_features(text) for text in texts]
    weights = {
        feature: math.log(1 + len(texts) / max(1, sum(feature in features for features in held))) for feature in asked
    }
    total = sum(weights.values()) or 1.0
    return [sum(weights[feature] for feature in asked & features) / total for features in held]


def _features(text: str) -> set[tuple[str, ...]]:
    """Words and pairs of neighbours; pairs tell a sentence that was quoted from one on the same subject."""
    words = [word.lower() for word in _WORD.findall(text)]
    return {(word,) for word in words} | set(pairwise(words))
