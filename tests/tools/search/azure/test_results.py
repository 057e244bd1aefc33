"""Results as passages: scores, pages, and the part of a long text that answers."""

from __future__ import annotations

import pytest

from tools.search.azure.layout import Layout
from tools.search.azure.results import passage_of, score_of

LAYOUT = Layout(text="chunk", key="key", title="title", page="page", url="url")


def passage(layout=LAYOUT, focus="", **fields):
    return passage_of({"key": "k", "chunk": "text", **fields}, layout, score=0.5, focus=focus)


@pytest.mark.parametrize(
    ("result", "lists", "score"),
    [
        ({"@search.reranker_score": 4.0, "@search.score": 0.03}, 2, 1.0),
        ({"@search.reranker_score": 1.0}, 2, 0.25),
        ({"@search.reranker_score": 0.0, "@search.score": 9.0}, 1, 0.0),
        ({"@search.score": 2 / 60}, 2, 1.0),
        ({"@search.score": 1 / 60}, 2, 0.5),
        ({"@search.score": 5.0}, 1, 0.5),
        ({"@search.score": 500.0}, 1, 500 / 505),
        ({}, 1, 0.0),
    ],
)
def test_a_score_is_between_0_and_1_whatever_ranked(result, lists, score):
    assert score_of(result, lists=lists) == pytest.approx(score)


@pytest.mark.parametrize(
    ("stored", "page"),
    [
        (3, 3),
        ("3", 3),
        ("handbook.pdf#page=12", 12),
        ("handbook-4.pdf", 4),
        ("handbook.pdf", None),
        ("2024 handbook", None),
        (None, None),
        (True, None),
    ],
)
def test_a_page_is_a_number_or_the_end_of_a_name(stored, page):
    assert passage(page=stored).page == page


@pytest.mark.parametrize("url", ["javascript:alert(1)", "aHR0cHM6Ly8", "/docs/x.pdf", ""])
def test_only_an_address_on_the_web_is_an_address(url):
    assert passage(url=url).url is None
    assert passage(url="https://x/y.pdf").url == "https://x/y.pdf"


def test_what_has_no_text_is_no_passage():
    assert passage(chunk="  ") is None
    assert passage(chunk=None) is None


def test_what_has_no_document_is_called_by_what_there_is():
    assert (passage(title="T").document, passage(title="T").title) == ("T", "T")
    assert passage(url="https://x/y.pdf").document == "https://x/y.pdf"
    assert passage().document == "k"


def test_of_a_long_text_the_part_that_answers_is_shown_in_whole_sentences():
    sentences = [f"Sentence number {number} says something of little interest here." for number in range(100)]
    sentences[60] = "The answer is forty-two."
    text = " ".join(sentences)
    found = passage(chunk=text, focus="The answer is forty-two.")
    assert "The answer is forty-two." in found.text
    assert len(found.text) <= 1200
    assert found.text.startswith("Sentence number")
    assert found.text.endswith("here.")
    ours = Layout(text="chunk", key="key", ours=True)
    found = passage(ours, chunk=text, focus="The answer is forty-two.", start=1000)
    assert text[found.start - 1000 : found.end - 1000] == found.text


@pytest.mark.parametrize("focus", ["", "not in there"])
def test_a_long_text_without_such_a_part_stays_whole(focus):
    assert passage(chunk="word " * 1000, focus=focus).text == "word " * 1000


def test_a_part_that_is_one_long_line_is_shown_as_it_is():
    text = "x" * 3000
    assert passage(chunk=text, focus="x" * 1300).text == "x" * 1300
    assert passage(chunk="y" * 2000 + " End.", focus="End.").text.endswith("End.")


@pytest.mark.parametrize(("stored", "headings"), [('["A", "B"]', ("A", "B")), ("A > B", ()), (None, ())])
def test_headings_are_those_we_stored(stored, headings):
    assert passage(Layout(text="chunk", key="key", ours=True), headings=stored).headings == headings
