import numpy as np
import pytest

from tools.search.document import Chunk, DocumentRecord


def test_a_writer_knows_hashes_and_sources(small_index, put):
    put(small_index, "a.md", "one", sha256="a" * 64)
    put(small_index, "b.md", "two", sha256="b" * 64)
    with small_index.writing() as writer:
        assert writer.known() == {"a.md": "a" * 64, "b.md": "b" * 64}
        assert writer.sources() == {"a.md": "/somewhere/a.md", "b.md": "/somewhere/b.md"}


def test_putting_a_document_again_replaces_it(small_index, put):
    put(small_index, "a.md", "the old ferry", "and its funnel")
    put(small_index, "a.md", "the new bridge")
    assert [passage.text for passage in small_index.search_now("ferry funnel bridge")] == ["the new bridge"]
    assert small_index.count() == 1


def test_a_removed_document_is_found_no_more(small_index, put):
    put(small_index, "a.md", "the ferry")
    put(small_index, "b.md", "the bridge")
    with small_index.writing() as writer:
        writer.remove("a.md")
        writer.remove("never there")
    assert [record.path for record in small_index.documents()] == ["b.md"]
    assert [passage.document for passage in small_index.search_now("ferry")] == ["b.md"]
    with small_index._storage.reading() as connection:
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'ferry'").fetchone() == (0,)


def test_a_document_without_chunks_is_known_but_never_found(small_index, put):
    put(small_index, "empty.md")
    assert [record.path for record in small_index.documents()] == ["empty.md"]
    assert small_index.search_now("anything") == []


@pytest.mark.parametrize("shape", [(2, 32), (1, 31), (0, 32)])
def test_vectors_that_do_not_fit_are_refused_and_nothing_is_changed(small_index, put, shape):
    put(small_index, "a.md", "the ferry")
    record = DocumentRecord("a.md", "A", "text", "1" * 64, None, 1)
    chunk = Chunk("x", "a.md", 0, None, (), 0, 3, "new")
    with pytest.raises(ValueError, match="1 chunks need vectors of 32 numbers"), small_index.writing() as writer:
        writer.put(record, [chunk], np.zeros(shape, dtype=np.float32))
    assert small_index.search_now("ferry")[0].text == "the ferry"
