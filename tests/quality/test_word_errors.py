import pytest

from tests.quality.word_errors import errors, rate, words

SAME = {
    "Mr. Smith's 25%": "mister smiths twenty five percent",
    "It costs $1,250.": "it costs one thousand two hundred fifty dollars",
    "the 3rd, the 12th and the 20th": "the third the twelfth and the twentieth",
    "3.5": "three point five",
    "counselled colours": "COUNSELED COLORS",
    "ill-disposed": "ill disposed",
    "0 and 1,000,001": "zero and one million one",
}


@pytest.mark.parametrize(("one", "other"), SAME.items())
def test_what_sounds_alike_is_written_alike(one: str, other: str):
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("one two three", "one two three", 0),
        ("one two three", "one three", 1),
        ("one two three", "one two two three", 1),
        ("one two three", "one four three", 1),
        ("one two", "", 2),
        ("", "one two", 2),
        ("our four hours", "or four hours", 1),
    ],
)
def test_each_word_changed_added_or_left_out_is_one_error(said: str, heard: str, wrong: int):
    assert errors(said, heard) == (wrong, len(said.split()))


def test_the_rate_weighs_words_not_clips():
    assert rate([("a b c d e f g h i", "a b c d e f g h i"), ("x", "y")]) == pytest.approx(0.1)
    assert rate([]) == 0
