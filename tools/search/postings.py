"""Postings: where a word stands, read out of FTS5 in one piece, and how long each chunk is.

FTS5 finds a word's places at millions a second, but its `bm25` looks each row up again and costs five times as much;
and a row handed to Python costs more than finding it. So the places of a word come as one text of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import sqlite3

    from numpy.typing import NDArray

# A place is one number: the row, a bit for the context, and the word's position in 24 bits.
_PLACES: Final = "SELECT group_concat((doc << 25) + ((col = 'context') << 24) + offset) FROM places WHERE term = ?"
_ROW: Final = 25
_CONTEXT: Final = 24


@dataclass(frozen=True, slots=True)
class Postings:
    """The chunks that hold a word or phrase.

    Attributes:
        numbers: The chunks' row numbers, each once, rising.
        frequencies: How often it stands in each, a place in the context counting as much as told.
    """

    numbers: NDArray[np.int64]
    frequencies: NDArray[np.float64]


def places(connection: sqlite3.Connection, stem: str) -> NDArray[np.int64]:
    """Every place of a word, one number each, rising within a row.

    Args:
        connection: Within a transaction, prepared by `schema.prepare_queries`.
        stem: The word as the index knows it.
    """
    found: str | None = connection.execute(_PLACES, (stem,)).fetchone()[0]
    return np.fromstring(found, dtype=np.int64, sep=",") if found else np.empty(0, dtype=np.int64)


def rows(found: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row number of each place."""
    return found >> _ROW


def following(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of a first word that a second one follows directly."""
    return np.intersect1d(first, second - 1, assume_unique=True)


def counted(found: NDArray[np.int64], context_weight: float) -> Postings:
    """Count places row by row.

    Args:
        found: The places.
        context_weight: How much one in a chunk's context counts against one in its text.
    """
    numbers = rows(found)
    if not len(numbers):
        return Postings(numbers, np.empty(0))
    weights = np.where(found >> _CONTEXT & 1, context_weight, 1.0)
    begins = np.flatnonzero(np.diff(numbers, prepend=-1))
    return Postings(numbers[begins], np.add.reduceat(weights, begins))


def lengths(connection: sqlite3.Connection) -> NDArray[np.float64]:
    """How many words each chunk has, context included, by row number.

    They stand in a table that FTS5 keeps for its own `bm25`: for each row the sizes of its columns as SQLite's varints
    (big-endian, seven bits a byte, all but the last with the high bit set).
    """
    sizes: list[tuple[bytes]] = connection.execute("SELECT sz FROM words_docsize ORDER BY id").fetchall()
    counts = np.fromiter((len(row[0]) for row in sizes), dtype=np.int64, count=len(sizes))
    data = np.frombuffer(b"".join(row[0] for row in sizes), dtype=np.uint8).astype(np.int64)
    if not len(data):
        return np.zeros(len(sizes))
    # Each byte is worth 128 to the number of bytes that still follow in its varint.
    ends = np.flatnonzero(data < 128)
    worth = 7 * (ends[np.searchsorted(ends, np.arange(len(data)))] - np.arange(len(data)))
    return np.add.reduceat((data & 127) << worth, np.cumsum(counts) - counts).astype(np.float64)
