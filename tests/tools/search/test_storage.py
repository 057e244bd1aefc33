import sqlite3
import threading

import pytest

from tools.errors import SearchError
from tools.search.schema import ensure
from tools.search.storage import FileStorage, MemoryStorage

ADD = "INSERT INTO documents VALUES (?, 'T', 'text', '0', NULL, 1, '', '[]')"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "index.sqlite"
    ensure(path, create=True, embedder="words", dimensions=32)
    return path


@pytest.fixture(params=["file", "memory"])
def storage(request, path):
    storage = FileStorage(path) if request.param == "file" else MemoryStorage("words", 32)
    yield storage
    storage.close()


def names(storage):
    with storage.reading() as connection:
        return [row[0] for row in connection.execute("SELECT path FROM documents ORDER BY path")]


def _interrupted(_):
    raise KeyboardInterrupt


def test_readers_see_the_old_state_until_the_writer_is_done(storage):
    with storage.writing() as connection:
        connection.execute(ADD, ("a",))
        assert names(storage) == []
    assert names(storage) == ["a"]


def test_a_failed_transaction_leaves_what_was_there(storage):
    with storage.writing() as connection:
        connection.execute(ADD, ("a",))
    with pytest.raises(KeyboardInterrupt), storage.writing() as connection:
        _interrupted(connection.execute("DELETE FROM documents"))
    assert names(storage) == ["a"]


def test_an_error_of_the_database_is_put_into_words(storage):
    with pytest.raises(SearchError, match="cannot be used: no such table"), storage.writing() as connection:
        connection.execute("SELECT * FROM nowhere")


@pytest.mark.parametrize("way", ["reading", "writing"])
def test_a_closed_storage_says_so(storage, way):
    storage.close()
    storage.close()
    with pytest.raises(SearchError, match="was closed"), getattr(storage, way)():
        pytest.fail("it was opened")


def test_closing_takes_turns_with_a_reading_anew_and_does_not_wait_for_it_with_what_it_needs(path):
    storage = FileStorage(path)
    lock, taken = storage._lock, []

    class Watched:
        def __enter__(self):
            taken.append(lock.locked())

        def __exit__(self, *_):
            pass

    storage._refreshing = Watched()
    storage.close()
    assert taken == [False]


def test_closing_memory_under_a_writer_keeps_it_closed():
    storage = MemoryStorage("words", 32)
    with pytest.raises(SearchError, match="was closed"), storage.writing():
        storage.close()


def test_two_writers_of_one_process_take_turns(storage):
    def add(name):
        with storage.writing() as connection:
            connection.execute(ADD, (name,))

    threads = [threading.Thread(target=add, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(storage) == ["a", "b", "c", "d"]


def test_a_file_that_another_process_writes_is_said_to_be_busy(path, monkeypatch):
    monkeypatch.setattr("tools.search.schema._BUSY", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    storage = FileStorage(path)
    with pytest.raises(SearchError, match="being written by another process"), storage.writing():
        pytest.fail("two wrote at once")
    assert names(storage) == []
    other.close()
    storage.close()


def test_what_another_process_committed_is_seen(path):
    reader, writer = FileStorage(path), FileStorage(path)
    with writer.writing() as connection:
        connection.execute(ADD, ("a",))
    assert names(reader) == ["a"]
    reader.close()
    writer.close()


def test_after_writing_the_file_alone_holds_everything(path, tmp_path):
    storage = FileStorage(path)
    with storage.writing() as connection:
        connection.execute(ADD, ("a",))
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(path.read_bytes())
    copied = FileStorage(copy)
    assert names(copied) == ["a"]
    copied.close()
    storage.close()


def test_a_state_that_cannot_be_read_leaves_the_one_there_is(path, caplog):
    reader, writer = FileStorage(path), FileStorage(path)
    with writer.writing() as connection:
        connection.execute(ADD, ("a",))
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    def fail(_):
        raise SearchError("no memory")

    assert names(reader) == ["a"]
    reader.beside = fail
    with writer.writing() as connection:
        connection.execute(ADD, ("b",))
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
    reader.keep_up()
    assert "cannot be read anew: no memory" in caplog.text
    reader.close()
    reader.keep_up()
    writer.close()


def test_what_is_to_be_loaded_beside_is_loaded_before_the_switch_and_put_in_place_with_it(storage):
    seen = []

    def beside(connection):
        seen.append(("loading", names(storage), connection.execute("SELECT count(*) FROM documents").fetchone()[0]))
        return lambda: seen.append("switched")

    storage.beside = beside
    with storage.writing() as connection:
        connection.execute(ADD, ("a",))
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
    assert seen == [("loading", [], 1), "switched"]
    assert names(storage) == ["a"]


def test_what_a_search_scribbles_is_gone_with_it(storage):
    with storage.reading() as connection:
        connection.execute("INSERT INTO query (word) VALUES ('ferry')")
    with storage.reading() as connection:
        assert connection.execute("SELECT count(*) FROM query").fetchone() == (0,)
