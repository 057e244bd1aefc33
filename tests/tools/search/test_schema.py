import sqlite3

import pytest

from tools.errors import SearchError
from tools.search.schema import connect, connect_reader, ensure, explained


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.sqlite"


def make(path, embedder="words", create=True):
    ensure(path, create=create, embedder=embedder, dimensions=32)


def refused(path, create=True, embedder="words"):
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(SearchError) as raised:
        make(path, embedder, create)
    assert (path.read_bytes() if path.is_file() else None) == before, "opening changed the file"
    return str(raised.value)


def change(path, statement):
    connection = connect(str(path))
    connection.execute(statement)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def test_a_missing_index_is_not_made_unasked(path):
    assert "vocative ingest" in refused(path, create=False)
    assert not path.exists()


def test_an_index_is_made_with_its_folders(tmp_path):
    path = tmp_path / "new" / "folder" / "index.sqlite"
    make(path)
    make(path, create=False)


def test_making_it_again_keeps_what_is_there(path):
    make(path)
    change(path, "INSERT INTO documents VALUES ('a', 'A', 'text', '0', NULL, 1, '', '[]')")
    make(path)
    with connect(str(path)) as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (1,)
    connection.close()


def test_an_index_of_another_version_is_refused_with_both_versions(path):
    make(path)
    change(path, "PRAGMA user_version = 7")
    assert "version 7 and this program reads version 2: delete it and ingest" in refused(path)


def test_an_index_of_another_embedder_is_refused(path):
    make(path, "words")
    assert "made with the embedder words and cannot be searched with others" in refused(path, embedder="others")


@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_database_is_refused(path, create):
    path.write_text("Dear diary, " * 200, encoding="utf-8")
    assert "is not an index" in refused(path, create)


def test_the_database_of_another_program_is_refused(path):
    change(path, "CREATE TABLE bookmarks (url TEXT)")
    assert "another program" in refused(path)


def test_an_empty_file_is_no_index_until_one_may_be_made(path):
    path.touch()
    assert "another program" in refused(path, create=False)
    make(path)


def test_a_folder_is_not_an_index(tmp_path):
    assert "name the index file itself" in refused(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    assert "cannot use" in refused(tmp_path / "file" / "index.sqlite")


def test_a_damaged_index_is_said_to_be_damaged(path):
    make(path)
    data = bytearray(path.read_bytes())
    data[100:4096] = b"\xff" * 3996
    path.write_bytes(data)
    assert "damaged" in refused(path)


def test_a_reader_cannot_write(path):
    make(path)
    reader = connect_reader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM documents")
    reader.close()


def test_a_name_with_odd_characters_is_only_a_name(tmp_path):
    path = tmp_path / "a b?mode=memory#ü%20.sqlite"
    make(path)
    assert path.is_file()
    make(path, create=False)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("database is locked", "being written by another process"),
        ("database or disk is full", "disk is full"),
        ("database disk image is malformed", "damaged"),
        ("no such table: chunks", "cannot be used: no such table"),
    ],
)
def test_what_sqlite_says_is_put_into_words_that_help(path, said, meant):
    assert meant in str(explained(sqlite3.OperationalError(said), path))
    assert "the index in memory" in str(explained(sqlite3.OperationalError("odd"), None))


class UnreadableConnection:
    """What SQLite does on a read-only disk: it connects, and fails at the first query for want of a file beside it."""

    def execute(self, _):
        raise sqlite3.OperationalError("unable to open database file")

    def close(self):
        pass


@pytest.fixture
def read_only_disk(monkeypatch):
    def open_there(location, *, uri=False):
        return connect(location, uri=uri) if "immutable=1" in location else UnreadableConnection()

    monkeypatch.setattr("tools.search.schema.connect", open_there)


def test_an_index_on_a_disk_that_cannot_be_written_can_be_read(path, request):
    make(path)
    request.getfixturevalue("read_only_disk")
    reader = connect_reader(path)
    assert reader.execute("SELECT count(*) FROM documents").fetchone() == (0,)
    reader.close()


def test_an_index_with_an_open_log_is_never_read_without_it(path, request):
    make(path)
    path.with_name(path.name + "-wal").write_bytes(b"not yet in the file")
    request.getfixturevalue("read_only_disk")
    with pytest.raises(sqlite3.OperationalError):
        connect_reader(path)


OLD = """
    ALTER TABLE documents DROP COLUMN access;
    INSERT INTO documents VALUES ('a', 'A', 'text', '0', NULL, 1, '/a');
    PRAGMA user_version = 1;
"""


@pytest.fixture
def old(path):
    """An index as the first version made it."""
    make(path)
    connection = connect(str(path))
    connection.executescript(OLD)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.mark.parametrize("create", [True, False])
def test_an_index_of_the_first_version_is_brought_up_to_date_and_keeps_its_documents(old, create):
    make(old, create=create)
    with connect(str(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT path, access FROM documents").fetchall() == [("a", "[]")]
    connection.close()


def test_an_upgrade_that_fails_halfway_leaves_the_first_version(old, monkeypatch):
    from tools.search import schema

    statement = "ALTER TABLE documents ADD COLUMN access TEXT NOT NULL DEFAULT '[]'"
    monkeypatch.setattr(schema, "_UPGRADES", {1: statement, 2: "ALTER TABLE elsewhere ADD COLUMN x"})
    assert "cannot be used: no such table" in refused(old, create=False)
    monkeypatch.undo()
    make(old, create=False)


def test_an_old_index_that_may_not_be_written_says_what_to_do(old, monkeypatch):
    from tools.search import schema

    before = schema.connect
    monkeypatch.setattr(
        schema, "connect", lambda location, *, uri=False: before(
            location if uri else f"file:{location}?mode=ro", uri=True
        )
    )  # fmt: skip
    assert "make it writable once" in refused(old, create=False)
