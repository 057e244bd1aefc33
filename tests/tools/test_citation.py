"""Citations of anybody's tools, with every field that clients are promised."""

from __future__ import annotations

import pytest

from tools.citation import whole
from tools.search.backend import Passage


def test_a_passage_of_a_search_is_whole_already():
    citation = Passage("p1", "handbook.pdf", "Handbook", "25 days.", 0.5, page=3, headings=("Leave",)).citation()
    assert whole(citation) == citation


def test_what_a_tool_left_out_is_filled_in_and_what_it_says_besides_stays():
    assert whole({"text": "25 days.", "author": "Ann"}) == {
        "id": "",
        "document": "",
        "page": None,
        "title": "25 days.",
        "text": "25 days.",
        "score": 0.0,
        "headings": [],
        "start": 0,
        "end": 0,
        "author": "Ann",
    }


@pytest.mark.parametrize(
    ("wrong", "instead"),
    [({"page": "3"}, None), ({"document": 7}, ""), ({"headings": "Leave"}, []), ({"headings": [1]}, ["1"])],
)
def test_what_is_not_as_promised_counts_as_left_out(wrong, instead):
    (name,) = wrong
    assert whole(wrong)[name] == instead


def test_it_is_called_by_its_title_or_its_document_or_else_by_its_address_or_its_text():
    assert whole({"title": "Wiki", "url": "https://wiki.example", "text": "x"})["title"] == "Wiki"
    assert whole({"document": "a.pdf", "text": "x"})["title"] == ""
    assert whole({"url": "https://wiki.example", "text": "x"})["title"] == "https://wiki.example"
    assert whole({"text": "x" * 100})["title"] == "x" * 60
