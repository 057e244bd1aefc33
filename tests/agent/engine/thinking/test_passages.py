"""Passages in outputs of any search."""

from __future__ import annotations

import json

import pytest

from agent.engine.thinking import passages

TEXT = "The canteen opens at eight and closes at three in the afternoon."


def test_our_own_search_is_read() -> None:
    output = {
        "passages": [
            {"id": "1", "document": "a.pdf", "page": 2, "title": "A", "section": "B > C", "text": TEXT, "score": 0.5}
        ]
    }

    assert passages.find(json.dumps(output)) == [
        passages.Found(TEXT, title="A", heading="C", name="A a.pdf B C", score=0.5)
    ]


@pytest.mark.parametrize(
    "output",
    [
        {"results": [{"content": TEXT}]},
        {"documents": [{"page_content": TEXT}]},
        [{"snippet": TEXT}],
        [TEXT],
        {"value": [{"chunk": TEXT}, {"chunk": TEXT}]},
        {"hits": [{"text": TEXT, "headings": ["One", "Two"]}]},
    ],
)
def test_other_searches_are_read_too(output: object) -> None:
    found = passages.find(json.dumps(output))

    assert found is not None
    assert {each.text for each in found} == {TEXT}


def test_a_search_that_found_nothing_is_known_as_one() -> None:
    assert passages.find('{"passages": [], "note": "Nothing matches."}') == []
    assert passages.find("[]") == []


@pytest.mark.parametrize(
    "output",
    [
        "plain text",
        "42",
        '{"temperature": 12}',
        '["red", "green"]',
        '{"items": []}',
        '{"items": [{"name": "Ann"}, {"name": "Bob"}]}',
        "[" * 99_999,
    ],
)
def test_other_results_are_no_passages(output: str) -> None:
    assert not passages.find(output)
