"""Lexical search: which chunks hold a query's words, by BM25 over the postings that FTS5 keeps."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tools.search.postings import counted, following, places

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.search.postings import Postings

# Every chunk that holds any of the words is visited, some thousand chunks a millisecond. So the rarest words are taken
# until this many visits; common ones, which decide little, are left out of a large index only.
_VISITS: Final = 12_000
_AT_LEAST: Final = 2  # words are kept however common they are
_MOST_WORDS: Final = 64  # of a query; nobody asks so much in one breath
# Two words that follow one another in the query are also looked up as a phrase ("prior authorization", "clinical
# trial"), if neither stands in more chunks than this: what a phrase is worth follows from how rare it is itself, so
# that this only bounds the cost. A smaller bound lost phrases of a subject that fills a handbook.
_PHRASED: Final = 3_000
# Words that only ask, and those that stand in every sentence. A passage is not the better for them, and what follows
# one of them in a question need not follow it in an answer. Words that may be a subject ("may", "will", "us") stay.
_ASKING_WORDS: Final = """
    a an and are as at be been by could did do does for from had has have how i in is me my of on or our should that the
    this to was we were what when where which who whom whose why with would you your
"""
_ASKING: Final = frozenset(_ASKING_WORDS.split())
# Added to the best BM25 possible before the share is taken, so that a query of words that stand everywhere is not
# taken for a perfect match. About one rare word's worth.
_DOUBT: Final = 5.0
_K1: Final = 1.2  # how soon a repeated word counts no more; the usual

_WORD = re.compile(r"[^\W_]+")  # so no quote, operator or control character of a query ever reaches FTS5


@dataclass(slots=True)
class Term:
    """A word of a query.

    Attributes:
        position: Of its word among the query's words, from 0.
        stem: As the index knows it.
        chunks: How many chunks hold it.
    """

    position: int
    stem: str
    chunks: int


class Lexicon:
    """What one state of an index knows of words; counts are remembered, since questions share their common words.

    Args:
        numbers: The chunks' row numbers, rising.
        lengths: How many words each has.

    Attributes:
        numbers: The chunks' row numbers, rising.
    """

    def __init__(self, numbers: NDArray[np.int64], lengths: NDArray[np.float64]) -> None:
        self.numbers = numbers
        mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
        self._lengths = lengths / mean
        self._counts: dict[str, int] = {}

    def shares(
        self,
        connection: sqlite3.Connection,
        query: str,
        *,
        context_weight: float,
        phrase_weight: float = 1.0,
        length_weight: float = 0.75,
    ) -> NDArray[np.float32]:
        """BM25 of every chunk as a share of what a chunk could reach at best.

        Args:
            connection: Within a transaction, prepared by `schema.prepare_queries`.
            query: Anything that a user may say.
            context_weight: How much a word in a chunk's context counts against one in its text.
            phrase_weight: How much two words that stand together count as a word more.
            length_weight: How far a chunk longer than the others is marked down, from 0 to 1; BM25's b.

        Returns:
            From 0 to 1 for each chunk, in the order of their numbers; unlike BM25 itself it can be compared between
            queries.
        """
        scores = np.zeros(len(self.numbers))
        terms = selected(self._terms(connection, telling(words(query))))
        if not terms:
            return scores.astype(np.float32)
        found = {term.position: self.places(connection, term.stem) for term in terms}
        for term in terms:
            self._add(scores, counted(found[term.position], context_weight), self._idf(term.chunks), length_weight)
        phrased = sorted(term.position for term in terms if term.chunks <= _PHRASED)
        for first, second in pairwise(phrased):
            if second == first + 1:
                phrase = counted(following(found[first], found[second]), context_weight)
                self._add(scores, phrase, phrase_weight * self._idf(len(phrase.numbers)), length_weight)
        best = sum(self._idf(term.chunks) for term in terms) * (_K1 + 1) + _DOUBT
        # Phrases come on top of the words they are made of.
        return np.minimum(scores / best, 1.0).astype(np.float32)

    def places(self, connection: sqlite3.Connection, stem: str) -> NDArray[np.int64]:
        """Every place of a word; see `postings.places`."""
        return places(connection, stem)

    def chunks(self, connection: sqlite3.Connection, stem: str) -> int:
        """How many chunks hold a word."""
        row = connection.execute("SELECT doc FROM frequencies WHERE term = ?", (stem,)).fetchone()
        return row[0] if row else 0

    def _add(self, scores: NDArray[np.float64], postings: Postings, idf: float, length_weight: float) -> None:
        """Add what a word or phrase is worth in the chunks that hold it."""
        at = np.searchsorted(self.numbers, postings.numbers)
        norms = _K1 * (1 - length_weight + length_weight * self._lengths[at])
        scores[at] += idf * (_K1 + 1) * postings.frequencies / (postings.frequencies + norms)

    def _idf(self, chunks: int) -> float:
        # Never below nothing: a name that most passages hold still tells them from the others.
        return math.log(1 + (len(self.numbers) - chunks + 0.5) / (chunks + 0.5))

    def _terms(self, connection: sqlite3.Connection, asked: Sequence[tuple[int, str]]) -> list[Term]:
        connection.execute("DELETE FROM query")
        connection.executemany("INSERT INTO query (rowid, word) VALUES (?, ?)", asked)
        stems: list[tuple[str, int]] = connection.execute(
            "SELECT term, min(doc) FROM query_terms GROUP BY term"
        ).fetchall()
        terms = [Term(position, stem, self._count(connection, stem)) for stem, position in stems]
        return [term for term in terms if term.chunks]

    def _count(self, connection: sqlite3.Connection, stem: str) -> int:
        known = self._counts.get(stem)
        if known is None:
            known = self.chunks(connection, stem)
            # There are only so many words in an index, and no end of those that are not.
            if known:
                self._counts[stem] = known
        return known


def words(query: str) -> list[str]:
    """The words of a query, each once, in order; none of them means anything to FTS5 but itself."""
    found = _WORD.findall(unicodedata.normalize("NFC", query).lower())
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def telling(asked: Sequence[str]) -> list[tuple[int, str]]:
    """The words of a query that say what it is about, with their positions; all of them where none does."""
    placed = list(enumerate(asked))
    return [(at, word) for at, word in placed if word not in _ASKING] or placed


def selected(terms: Sequence[Term]) -> list[Term]:
    """The terms worth looking up: the rarest, as long as there is time for them."""
    kept: list[Term] = []
    visits = 0
    for term in sorted(terms, key=lambda term: (term.chunks, term.position)):
        visits += term.chunks
        if len(kept) >= _AT_LEAST and visits > _VISITS:
            break
        kept.append(term)
    return kept
