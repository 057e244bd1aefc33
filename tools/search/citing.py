"""Citing: which of the passages that were retrieved bear out a spoken answer. Nothing is ever cited that was not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tools.search.markers import naming
from tools.search.sentences import sentence_spans
from tools.search.supporting import features, found_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.search.supporting import Features

# Of what was said found in the passage that holds most of it: below this nothing was taken from the documents, such as
# when the answer is that they do not say. Sources under it would claim the opposite.
_FROM_ELSEWHERE = 0.15
_BEARS_OUT = 0.8  # of the answer found in a passage: it stands before better ranked ones that say less of it
_AS_WELL = 0.8  # of what the best passage holds of a sentence: another that holds so much bears it out too
_EACH = 2  # sources of one sentence
_MOST = 8  # sources of one answer, however many sentences it has


def cite(
    answer: str, retrieved: Sequence[Mapping[str, Any]], earlier: Sequence[Mapping[str, Any]] = (), *, limit: int = 3
) -> list[dict[str, Any]]:
    """Pick the passages to show with an answer, and say which sentence each of them bears out.

    First the one that holds most of the answer's words, weighed by how few passages hold them and counting words that
    follow one another as in the answer; then others that hold nearly all of it, or most of one of its sentences; then
    the best ranked, which bear out nothing by themselves. Where the answer names passages, by `[2]`, `【2】` or their
    ids, they narrow the choice; what it names that was not retrieved counts for nothing.

    Args:
        answer: What was said.
        retrieved: Citations as `Passage.citation` makes them, best first as each search gave them.
        earlier: Citations of former turns, which the answer can only name by their ids.
        limit: How many at most, unless more sentences than that have each a source of its own.

    Returns:
        Copies of citations retrieved, none twice; none at all where no passage holds anything of the answer. Each has
        `supports`, one for each sentence that it bears out: `from` and `to`, the sentence's characters in the answer;
        `text`, the narrowest stretch of the passage that says it; `offset`, where that begins in the passage's text;
        `start` and `end`, its characters in the text of the page, None where the passage does not tell its own.
    """
    passages = _distinct([*retrieved, *earlier])
    known = {_key(passage) for passage in retrieved}
    current = [position for position, passage in enumerate(passages) if _key(passage) in known]
    texts = [str(passage.get("text", "")) for passage in passages]
    plain, named = naming(answer, [str(passage.get("id", "")) for passage in passages], _numbered(retrieved, passages))
    weigh = _Weighing(plain, texts)
    supports: dict[int, list[dict[str, Any]]] = {}
    for start, end in sentence_spans(plain):
        mine = [position for at, position in named if start <= at < end]
        # A name that the words belie is no help; the sentence then has whatever source its words show.
        bearing = weigh.bearing(plain[start:end], mine, named=True) or weigh.bearing(plain[start:end], current)
        for position in bearing:
            support = found_in(passages[position], texts[position], weigh.weights(features(plain[start:end])))
            supports.setdefault(position, []).append({"from": start, "to": end, **support})
    chosen = _chosen(passages, current, supports, weigh, limit, narrowed=bool(named))
    return [{**passages[position], "supports": supports.get(position, [])} for position in chosen]


def _chosen(
    passages: Sequence[Mapping[str, Any]],
    current: Sequence[int],
    supports: Mapping[int, object],
    weigh: _Weighing,
    limit: int,
    *,
    narrowed: bool,
) -> list[int]:
    first = sorted(supports, key=lambda position: -weigh.whole[position])
    if narrowed and first:
        return first[:_MOST]
    ranks = sorted(current, key=lambda position: -_score(passages[position]))
    if (
        not first
        and all(weigh.texts)
        and max((weigh.whole[position] for position in ranks), default=0.0) < _FROM_ELSEWHERE
    ):
        return []
    order = sorted(ranks, key=lambda position: -weigh.whole[position])
    bearing = [at for place, at in enumerate(order) if weigh.whole[at] >= (_BEARS_OUT if place else 1e-9)]
    whole = list(dict.fromkeys([*bearing, *first, *ranks]))
    # What bears a sentence out comes first, so that its number does not depend on what was only read.
    return sorted(whole[: min(_MOST, max(limit, len(first)))], key=lambda position: position not in supports)


class _Weighing:
    """What each of some texts holds of an answer."""

    def __init__(self, answer: str, texts: Sequence[str]) -> None:
        self.texts = texts
        self._held = [features(text) for text in texts]
        self.whole = self.shares(features(answer))

    def weights(self, asked: Features) -> dict[tuple[str, ...], float]:
        """What each of these features tells the texts apart by."""
        count = len(self._held)
        return {each: math.log(1 + count / max(1, sum(each in held for held in self._held))) for each in asked}

    def shares(self, asked: Features) -> list[float]:
        """How much of these features each text holds, from 0 to 1."""
        weights = self.weights(asked)
        total = math.fsum(weights.values()) or 1.0
        return [math.fsum(weights[each] for each in asked & held) / total for held in self._held]

    def bearing(self, sentence: str, among: Sequence[int], *, named: bool = False) -> list[int]:
        """The texts that bear out a sentence, best first; a question states nothing that could be borne out."""
        if sentence.rstrip().endswith(("?", "\uff1f")):
            return []
        shares = self.shares(features(sentence))
        best = max((shares[position] for position in among), default=0.0)
        if named and max(shares, default=0.0) < _FROM_ELSEWHERE:
            # Nothing that was found has its words: it is said in others, or another language; the name is all there is.
            return list(dict.fromkeys(among))[:_EACH] if any(char.isalnum() for char in sentence) else []
        enough = max(_FROM_ELSEWHERE, _AS_WELL * best)
        found = [position for position in dict.fromkeys(among) if shares[position] >= enough]
        return sorted(found, key=lambda position: -shares[position])[:_EACH]


def _key(passage: Mapping[str, Any]) -> tuple[str, str]:
    # Citations may come from anybody's tool; one without an id is known by its text.
    return str(passage.get("document")), str(passage.get("id") or passage.get("text"))


def _numbered(retrieved: Sequence[Mapping[str, Any]], passages: Sequence[Mapping[str, Any]]) -> list[int]:
    """Position among the distinct passages of each one retrieved, in the order in which the model was shown them."""
    place = {_key(passage): position for position, passage in enumerate(passages)}
    return [place[_key(passage)] for passage in retrieved]


def _distinct(retrieved: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each passage once, as it was ranked highest: two searches in one turn often find the same."""
    best: dict[object, Mapping[str, Any]] = {}
    for passage in retrieved:
        key = _key(passage)
        if key not in best or _score(passage) > _score(best[key]):
            best[key] = passage
    return list(best.values())


def _score(passage: Mapping[str, Any]) -> float:
    score = passage.get("score")
    return float(score) if isinstance(score, int | float) else 0.0
