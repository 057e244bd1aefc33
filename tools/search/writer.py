"""Writer: what may be done to an index within one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
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

    def access(self) -> dict[str, tuple[str, ...]]:
        """Who may read each document, by its path."""
        rows = self._connection.execute("SELECT path, access FROM documents").fetchall()
        return {path: tuple(json.loads(access)) for path, access in rows}

    def grant(self, document: str, access: Sequence[str]) -> None:
        """Say anew who may read a document, which stays as it is.

        Args:
            document: Its path.
            access: Checked labels; none for everybody.
        """
        told = json.dumps(access, ensure_ascii=False)
        self._connection.execute("UPDATE documents SET access = ? WHERE path = ?", (told, document))

    def defaults(self) -> dict[Path, tuple[str, ...]]:
        """Who may read what no rule is about, for each folder or file of which that was said."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'access'").fetchone()
        said: dict[str, list[str]] = json.loads(row[0]) if row else {}
        return {Path(place): tuple(access) for place, access in said.items()}

    def default(self, places: Sequence[Path], access: Sequence[str]) -> None:
        """Say who may read what no rule is about, from now on and whatever was said of parts of it before.

        Args:
            places: Absolute paths of folders and files.
            access: Checked labels; none for everybody.
        """
        kept = {place: told for place, told in self.defaults().items() if not {place, *place.parents} & set(places)}
        said = {place.as_posix(): told for place, told in {**kept, **dict.fromkeys(places, tuple(access))}.items()}
        value = json.dumps(said, ensure_ascii=False)
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('access', ?)", (value,))

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
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.path,
                document.title,
                document.format,
                document.sha256,
                document.pages,
                document.size,
                document.source,
                json.dumps(document.access, ensure_ascii=False),
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
