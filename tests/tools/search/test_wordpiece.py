import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import SearchError
from tools.search.wordpiece import VOCABULARY, WordPiece

CLS, SEP, UNK = 101, 102, 100


@pytest.fixture(scope="module")
def tokenizer():
    return WordPiece.load()


# What the reference implementation of BERT's uncased tokenizer makes of the same texts.
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("How much does the dental plan cover?", [2129, 2172, 2515, 1996, 11394, 2933, 3104, 1029]),
        ("embeddings", [7861, 8270, 4667, 2015]),
        ("Ærøskøbing naïve CAFÉ", [1097, 2099, 16415, 6711, 16415, 10472, 15743, 7668]),
        ("e\u0301clair", [14925, 19771, 2099]),
        ("$45+tax = 3^2 `x`", [1002, 3429, 1009, 4171, 1027, 1017, 1034, 1016, 1036, 1060, 1036]),
        ("in-network: don't", [1999, 1011, 2897, 1024, 2123, 1005, 1056]),
        ("日本語 text", [1864, 1876, 1950, 3793]),
        ("Σίσυφος", [1173, 18199, 29733, 29735, 29736, 15297]),
        ("a\x00b\u200bc\ufffd d", [5925, 1040]),
        ("\u2028line", [2240]),
        ("", []),
    ],
)
def test_a_text_is_cut_as_the_model_was_trained_on(tokenizer, text, numbers):
    assert tokenizer.encode(text, longest=64) == [CLS, *numbers, SEP]


def test_a_word_too_long_to_be_one_is_unknown(tokenizer):
    assert tokenizer.encode("x" * 101, longest=256) == [CLS, UNK, SEP]


def test_a_word_with_a_part_outside_the_vocabulary_is_unknown_as_a_whole(tokenizer):
    assert tokenizer.encode("tea\U0001f600time", longest=256) == [CLS, UNK, SEP]


def test_a_long_text_loses_its_end_and_keeps_the_closing_mark(tokenizer):
    numbers = tokenizer.encode("ferry " * 1000, longest=16)
    assert len(numbers) == 16
    assert numbers[0] == CLS
    assert numbers[-1] == SEP


@given(st.text(max_size=200))
def test_any_text_can_be_cut(text):
    numbers = WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a"]).encode(text, longest=32)
    assert 2 <= len(numbers) <= 32
    assert set(numbers) <= set(range(6))


@given(st.text(alphabet="aàâå bB", max_size=40))
def test_accents_and_case_make_no_difference(text):
    tokenizer = WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a", "b", "##b"])
    plain = "".join(one for one in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(one))
    assert tokenizer.encode(text, longest=64) == tokenizer.encode(plain, longest=64)


def test_turned_line_ends_do_not_matter(tmp_path):
    copy = tmp_path / "vocabulary.txt"
    copy.write_bytes(VOCABULARY.read_bytes().replace(b"\n", b"\r\n"))
    assert WordPiece.load(copy).encode("dental", longest=8) == [CLS, 11394, SEP]


def test_another_vocabulary_is_refused(tmp_path):
    other = tmp_path / "vocabulary.txt"
    other.write_text("[PAD]\n", encoding="utf-8")
    with pytest.raises(SearchError, match="damaged or another; reinstall"):
        WordPiece.load(other)


def test_a_missing_vocabulary_is_said_to_be_missing(tmp_path):
    with pytest.raises(SearchError, match=r"cannot read the vocabulary .*nowhere"):
        WordPiece.load(tmp_path / "nowhere")


def test_each_word_is_told_with_its_place_and_marks_are_no_words(tokenizer):
    numbers, words = tokenizer.cut("Embeddings, in-network: don't!", longest=64)
    assert numbers == tokenizer.encode("Embeddings, in-network: don't!", longest=64)
    assert [word for word, _ in words] == ["embeddings", "in", "network", "don", "t"]
    assert next(numbers[place] for _, place in words) == [7861, 8270, 4667, 2015]


def test_a_word_that_is_cut_off_is_not_told(tokenizer):
    numbers, words = tokenizer.cut("a plan embeddings", longest=6)
    assert len(numbers) == 6
    assert [word for word, _ in words] == ["a", "plan"]
