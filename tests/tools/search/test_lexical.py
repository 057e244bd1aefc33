import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.search.lexical import Lexicon, Term, selected, words


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
    lexicon = Lexicon(small_index.count())

    def run(query, context_weight=1.0):
        with small_index._storage.reading() as connection:
            found = lexicon.matches(connection, query, context_weight=context_weight)
        return dict(zip(found.numbers.tolist(), found.shares.tolist(), strict=True))

    return run


def test_words_are_matched_by_their_stems(find):
    assert set(find("ferry")) == {1, 3, 4}
    assert set(find("FERRIES")) == {1, 3, 4}


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


def term(word, chunks):
    return Term(word, word, chunks)


def test_in_a_large_index_common_words_are_left_out():
    kept = selected([term("the", 90_000), term("of", 80_000), term("ferry", 900), term("leaves", 4_000)])
    assert [one.word for one in kept] == ["ferry", "leaves"]


def test_two_words_are_kept_however_common():
    kept = selected([term("the", 90_000), term("what", 30_000), term("is", 70_000)])
    assert [one.word for one in kept] == ["what", "is"]


def test_in_a_small_index_every_word_is_looked_up():
    assert len(selected([term("the", 700), term("of", 600), term("ferry", 9)])) == 3


def test_a_query_of_words_that_stand_everywhere_matches_nothing_well(find):
    assert max(find("the ferry").values()) < 0.01


def test_a_phrase_counts_beyond_its_words(small_index, put, find):
    put(small_index, "c", "prior visits need authorization", "an authorization in prior years", "prior authorization")
    shares = find("prior authorization")
    assert shares[7] > 1.3 * shares[5]
    assert shares[7] > 1.3 * shares[6]
