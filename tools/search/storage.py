"""Storage: where an index's database lives, and how one writes it while others read what was there before."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Protocol

from tools.errors import SearchError
from tools.search.schema import connect, connect_reader, create_tables, explained, prepare_queries

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager
    from pathlib import Path


class Storage(Protocol):
    """A database; safe to use from several threads."""

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Within it, one state of the database is seen throughout.

        Raises:
            SearchError: It cannot be read, or was closed.
        """
        ...

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction: readers see all of it once it is over, and nothing if it fails.

        Raises:
            SearchError: It cannot be written, or was closed.
        """
        ...

    def close(self) -> None:
        """Let go of it; twice does no harm."""
        ...


class FileStorage:
    """A database in a file. Write-ahead logging keeps readers and the writer, of any process, out of each other's way.

    Args:
        path: The file, checked by `schema.ensure`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        with _explaining(path):
            self._reader: sqlite3.Connection | None = connect_reader(path)
            prepare_queries(self._reader)

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """See `Storage.reading`."""
        with self._lock, _explaining(self._path), _transaction(_open(self._reader), "BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """See `Storage.writing`."""
        _open(self._reader)
        with _explaining(self._path), closing(connect(str(self._path))) as writer:
            with _transaction(writer, "BEGIN IMMEDIATE") as connection:
                yield connection
            # Bring the log into the file, so that the file alone can be copied. Readers may hold that up: no harm.
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """See `Storage.close`."""
        with self._lock:
            if self._reader:
                self._reader.close()
                self._reader = None


class MemoryStorage:
    """A database in memory. A writer works on a copy, which then takes the place of what is read.

    Args:
        embedder: The embedder's name.
        dimensions: The length of its vectors.
    """

    def __init__(self, embedder: str, dimensions: int) -> None:
        self._lock = threading.Lock()
        self._one_writer = threading.Lock()
        self._current: sqlite3.Connection | None = connect(":memory:")
        create_tables(self._current, embedder, dimensions)
        prepare_queries(self._current)

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """See `Storage.reading`."""
        with self._lock, _explaining(None), _transaction(_open(self._current), "BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """See `Storage.writing`."""
        with self._one_writer, _explaining(None):
            copy = connect(":memory:")
            try:
                with self._lock:
                    _open(self._current).backup(copy)
                with _transaction(copy, "BEGIN") as connection:
                    yield connection
                prepare_queries(copy)
                with self._lock:
                    # Closed meanwhile: then it stays closed.
                    _open(self._current)
                    copy, self._current = _open(self._current), copy
            finally:
                copy.close()

    def close(self) -> None:
        """See `Storage.close`."""
        with self._lock:
            if self._current:
                self._current.close()
                self._current = None


def _open(connection: sqlite3.Connection | None) -> sqlite3.Connection:
    if connection is None:
        raise SearchError("the index was closed: open it again")
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Generator[sqlite3.Connection]:
    connection.execute(begin)
    try:
        yield connection
    except BaseException:
        # SQLite has rolled back by itself after some errors, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def _explaining(path: Path | None) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, path) from error
