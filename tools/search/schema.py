"""The index file: its tables, and how to open or make one without ever harming another's file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from tools.errors import SearchError

if TYPE_CHECKING:
    from pathlib import Path

VERSION: Final = 2
# What makes each older version the next one. They run in one transaction, so that a file is of one version or another.
_UPGRADES: Final = {1: "ALTER TABLE documents ADD COLUMN access TEXT NOT NULL DEFAULT '[]'"}
APPLICATION: Final = 0x566F6341  # "VocA", in the file's header: tells our files from other people's databases
_BUSY = 5.0  # seconds to wait for another process that writes

# The full text is indexed in two columns, so that a word in the title or a heading can count differently. FTS5 keeps
# no copy of the text (`content=chunks`); the triggers keep both in step whatever happens to the transaction.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    path TEXT PRIMARY KEY, title TEXT NOT NULL, format TEXT NOT NULL, sha256 TEXT NOT NULL,
    pages INTEGER, size INTEGER NOT NULL, source TEXT NOT NULL, access TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, page INTEGER, headings TEXT NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL,
    text TEXT NOT NULL, context TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX chunks_of_document ON chunks (document, ordinal);
CREATE VIRTUAL TABLE words USING fts5 (
    text, context, content = 'chunks', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN
    INSERT INTO words (rowid, text, context) VALUES (new.number, new.text, new.context);
END;
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO words (words, rowid, text, context) VALUES ('delete', old.number, old.text, old.context);
END;
CREATE VIRTUAL TABLE frequencies USING fts5vocab (words, row);
"""

# Asked of every connection that searches: the same tokenizer as `words`, to learn what a query's words are stemmed to;
# and a view of where each word stands.
_QUERY_TABLES = """
CREATE VIRTUAL TABLE temp.query USING fts5 (word, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE temp.query_terms USING fts5vocab (temp, query, instance);
CREATE VIRTUAL TABLE temp.places USING fts5vocab (main, words, instance);
"""


def create_tables(connection: sqlite3.Connection, embedder: str, dimensions: int) -> None:
    """Lay out an empty index, all or nothing."""
    connection.executescript(
        f"BEGIN IMMEDIATE; {_TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    )
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [("embedder", embedder), ("dimensions", str(dimensions)), ("generation", "0")],
    )
    connection.execute("COMMIT")


def prepare_queries(connection: sqlite3.Connection) -> None:
    """Give a connection the scratch tables that a search needs; they live in its own temporary database."""
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.executescript(_QUERY_TABLES)


def connect(location: str, *, uri: bool = False) -> sqlite3.Connection:
    """Connect to a database; transactions are begun and ended explicitly, threads are serialised by the caller."""
    connection = sqlite3.connect(location, uri=uri, timeout=_BUSY, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def ensure(path: Path, *, create: bool, embedder: str, dimensions: int) -> None:
    """Make sure that a file is an index that can be used with an embedder.

    Args:
        path: The file.
        create: Make it, folders included, when it is missing or empty.
        embedder: The embedder's name.
        dimensions: The length of its vectors.

    Raises:
        SearchError: It is not, and why; nothing was changed.
    """
    try:
        if not path.exists() and not create:
            raise SearchError(f"there is no index at {path}: make one with `vocative ingest FOLDER --index {path}`")
        if path.is_dir():
            raise SearchError(f"{path} is a folder: name the index file itself, such as {path / 'index.sqlite'}")
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
            _create_where_empty(path, embedder, dimensions)
        with closing(connect_reader(path)) as connection:
            outdated = version_of(connection) in _UPGRADES
        if outdated:
            _upgrade(path)
        with closing(connect_reader(path)) as connection:
            check(connection, path, embedder)
    except sqlite3.Error as error:
        raise explained(error, path) from None
    except OSError as error:
        raise SearchError(f"cannot use {path} as an index: {error.strerror}") from None


def _create_where_empty(path: Path, embedder: str, dimensions: int) -> None:
    with closing(connect(str(path))) as connection:
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return
        # Write-ahead logging lets readers see the old index while a new one is written.
        connection.execute("PRAGMA journal_mode = WAL")
        create_tables(connection, embedder, dimensions)


def version_of(connection: sqlite3.Connection) -> int | None:
    """Which version an index is of; None for a database of another program."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        return None
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _upgrade(path: Path) -> None:
    """Make an index of an older version one of ours; its documents stay as they are."""
    try:
        with closing(connect(str(path))) as connection:
            connection.execute("BEGIN IMMEDIATE")
            # Looked at again: another process may have done it meanwhile.
            while (version := version_of(connection)) in _UPGRADES:
                connection.execute(_UPGRADES[version])
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error):
            raise
        raise SearchError(
            f"the index {path} is of an older version and may not be written to, so it cannot be brought up to date: "
            "make it writable once, or ingest the documents again"
        ) from None


def connect_reader(path: Path) -> sqlite3.Connection:
    """Connect without the right to write; works in a folder that cannot be written to as well."""
    location = path.absolute().as_uri()
    connection = connect(f"{location}?mode=ro", uri=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        connection.close()
        if not isinstance(error, sqlite3.OperationalError):
            raise
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        # Without anything in the log nobody is writing, and on a read-only disk SQLite cannot make the log's index.
        connection = connect(f"{location}?mode=ro&immutable=1", uri=True)
    return connection


def check(connection: sqlite3.Connection, path: Path, embedder: str) -> None:
    """Refuse a database that is not an index of this version and embedder.

    Raises:
        SearchError: It is not.
        sqlite3.Error: It is no database at all.
    """
    version = version_of(connection)
    if version is None:
        raise SearchError(f"{path} is a database of another program, not an index: choose another file")
    if version != VERSION:
        raise SearchError(
            f"the index {path} has version {version} and this program reads version {VERSION}: "
            "delete it and ingest the documents again"
        )
    made_with = connection.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()[0]
    if made_with != embedder:
        raise SearchError(
            f"the index {path} was made with the embedder {made_with} and cannot be searched with {embedder}: "
            "delete it and ingest the documents again"
        )


def explained(error: sqlite3.Error, path: Path | None) -> SearchError:
    """What SQLite says, in words that help."""
    name = f"the index {path}" if path else "the index in memory"
    text = str(error)
    if "not a database" in text:
        return SearchError(f"{path} is not an index: choose another file, or delete it and ingest the documents again")
    if "locked" in text or "busy" in text:
        return SearchError(f"{name} is being written by another process: try again when that has finished")
    if "malformed" in text or "corrupt" in text:
        return SearchError(f"{name} is damaged: delete it and ingest the documents again")
    if "full" in text:
        return SearchError(f"{name} cannot grow, the disk is full: free some space and try again; nothing was lost")
    return SearchError(f"{name} cannot be used: {text}")
