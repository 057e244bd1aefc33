"""Near-duplicates: the same text in several files, formats or versions is shown once, and says where else it stands.

Two passages are the same when one holds the other word for word, or when nearly all of one is the beginning or the end
of the other: the formats of a document are cut at other places. Where they differ by a single word in between, they are
not the same: one figure, one name or one "not" is what a question may be about.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tools.search.backend import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.search.backend import Passage

_WORD = re.compile(r"[^\W_]+")
_SHARED: Final = 0.8  # of the shorter passage's words that must begin or end the other
_SHORTEST: Final = 8  # words; shorter texts are alike by chance ("See page 4."), unless they are equal


@dataclass(slots=True)
class _Kept:
    passage: Passage
    words: list[str]
    also: list[Place]


def merged(passages: Iterable[Passage], top: int) -> list[Passage]:
    """The best passages, each text once.

    Args:
        passages: Best first, more than are wanted.
        top: How many are wanted.

    Returns:
        At most that many, best first; of equal ones the better, which names the others' places.
    """
    kept: list[_Kept] = []
    for passage in passages:
        words = _words(passage.text)
        same = next((one for one in kept if same_text(words, one.words)), None)
        if same is not None:
            same.also += [
                place
                for place in (Place(passage.document, passage.page), *passage.also)
                if place not in same.also and place != Place(same.passage.document, same.passage.page)
            ]
        elif len(kept) < top:
            kept.append(_Kept(passage, words, list(passage.also)))
    return [replace(one.passage, also=tuple(one.also)) for one in kept]


def same_text(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether two texts are one, cut at other places.

    Args:
        first: The words of one.
        second: The words of the other.
    """
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < _SHORTEST:
        return list(first) == list(second)
    if f" {' '.join(shorter)} " in f" {' '.join(longer)} ":
        return True
    least = math.ceil(_SHARED * len(shorter))
    return any(
        shorter[:length] == longer[-length:] or shorter[-length:] == longer[:length]
        for length in range(least, len(shorter))
    )


def _words(text: str) -> list[str]:
    """The words, whatever the marks, the case and the width of letters in a format."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
