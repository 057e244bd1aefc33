"""Writer: what may be done to an index within one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.search.vectors import packed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tools.search.document import Chunk, DocumentRecord


@dataclass(frozen=True, slots=True)
class Contents:
    """Which documents an index holds.

    Attributes:
        known: The content hash of each document, by its path.
        sources: The file each was read from, by its path.
    """

    known: dict[str, str]
    sources: dict[str, str]


def contents_of(connection: sqlite3.Connection) -> Contents:
    """Which documents an index holds, as a transaction sees it."""
    rows = connection.execute("SELECT path, sha256, source FROM documents").fetchall()
    return Contents({row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows})


class Writer:
    """Changes an index; `LocalIndex.writing` gives it out, and nobody sees the changes before that ends.

    Args:
        connection: Within a transaction.
        dimensions: The length of a vector.
    """

    def __init__(self, connection: sqlite3.Connection, dimensions: int) -> None:
        self._connection = connection
        self._dimensions = dimensions

    def known(self) -> dict[str, str]:
        """The content hash of each document, by its path."""
        return dict(self._connection.execute("SELECT path, sha256 FROM documents").fetchall())

    def sources(self) -> dict[str, str]:
        """The file each document was read from, by its path."""
        return dict(self._connection.execute("SELECT path, source FROM documents").fetchall())

    def contents(self) -> Contents:
        """Which documents the index holds."""
        return contents_of(self._connection)

    def remove(self, document: str) -> None:
        """Take a document out, if it is there.

        Args:
            document: Its path.
        """
        self._connection.execute("DELETE FROM chunks WHERE document = ?", (document,))
        self._connection.execute("DELETE FROM documents WHERE path = ?", (document,))

    def put(self, document: DocumentRecord, chunks: Sequence[Chunk], vectors: NDArray[np.float32]) -> None:
        """Take a document in, in place of what was known under its path.

        Args:
            document: The document.
            chunks: All its chunks.
            vectors: One row for each chunk.

        Raises:
            ValueError: The vectors do not fit the chunks or the index.
        """
        if vectors.shape != (len(chunks), self._dimensions):
            raise ValueError(f"{len(chunks)} chunks need vectors of {self._dimensions} numbers, not {vectors.shape}")
        self.remove(document.path)
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                document.path,
                document.title,
                document.format,
                document.sha256,
                document.pages,
                document.size,
                document.source,
            ),
        )
        self._connection.executemany(
            "INSERT INTO chunks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    chunk.id,
                    document.path,
                    chunk.ordinal,
                    chunk.page,
                    json.dumps(chunk.headings, ensure_ascii=False),
                    chunk.start,
                    chunk.end,
                    chunk.text,
                    chunk.about,
                    vector,
                )
                for chunk, vector in zip(chunks, packed(vectors), strict=True)
            ],
        )
