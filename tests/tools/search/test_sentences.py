import pytest

from tools.search.sentences import sentence_spans


@pytest.mark.parametrize(
    "sentences",
    [
        ["One.", "Two!", "Three?"],
        ["He said “stop.”", "Then he left."],
        ["Dr. Smith pays $2.50 a day, i.e. little.", "E. Jones pays more."],
        ["Call us at 9 a.m. for help.", "We open at 8 a.m.", "Bring a pen."],
        ["Pens, ink, etc. are free.", "Take pens, ink, etc.", "Then leave."],
        ["See No. 5 and vol. 3.", "It was I.", "Yes."],
        ["1. Open the door.", "2. Go in."],
        ["今日は晴れです。", "明日は雨です。"],
        ["A line", "another line"],
        ["Wait... what?", "Nothing."],
    ],
)
def test_text_is_split_where_sentences_end(sentences):
    joined = "\n".join(sentences) if sentences[0] == "A line" else " ".join(sentences)
    assert [joined[start:end] for start, end in sentence_spans(joined)] == sentences


def test_spans_count_in_the_whole_text():
    text = "Skip this. One here. Two here. Not this."
    assert [text[a:b] for a, b in sentence_spans(text, 11, 30)] == ["One here.", "Two here."]
    assert sentence_spans("  ") == []


def test_a_file_full_of_dots_or_with_one_endless_word_is_split_at_once():
    # In a time that grew with the square of their length, these would take many minutes.
    assert sentence_spans("." * 300_000) == [(0, 300_000)]
    text = "aB3" * 100_000 + " follows. More on p. 5 of it."
    assert [text[a:b] for a, b in sentence_spans(text)][1:] == ["More on p. 5 of it."]
