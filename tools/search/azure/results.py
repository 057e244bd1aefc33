"""Results: what the service found, as passages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tools.search.azure.keys import id_of
from tools.search.backend import Passage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.search.azure.layout import Layout

_RERANKER_BEST: Final = 4.0  # the semantic ranker gives 0 (irrelevant) to 4 (answers it fully)
_RRF_SHARE: Final = 1 / 60  # what the first place of one list adds to a score when lists are fused
_BM25_HALF: Final = 5.0  # the BM25 score that counts as one half
_WINDOW: Final = 1200  # characters; of a longer passage the part around what answers is shown
_PAGE = re.compile(r"(?:page=|-)(\d{1,6})(?:\.\w+)?\Z|\A(\d{1,6})\Z")
_BREAK = re.compile("(?<=[.!?\u2026])\\s+|\n+")


def score_of(result: Mapping[str, Any], *, lists: int) -> float:
    """A result's relevance from 0 to 1.

    Where the semantic ranker has seen it, a quarter of its score. Else, where lists were fused, its share of the best
    score that they could give together. Else BM25, which has no upper limit, as s / (s + 5).

    Args:
        result: A result of the service.
        lists: How many lists were fused: one of words, and one of vectors.
    """
    ranked = result.get("@search.reranker_score")
    score = float(ranked if ranked is not None else result.get("@search.score") or 0.0)
    if ranked is not None:
        score /= _RERANKER_BEST
    elif lists > 1:
        score /= lists * _RRF_SHARE
    else:
        score /= score + _BM25_HALF
    return min(max(score, 0.0), 1.0)


def passage_of(result: Mapping[str, Any], layout: Layout, *, score: float, focus: str = "") -> Passage | None:
    """A result as a passage; None where it holds no text.

    Args:
        result: The fields of a passage, by the index's names.
        layout: What they mean.
        score: Its relevance.
        focus: The part of its text that answers best, if the service told: of a long text only its surroundings count.
    """
    text = _text(result, layout.text)
    if not text.strip():
        return None
    key = _text(result, layout.key)
    url = _text(result, layout.url).strip()
    title = _text(result, layout.title)
    document = _text(result, layout.document) or title or url or key
    page = result.get(layout.page) if layout.page else None
    begins, text = _around(text, focus)
    # Another's passages do not say where in their document they stand.
    start = begins + (_number(result.get("start")) or 0) if layout.ours else 0
    return Passage(
        id=id_of(key) if layout.ours else key,
        document=document,
        title=title or document,
        text=text,
        score=score,
        page=_number(page),
        headings=_headings(result.get("headings")) if layout.ours else (),
        start=start,
        end=start + len(text),
        # Nothing else is an address that a browser may be sent to.
        url=url if url.startswith(("https://", "http://")) else None,
    )


def _text(result: Mapping[str, Any], name: str | None) -> str:
    value = result.get(name) if name else None
    return value if isinstance(value, str) else "" if value is None else str(value)


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        found = _PAGE.search(value)
        return int(found[1] or found[2]) if found else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _headings(value: Any) -> tuple[str, ...]:
    try:
        return tuple(str(each) for each in json.loads(value)) if isinstance(value, str) else ()
    except ValueError:
        return ()


def _around(text: str, focus: str) -> tuple[int, str]:
    """The part of a long text that holds what answers, in whole sentences, and where it begins."""
    at = text.find(focus) if focus else -1
    if len(text) <= _WINDOW or at < 0:
        return 0, text
    room = max(0, _WINDOW - len(focus)) // 2
    earliest, latest = max(0, at - room), min(len(text), at + len(focus) + room)
    begin = next((m.end() for m in _BREAK.finditer(text, earliest, at)), at) if earliest else 0
    ends = [m.start() for m in _BREAK.finditer(text, at + len(focus), latest)]
    end = len(text) if latest == len(text) else (ends[-1] if ends else at + len(focus))
    return begin, text[begin:end]
