"""Lexical search: which chunks hold a query's words, by BM25 in FTS5."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from numpy.typing import NDArray

# FTS5 visits every chunk that holds any of the words, some thousand chunks a millisecond. So the rarest words are
# taken until this many visits; common ones, which decide little, are left out of a large index only.
_VISITS: Final = 12_000
# Of what was found, so many of the best are taken over: making rows of the rest costs more than finding them, and a
# chunk that thousands of others beat by its words can only be found by its meaning.
_BEST: Final = 4_000
_AT_LEAST: Final = 2  # words are kept however common they are
_MOST_WORDS: Final = 64  # of a query; FTS5 refuses very large expressions
# Two words that follow one another in the query are also looked up as a phrase ("prior authorization", "clinical
# trial"), if neither stands in more chunks than this: phrases of common words say little and cost much.
_RARE: Final = 300
# Added to the best BM25 possible before the share is taken, so that a query of words that stand everywhere is not
# taken for a perfect match. About one rare word's worth.
_DOUBT: Final = 5.0
_K1: Final = 1.2  # of FTS5's bm25, which does not let one choose
_LEAST_IDF: Final = 1e-6  # FTS5's floor for a word that stands in more than half of the chunks

_WORD = re.compile(r"[^\W_]+")  # so no quote, operator or control character of a query ever reaches FTS5


@dataclass(slots=True)
class Term:
    """A word of a query.

    Attributes:
        word: As it stands in the query.
        stem: As the index knows it.
        chunks: How many chunks hold it.
    """

    word: str
    stem: str
    chunks: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The chunks that hold words of a query.

    Attributes:
        numbers: The chunks' row numbers.
        shares: For each, BM25 as a share of what a chunk could reach at best, from 0 to 1; unlike BM25 itself this
            can be compared between queries.
    """

    numbers: NDArray[np.int64]
    shares: NDArray[np.float32]


NO_MATCHES = Matches(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


@dataclass(slots=True)
class Lexicon:
    """What one state of an index knows of words; counts are remembered, since questions share their common words.

    Attributes:
        chunks: How many chunks there are.
    """

    chunks: int
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    def matches(self, connection: sqlite3.Connection, query: str, *, context_weight: float) -> Matches:
        """Find the chunks that hold words of a query.

        Args:
            connection: Within a transaction, prepared by `schema.prepare_queries`.
            query: Anything that a user may say.
            context_weight: How much a word in a chunk's context counts against one in its text.
        """
        asked = words(query)
        terms = selected(self._terms(connection, asked))
        if not terms:
            return NO_MATCHES
        rows = connection.execute(
            "SELECT number, score FROM (SELECT rowid AS number, -bm25(words, 1.0, ?) AS score FROM words"
            " WHERE words MATCH ? ORDER BY score DESC LIMIT ?) ORDER BY number",
            (context_weight, _expression(terms, asked), _BEST),
        ).fetchall()
        table = np.array(rows, dtype=np.float64).reshape(-1, 2)
        best = sum(self._idf(term) for term in terms) * (_K1 + 1) + _DOUBT
        # Phrases come on top of the words they are made of.
        shares = np.minimum(table[:, 1] / best, 1.0)
        return Matches(table[:, 0].astype(np.int64), shares.astype(np.float32))

    def _idf(self, term: Term) -> float:
        return max(_LEAST_IDF, math.log((self.chunks - term.chunks + 0.5) / (term.chunks + 0.5)))

    def _terms(self, connection: sqlite3.Connection, asked: Sequence[str]) -> list[Term]:
        connection.execute("DELETE FROM query")
        connection.executemany("INSERT INTO query (rowid, word) VALUES (?, ?)", enumerate(asked))
        stems: list[tuple[str, int]] = connection.execute(
            "SELECT term, min(doc) FROM query_terms GROUP BY term"
        ).fetchall()
        terms = [Term(asked[position], stem, self._count(connection, stem)) for stem, position in stems]
        return [term for term in terms if term.chunks]

    def _count(self, connection: sqlite3.Connection, stem: str) -> int:
        known = self._counts.get(stem)
        if known is None:
            row = connection.execute("SELECT doc FROM frequencies WHERE term = ?", (stem,)).fetchone()
            known = self._counts[stem] = row[0] if row else 0
        return known


def words(query: str) -> list[str]:
    """The words of a query, each once, in order; none of them means anything to FTS5 but itself."""
    found = _WORD.findall(unicodedata.normalize("NFC", query).lower())
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def _expression(terms: Sequence[Term], asked: Sequence[str]) -> str:
    rare = {term.word for term in terms if term.chunks <= _RARE}
    phrases = [" ".join(pair) for pair in pairwise(asked) if rare.issuperset(pair)]
    return " OR ".join(f'"{phrase}"' for phrase in [*(term.word for term in terms), *phrases])


def selected(terms: Sequence[Term]) -> list[Term]:
    """The terms worth looking up: the rarest, as long as there is time for them."""
    kept: list[Term] = []
    visits = 0
    for term in sorted(terms, key=lambda term: (term.chunks, term.word)):
        visits += term.chunks
        if len(kept) >= _AT_LEAST and visits > _VISITS:
            break
        kept.append(term)
    return kept
