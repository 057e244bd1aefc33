import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.search.postings import counted, following, lengths, places


@pytest.fixture
def reading(small_index, put):
    put(small_index, "a", "the ferry, the ferries and the pier", "a menu", title="Ferry food")
    with small_index._storage.reading() as connection:
        yield connection


def test_a_word_is_found_in_the_text_and_in_the_context(reading):
    found = counted(places(reading, "ferri"), context_weight=5.0)
    assert found.numbers.tolist() == [1, 2]
    assert found.frequencies.tolist() == [7.0, 5.0]


def test_a_word_that_stands_nowhere_has_no_places(reading):
    assert len(places(reading, "zeppelin")) == 0
    assert counted(places(reading, "zeppelin"), 1.0).numbers.tolist() == []


def test_a_phrase_is_two_places_that_follow_one_another_in_one_column(reading):
    assert counted(following(places(reading, "the"), places(reading, "ferri")), 1.0).frequencies.tolist() == [2.0]
    # "Ferry food" is the context of both chunks, and "pier" ends a text: neither goes on in the next column.
    assert counted(following(places(reading, "ferri"), places(reading, "food")), 1.0).numbers.tolist() == [1, 2]
    assert len(following(places(reading, "pier"), places(reading, "ferri"))) == 0
    assert len(following(places(reading, "ferri"), places(reading, "pier"))) == 0


def test_lengths_count_the_words_of_both_columns(reading):
    # The file's name, which says more than the title, stands in the context too.
    words = [row[0] for row in reading.execute("SELECT text || ' ' || context FROM chunks ORDER BY number")]
    assert lengths(reading).tolist() == [len(text.split()) for text in words]


def test_an_empty_index_has_no_lengths(small_index):
    with small_index._storage.reading() as connection:
        assert lengths(connection).tolist() == []


@given(st.lists(st.integers(0, 40_000), min_size=1, max_size=4))
def test_long_chunks_are_measured_right_too(sizes):
    assert np.array_equal(lengths(Docsizes(sizes)), [size + 3 for size in sizes])


class Docsizes:
    """A connection to a table of sizes as FTS5 writes them: here each with a context of three words."""

    def __init__(self, sizes):
        self.rows = [(varint(size) + varint(3),) for size in sizes]

    def execute(self, _):
        return self

    def fetchall(self):
        return self.rows


def varint(number):
    """See "A variable-length integer" in https://sqlite.org/fileformat2.html."""
    groups = [number & 127]
    while number := number >> 7:
        groups.append(number & 127 | 128)
    return bytes(reversed(groups))
