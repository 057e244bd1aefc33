from __future__ import annotations

import pytest

from agent.engine.sentence_stream import SentenceStream


def cut(*pieces):
    stream = SentenceStream()
    return [sentence for piece in pieces for sentence in stream.push(piece)] + stream.flush()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One sentence only.", ["One sentence only."]),
        ("First one here. Second one here.", ["First one here. ", "Second one here."]),
        ("Is it so? Yes indeed! Well then.", ["Is it so? ", "Yes indeed! ", "Well then."]),
        ("It costs 3.50 euros. Take it.", ["It costs 3.50 euros. ", "Take it."]),
        ("Ask Dr. Smith, e.g. on Monday. He knows.", ["Ask Dr. Smith, e.g. on Monday. ", "He knows."]),
        ("No. That is not right.", ["No. That is not right."]),
        ("This is a list:\n\n- one thing\n- another", ["This is a list:\n\n", "- one thing\n", "- another"]),
        ('He said "never again." Then he left.', ['He said "never again." ', "Then he left."]),
        ("   ", []),
    ],
)
def test_text_is_cut_where_sentences_end(text, sentences):
    assert cut(text) == sentences


def test_it_makes_no_difference_how_the_text_comes():
    text = "The first sentence is here. Is the second? Dr. No. 3 says the third is last."
    assert cut(*text) == cut(text)
    assert "".join(cut(*text)) == text


def test_a_sentence_is_given_as_soon_as_the_next_begins():
    stream = SentenceStream()
    assert stream.push("The first sentence.") == []
    assert stream.push(" ") == ["The first sentence. "]
