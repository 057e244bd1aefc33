"""Staging: what an ingest has read and embedded, kept beside the index until it is written there in one go.

So the index is locked for the writing only, memory holds one document at a time, and an ingest that was killed goes on
where it stood.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from dataclasses import asdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.errors import SearchError
from tools.search.document import Chunk, DocumentRecord
from tools.search.schema import connect, explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_VERSION = 3  # to be raised whenever the same file would be read or cut otherwise: what was staged is then made anew
_AT_ONCE = 500  # variables in one statement
_TABLES = """
CREATE TABLE IF NOT EXISTS made (by_what TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (path TEXT PRIMARY KEY, sha256 TEXT, source TEXT, record TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (document TEXT, ordinal INTEGER, chunk TEXT, key BLOB);
CREATE INDEX IF NOT EXISTS chunks_of_document ON chunks (document, ordinal);
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB);
"""
_SUFFIXES = ("", "-wal", "-shm", "-journal")


class Staging:
    """Documents on their way into an index. For one thread; its file is locked against other ingests.

    Args:
        path: Its file, made if missing, taken up if it was left by an ingest that was killed; None for a file that
            SQLite keeps nameless and removes by itself.
        embedder: The embedder's name: vectors of another are not taken up.

    Raises:
        SearchError: Another ingest is using it, or it cannot be written.
    """

    def __init__(self, path: Path | None, embedder: str) -> None:
        self._path = path
        made = f"{_VERSION} {embedder}"
        try:
            self._connection = self._opened(made)
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise SearchError(
                    f"another ingest is writing to this index (it has {path} open): try again when that has finished"
                ) from None
            # Cut short by a power failure, or not ours: nothing in it that could not be made again.
            self._delete()
            try:
                self._connection = self._opened(made)
            except sqlite3.Error as again:
                raise explained(again, path) from None

    def _opened(self, made: str) -> sqlite3.Connection:
        connection = connect("" if self._path is None else str(self._path))
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            # Held until this process ends, however it ends: so two ingests into one index do not mix.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN EXCLUSIVE")
            for statement in filter(str.strip, _TABLES.split(";")):
                connection.execute(statement)
            if [(made,)] != connection.execute("SELECT by_what FROM made").fetchall():
                for table in ("made", "documents", "chunks", "vectors"):
                    connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
                connection.execute("INSERT INTO made VALUES (?)", (made,))
            connection.execute("COMMIT")
            connection.execute("BEGIN")
        except BaseException:
            connection.close()
            raise
        return connection

    def held(self) -> dict[str, tuple[str, str]]:
        """Content hash and source of each document that is here whole, by its path."""
        rows = self._connection.execute("SELECT path, sha256, source FROM documents")
        return {path: (sha256, source) for path, sha256, source in rows}

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors that are here, by the key of what was embedded.

        Args:
            keys: What `key_of` made.
        """
        found: dict[bytes, NDArray[np.float32]] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            rows = self._connection.execute(
                f"SELECT key, vector FROM vectors WHERE key IN ({marks})",  # noqa: S608 - question marks
                some,
            )
            found.update((key, np.frombuffer(vector, np.float32)) for key, vector in rows)
        return found

    def keep(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Keep vectors, for good once it returns.

        Args:
            vectors: By the key of what was embedded.
        """
        rows = [(key, vector.astype(np.float32).tobytes()) for key, vector in vectors.items()]
        self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        self.commit()

    def put(self, record: DocumentRecord, chunks: Sequence[Chunk]) -> None:
        """Take in a document whose vectors are all here, in place of an older one of its path.

        Args:
            record: The document.
            chunks: All its chunks.
        """
        self.drop(record.path)
        told = json.dumps(asdict(record))
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?)", (record.path, record.sha256, record.source, told)
        )
        self._connection.executemany(
            "INSERT INTO chunks VALUES (?, ?, ?, ?)",
            [(record.path, chunk.ordinal, json.dumps(asdict(chunk)), key_of(chunk.meaning)) for chunk in chunks],
        )

    def drop(self, document: str) -> None:
        """Forget a document, if it is here."""
        self._connection.execute("DELETE FROM chunks WHERE document = ?", (document,))
        self._connection.execute("DELETE FROM documents WHERE path = ?", (document,))

    def measure(self, document: str) -> tuple[int, int]:
        """How many pages and how many chunks a document has that is here."""
        (told,) = self._connection.execute("SELECT record FROM documents WHERE path = ?", (document,)).fetchone()
        counting = "SELECT count(*) FROM chunks WHERE document = ?"
        return json.loads(told)["pages"] or 0, self._connection.execute(counting, (document,)).fetchone()[0]

    def commit(self) -> None:
        """What was put until now outlives this process."""
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")

    def documents(self, paths: Iterable[str]) -> Iterator[tuple[DocumentRecord, list[Chunk], NDArray[np.float32]]]:
        """Documents with their chunks and vectors, one after the other.

        Args:
            paths: Which, in this order; all must be here.
        """
        for path in paths:
            (told,) = self._connection.execute("SELECT record FROM documents WHERE path = ?", (path,)).fetchone()
            rows = self._connection.execute(
                "SELECT chunk, vector FROM chunks JOIN vectors USING (key) WHERE document = ? ORDER BY ordinal", (path,)
            ).fetchall()
            vectors = np.frombuffer(b"".join(row[1] for row in rows), np.float32).reshape(len(rows), -1)
            yield DocumentRecord(**_restored(told)), [Chunk(**_restored(row[0])) for row in rows], vectors

    def close(self, *, keep: bool) -> None:
        """Let go of it.

        Args:
            keep: Leave the file for an ingest that goes on from here; else it is deleted.
        """
        with suppress(sqlite3.Error):  # what could not be written is made again
            self._connection.execute("COMMIT")
        self._connection.close()
        if not keep:
            self._delete()

    def _delete(self) -> None:
        if self._path is None:
            return
        for suffix in _SUFFIXES:
            with suppress(OSError):  # open elsewhere, on Windows; the next ingest takes it up and then deletes it
                self._path.with_name(self._path.name + suffix).unlink()


def key_of(meaning: str) -> bytes:
    """What tells texts to embed apart."""
    return blake2b(meaning.encode(errors="surrogatepass"), digest_size=20).digest()


def _restored(told: str) -> dict[str, Any]:
    """The fields of a record as they were; JSON has lists only."""
    fields: dict[str, Any] = json.loads(told)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}  # pyright: ignore[reportUnknownArgumentType]
