"""Catalogue: an index's documents one by one, as far as a caller may read them: their records and their text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tools.search.access import may_read
from tools.search.backend import Passage
from tools.search.document import DocumentRecord, lead_of

if TYPE_CHECKING:
    import sqlite3

    from tools.context import User

_RECORDS: Final = "SELECT path, title, format, sha256, pages, size, source, access FROM documents"
_PASSAGES: Final = (
    'SELECT chunks.id, document, title, text, page, headings, "start", "end", context '
    "FROM chunks JOIN documents ON documents.path = chunks.document"
)


def records(connection: sqlite3.Connection, user: User | None) -> list[DocumentRecord]:
    """The documents that a caller may read, by path.

    Args:
        connection: Within a transaction.
        user: As the server verified them.
    """
    return [record for record in every_record(connection) if may_read(record.access, user)]


def every_record(connection: sqlite3.Connection) -> list[DocumentRecord]:
    """All documents by path, whoever may read them; for the index itself."""
    return [_record(row) for row in connection.execute(f"{_RECORDS} ORDER BY path")]


def record(connection: sqlite3.Connection, path: str, user: User | None) -> DocumentRecord | None:
    """One document; None where there is none of that path that the caller may read.

    Args:
        connection: Within a transaction.
        path: As `DocumentRecord.path` has it.
        user: As the server verified them.
    """
    if any("\ud800" <= character <= "\udfff" for character in path):
        return None  # half a character, as a client may send; SQLite takes none, so no document has one
    row = connection.execute(f"{_RECORDS} WHERE path = ?", (path,)).fetchone()
    found = None if row is None else _record(row)
    return found if found is not None and may_read(found.access, user) else None


def text_of(connection: sqlite3.Connection, path: str, page: int | None, user: User | None) -> list[Passage]:
    """What a document says, in reading order; empty where there is none that the caller may read.

    Args:
        connection: Within a transaction.
        path: The document's.
        page: One page or slide of it; None for all.
        user: As the server verified them.

    Returns:
        Its passages, with a score of 0: nothing was searched for.
    """
    if record(connection, path, user) is None:
        return []
    rows = connection.execute(
        f"{_PASSAGES} WHERE document = ? AND (page = ? OR ? IS NULL) ORDER BY ordinal", (path, page, page)
    ).fetchall()
    return [_passage(row, 0.0) for row in rows]


def passage(connection: sqlite3.Connection, number: int, score: float) -> Passage:
    """A passage that was found.

    Args:
        connection: Within a transaction.
        number: The chunk's row number; whether the caller may read it was decided before.
        score: How well it fits.
    """
    return _passage(connection.execute(f"{_PASSAGES} WHERE number = ?", (number,)).fetchone(), score)


def _record(row: tuple[Any, ...]) -> DocumentRecord:
    return DocumentRecord(*row[:-1], access=tuple(json.loads(row[-1])))


def _passage(row: tuple[Any, ...], score: float) -> Passage:
    return Passage(
        id=row[0],
        document=row[1],
        title=row[2],
        text=row[3],
        score=score,
        page=row[4],
        headings=tuple(json.loads(row[5])),
        start=row[6],
        end=row[7],
        lead=lead_of(row[8]),
    )
