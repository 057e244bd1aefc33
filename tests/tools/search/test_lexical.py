import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.search.conftest import WordEmbedder
from tools.search.document import Chunk, DocumentRecord
from tools.search.index import LocalIndex
from tools.search.lexical import Lexicon, Term, selected, telling, words
from tools.search.postings import lengths


@pytest.fixture
def find(small_index, put):
    put(
        small_index,
        "a",
        "the ferry leaves at nine",
        "the office is on the pier",
        "the ferries to Bergen",
        title="Routes",
    )
    put(small_index, "b", "the menu", title="Ferry food")

    def run(query, context_weight=1.0):
        numbers, shares = shares_of(small_index, query, context_weight)
        return {number: share for number, share in zip(numbers, shares, strict=True) if share}

    return run


def shares_of(index, query, context_weight=1.0, **weights):
    with index._storage.reading() as connection:
        numbers = np.array([row[0] for row in connection.execute("SELECT number FROM chunks ORDER BY number")])
        lexicon = Lexicon(numbers, lengths(connection))
        shares = lexicon.shares(connection, query, context_weight=context_weight, **weights)
        return numbers.tolist(), shares.tolist()


def test_words_are_matched_by_their_stems(find):
    assert set(find("ferry")) == {1, 3, 4}
    assert set(find("FERRIES")) == {1, 3, 4}


def test_only_words_that_an_index_has_are_remembered(small_index, put):
    put(small_index, "a", "the ferry leaves at nine")
    with small_index._storage.reading() as connection:
        lexicon = Lexicon(np.array([1]), lengths(connection))
        for number in range(50):
            lexicon.shares(connection, f"ferries to nowhere{number}", context_weight=1.0)
        assert set(lexicon._counts) == {"ferri"}


def test_a_word_in_the_title_counts_as_much_as_told(find):
    assert find("ferry", context_weight=5.0)[4] > find("ferry", context_weight=1.0)[4]


def test_a_share_lies_between_nothing_and_all(find):
    shares = find("ferry to Bergen")
    assert max(shares, key=shares.get) == 3
    assert all(0 < share <= 1 for share in shares.values())


@pytest.mark.parametrize("query", ["zeppelin", "", "?!", "\U0001f600", '"', "\x00", "NEAR(", "* OR *", "{text}: -"])
def test_a_query_without_a_known_word_matches_nothing(find, query):
    assert find(query) == {}


def test_operators_of_the_query_language_are_words(find):
    assert set(find("ferry NOT Bergen")) == {1, 3, 4}
    assert set(find('office" OR text:"menu')) == {2, 4}


@given(st.text(max_size=60))
def test_no_character_that_fts5_reads_as_syntax_is_left(query):
    assert all(character.isalnum() for word in words(query) for character in word)


def test_each_word_is_looked_up_once_and_not_too_many():
    assert words("Ferry ferry FERRY") == ["ferry"]
    assert len(words(" ".join(f"w{number}" for number in range(1000)))) == 64


def test_a_decomposed_accent_does_not_split_a_word():
    assert words("cafe\u0301s") == ["caf\u00e9s"]


def term(word, chunks, position=0):
    return Term(position, word, chunks)


def test_in_a_large_index_common_words_are_left_out():
    kept = selected([term("the", 90_000), term("of", 80_000), term("ferry", 900), term("leaves", 4_000)])
    assert [one.stem for one in kept] == ["ferry", "leaves"]


def test_two_words_are_kept_however_common():
    kept = selected([term("the", 90_000), term("what", 30_000), term("is", 70_000)])
    assert [one.stem for one in kept] == ["what", "is"]


def test_in_a_small_index_every_word_is_looked_up():
    assert len(selected([term("the", 700), term("of", 600), term("ferry", 9)])) == 3


def test_a_query_of_words_that_stand_everywhere_matches_nothing_well(find):
    assert max(find("the ferry").values()) < 0.2


def test_a_phrase_counts_beyond_its_words(small_index, put, find):
    put(small_index, "c", "prior visits need authorization", "an authorization in prior years", "prior authorization")
    shares = find("prior authorization")
    assert shares[7] > 1.3 * shares[5]
    assert shares[7] > 1.3 * shares[6]


def test_an_empty_index_matches_nothing(small_index):
    assert shares_of(small_index, "ferry") == ([], [])


@given(
    st.lists(
        st.lists(st.sampled_from(["ferry", "pier", "bergen", "menu", "gull", "rope"]), min_size=1, max_size=9),
        min_size=1,
    ),
    st.sampled_from([0.5, 1.0, 3.0]),
)
def test_the_scores_are_those_of_fts5(texts, context_weight):
    """Its own `bm25` is the reference; here it is five times as slow, which is why it is not used.

    It takes a word that more than half of the chunks hold for worth nothing; that one factor is ours.
    """
    index = LocalIndex.in_memory(embedder=WordEmbedder())
    chunks = [Chunk(f"a:{at}", "a", at, None, (), 0, 1, " ".join(text), "gull rope") for at, text in enumerate(texts)]
    with index.writing() as writer:
        writer.put(DocumentRecord("a", "", "text", "0" * 64, None, 1), chunks, np.ones((len(chunks), 32), np.float32))
    with index._storage.reading() as connection:
        expected = Counter()
        for asked in ('"ferry"', '"gull"', '"ferry gull"'):
            rows = connection.execute(
                "SELECT rowid, -bm25(words, 1.0, ?) FROM words WHERE words MATCH ?", (context_weight, asked)
            ).fetchall()
            odds = (len(texts) - len(rows) + 0.5) / (len(rows) + 0.5)
            worth = math.log(1 + odds) / max(1e-6, math.log(odds))
            expected.update({row: score * worth for row, score in rows})
    numbers, shares = shares_of(index, "ferry gull", context_weight)
    index.close()
    found = {number: share for number, share in zip(numbers, shares, strict=True) if share}
    assert found.keys() == expected.keys()
    # A share is the score divided by one number for the whole query, and never more than 1.
    best = max(found, key=found.get)
    assert found == pytest.approx(
        {number: min(1, score * found[best] / expected[best]) for number, score in expected.items()}, rel=1e-4
    )


def test_words_that_only_ask_are_not_looked_for(find):
    assert find("when does the ferry leave?") == find("ferry leave")
    assert 4 not in find("what is the pier")


def test_a_question_of_nothing_but_such_words_looks_for_them(find):
    assert find("the")
    assert telling(["who", "are", "you"]) == [(0, "who"), (1, "are"), (2, "you")]


def test_words_with_one_that_only_asks_between_them_are_no_phrase(small_index, put, find):
    put(small_index, "c", "the prior authorization", "authorization of the prior year")
    assert telling(["prior", "to", "authorization"]) == [(0, "prior"), (2, "authorization")]
    shares = find("prior to authorization")
    assert shares[5] == pytest.approx(shares[6], rel=0.2)


def test_a_phrase_counts_as_much_as_told(small_index, put):
    put(small_index, "c", "prior authorization", "one", "two", "three", "four")
    without, half, full = (
        shares_of(small_index, "prior authorization", phrase_weight=weight)[1][0] for weight in (0.0, 0.5, 1.0)
    )
    assert without < half < full
    assert half - without == pytest.approx(full - half)


def test_words_that_fill_a_handbook_are_a_phrase_all_the_same(small_index, put):
    put(small_index, "c", *["plan and health"] * 400, "health plan")
    shares = shares_of(small_index, "health plan")[1]
    assert shares[-1] > 2 * shares[0]


def test_a_longer_chunk_is_marked_down_as_far_as_told(small_index, put):
    put(small_index, "c", "ferry", "ferry " + "rope " * 20, "menu")
    for weight, even in ((0.0, True), (0.5, False), (1.0, False)):
        short, long, _ = shares_of(small_index, "ferry", length_weight=weight)[1]
        assert (short == pytest.approx(long)) == even
    marked = [shares_of(small_index, "ferry", length_weight=weight)[1][1] for weight in (0.0, 0.5, 1.0)]
    assert marked == sorted(marked, reverse=True)
