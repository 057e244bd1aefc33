"""Storage: where an index's database lives, and how one writes it while others read what was there before.

Searches go on in the old state until all that belongs to a new one is loaded; then the two are switched. So a search
never waits for vectors to load, and never sees words of one state with vectors of another.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from tools.errors import SearchError
from tools.search.refreshing import refresher
from tools.search.schema import connect, connect_reader, create_tables, explained, prepare_queries

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager
    from pathlib import Path

    # Is handed a new state before anybody reads it, loads what memory is to hold of it, and returns what puts that in
    # place; the latter is called in the moment of the switch.
    Beside: TypeAlias = "Callable[[sqlite3.Connection], Callable[[], None]]"

_SMALL = 5_000  # chunks; an index of fewer is loaded anew by whoever reads it, in some milliseconds
_LOOKS_AGAIN = (
    8  # after a change: the writer brings its log into the file meanwhile, and may empty it once none reads it
)
_CACHE = 64_000  # KiB that a writer may hold
_CHECKPOINT = 1_500  # milliseconds to wait for readers of other processes to let go of the log
_COUNT = "SELECT max(number) FROM chunks"
_log = logging.getLogger(__name__)


def _nothing(_: sqlite3.Connection) -> Callable[[], None]:
    return lambda: None


class Storage(Protocol):
    """A database; safe to use from several threads.

    Attributes:
        path: The file; None where there is none.
        beside: Loads what memory holds of a new state, before it takes the place of the old one.
    """

    path: Path | None
    beside: Beside

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


class _State:
    """One state of a database file: a connection within a transaction that lasts until it is closed."""

    def __init__(self, path: Path) -> None:
        self.connection = connect_reader(path)
        try:
            prepare_queries(self.connection)
            self.connection.execute("BEGIN")
            row = self.connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
            self.generation: str = row[0]
        except BaseException:
            self.connection.close()
            raise


class FileStorage:
    """A database in a file. Write-ahead logging keeps readers and the writer, of any process, out of each other's way.

    Args:
        path: The file, checked by `schema.ensure`.
    """

    def __init__(self, path: Path) -> None:
        self.beside: Beside = _nothing
        self.path: Path | None = path
        self._path = path
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._looks = 0
        with _explaining(path):
            self._watch: sqlite3.Connection | None = connect_reader(path)
            try:
                self._version = self._data_version()
                self._state: _State | None = _State(path)
            except BaseException:
                self._watch.close()
                raise
        refresher.add(self)

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """See `Storage.reading`."""
        with _explaining(self._path):
            self._catch_up()
            with self._lock, _scratch(_open(self._state).connection) as connection:
                yield connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """See `Storage.writing`."""
        _open(self._state)
        with _explaining(self._path), closing(connect(str(self._path))) as writer:
            # Else a large change goes to and fro between memory and the log.
            writer.execute(f"PRAGMA cache_size = -{_CACHE}")
            with _transaction(writer, "BEGIN IMMEDIATE") as connection:
                yield connection
            # It is committed: whatever fails from here on must not look as if it were not.
            with suppress(sqlite3.Error):
                self._refresh()
                # Bring the log into the file, so that the file alone can be copied. A reader that began while there
                # was a log holds that up, so ours begins anew; those of other processes do so by themselves.
                writer.execute("PRAGMA wal_checkpoint(PASSIVE)")
                self._refresh()
                writer.execute(f"PRAGMA busy_timeout = {_CHECKPOINT}")
                writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def keep_up(self) -> None:
        """Take up what another process has written; see `Refreshable.keep_up`."""
        try:
            if self._has_changed():
                self._looks = _LOOKS_AGAIN
            if self._looks:
                self._looks -= 1
                self._refresh()
        except (sqlite3.Error, SearchError, OSError) as error:
            # Searches go on in the state they have; the next look may find the file whole again.
            _log.warning("the index %s has changed and cannot be read anew: %s", self._path, error)

    def close(self) -> None:
        """See `Storage.close`."""
        refresher.remove(self)
        # In this order, as `_refresh` takes them: else the two could wait for one another for ever.
        with self._refreshing, self._lock:
            for connection in (self._watch, self._state and self._state.connection):
                if connection:
                    connection.close()
            self._watch = self._state = None

    def _data_version(self) -> int:
        return _open(self._watch).execute("PRAGMA data_version").fetchone()[0]

    def _has_changed(self) -> bool:
        with self._refreshing:
            return self._watch is not None and self._data_version() != self._version

    def _catch_up(self) -> None:
        """Read a small index anew at once where it has changed; a large one is loaded beside by the refresher."""
        if not self._refreshing.acquire(blocking=False):
            return  # somebody is at it
        try:
            changed = self._watch is not None and self._data_version() != self._version
            small = changed and (_open(self._watch).execute(_COUNT).fetchone()[0] or 0) <= _SMALL
        finally:
            self._refreshing.release()
        if small:
            self._refresh()

    def _refresh(self) -> None:
        """Take up the newest state: load beside, then switch."""
        with self._refreshing:
            if self._state is None:
                return
            version, state = self._data_version(), _State(self._path)
            try:
                same = state.generation == self._state.generation
                switch = _nothing(state.connection) if same else self.beside(state.connection)
            except BaseException:
                state.connection.close()
                raise
            with self._lock:
                switch()
                old, self._state = self._state, state
            old.connection.close()
            self._version = version


class MemoryStorage:
    """A database in memory. A writer works on a copy, which then takes the place of what is read.

    Args:
        embedder: The embedder's name.
        dimensions: The length of its vectors.
    """

    def __init__(self, embedder: str, dimensions: int) -> None:
        self.path: Path | None = None
        self.beside: Beside = _nothing
        self._lock = threading.Lock()
        self._one_writer = threading.Lock()
        self._current: sqlite3.Connection | None = connect(":memory:")
        create_tables(self._current, embedder, dimensions)
        prepare_queries(self._current)

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """See `Storage.reading`."""
        with (
            self._lock,
            _explaining(None),
            _transaction(_open(self._current), "BEGIN") as current,
            _scratch(current) as connection,
        ):
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
                switch = self.beside(copy)
                with self._lock:
                    # Closed meanwhile: then it stays closed.
                    _open(self._current)
                    switch()
                    copy, self._current = _open(self._current), copy
            finally:
                copy.close()

    def close(self) -> None:
        """See `Storage.close`."""
        with self._lock:
            if self._current:
                self._current.close()
                self._current = None


_Opened = TypeVar("_Opened", sqlite3.Connection, _State)


def _open(opened: _Opened | None) -> _Opened:
    if opened is None:
        raise SearchError("the index was closed: open it again")
    return opened


@contextmanager
def _scratch(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    """Within a state's transaction; what a search writes into its own temporary tables is taken back."""
    connection.execute("SAVEPOINT scratch")
    try:
        yield connection
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO scratch")
            connection.execute("RELEASE scratch")


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
