"""Supporting: the stretch of a passage that says what a sentence of an answer says."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from tools.search.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Mapping

Features: TypeAlias = "set[tuple[str, ...]]"

_ENOUGH = 0.9  # of what a whole passage holds of a sentence: a stretch of it that holds so much says it
# Scripts without spaces are compared by their characters.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(f"(?:(?![{_CJK}])[^\\W_])+|[{_CJK}]")


def features(text: str) -> Features:
    """Words and pairs of neighbours; pairs tell a sentence that was quoted from one on the same subject."""
    words = [word.lower() for word in _WORD.findall(text)]
    return {(word,) for word in words} | set(pairwise(words))


def found_in(passage: Mapping[str, Any], text: str, weights: Mapping[tuple[str, ...], float]) -> dict[str, Any]:
    """Find the narrowest stretch of a passage that says something.

    Args:
        passage: The passage's citation, which tells where it stands on its page.
        text: Its text.
        weights: Features of what was said, with what each is worth.

    Returns:
        `text` and `offset` of the stretch in the passage, `start` and `end` on the page: None where nobody knows.
    """
    start, end = _narrowest(text, weights)
    return {"text": text[start:end], "offset": start, **_on_page(passage, start, end)}


def _on_page(passage: Mapping[str, Any], start: int, end: int) -> dict[str, int | None]:
    first, last = passage.get("start"), passage.get("end")
    # A passage that runs on over the page's end has more text than the page has of it.
    if isinstance(first, int) and isinstance(last, int) and first >= 0 and first + end <= last:
        return {"start": first + start, "end": first + end}
    return {"start": None, "end": None}


def _narrowest(text: str, weights: Mapping[tuple[str, ...], float]) -> tuple[int, int]:
    """The shortest run of a text's sentences that holds nearly all that the whole of it holds of what was said."""
    spans = sentence_spans(text)
    held = [weights.keys() & features(text[start:end]) for start, end in spans]
    wanted = _ENOUGH * _worth(set[tuple[str, ...]]().union(*held), weights)
    best = (spans[0][0], spans[-1][1]) if spans else (0, len(text))
    for first, (start, _) in enumerate(spans if wanted else ()):
        gathered: Features = set()
        for found, (_, end) in zip(held[first:], spans[first:], strict=True):
            gathered |= found
            if end - start >= best[1] - best[0]:
                break
            if _worth(gathered, weights) >= wanted:
                best = (start, end)
                break
    return best


def _worth(found: Features, weights: Mapping[tuple[str, ...], float]) -> float:
    return math.fsum(weights[feature] for feature in found)
