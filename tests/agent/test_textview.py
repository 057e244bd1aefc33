"""Text views: the text of a page, its blocks and the place of a passage."""

from __future__ import annotations

import pytest

from agent.textview import MOST, text_view
from tools.search.document import DocumentRecord
from tools.search.reading import parse

RECORD = DocumentRecord("staff/leave.md", "Leave", "markdown", "0" * 64, None, 1)


def view(text, *places, **more):
    return text_view(RECORD, parse(text.encode(), "leave.md"), None, *places, **more)


def test_a_page_is_told_with_its_blocks_and_the_headings_above_the_passage():
    told = view("# Leave\n\nAsk first.\n\n## Carry over\n\n- Five days\n- Until March\n")
    start = told["text"].index("Five")
    told = view("# Leave\n\nAsk first.\n\n## Carry over\n\n- Five days\n- Until March\n", start, start + 4)
    assert told["headings"] == ["Leave", "Carry over"]
    assert (told["document"], told["title"], told["format"], told["page"], told["pages"]) == (
        "staff/leave.md",
        "Leave",
        "markdown",
        None,
        None,
    )
    written = [(block["kind"], told["text"][block["start"] : block["end"]]) for block in told["blocks"]]
    assert written == [
        ("heading", "Leave"),
        ("paragraph", "Ask first."),
        ("heading", "Carry over"),
        ("item", "- Five days"),
        ("item", "- Until March"),
    ]
    assert [block["level"] for block in told["blocks"] if block["kind"] == "heading"] == [1, 2]
    assert told["text"][told["start"] : told["end"]] == "Five"
    assert (told["offset"], told["length"]) == (0, len(told["text"]))


@pytest.mark.parametrize(("start", "end"), [(8, 2), (-5, 3), (0, 10**9), (10**9, 10**9)])
def test_a_passage_beyond_the_text_is_kept_within_it(start, end):
    told = view("# Leave\n\nAsk first.\n", start, end)
    assert 0 <= told["start"] <= told["end"] <= told["length"]


def test_a_long_text_is_told_around_the_passage_and_the_rest_on_request():
    text = "".join(f"Paragraph {number} is one of very many in this log.\n\n" for number in range(9000))
    start = view(text)["length"] // 2
    told = view(text, start, start + 30)
    assert len(told["text"]) <= MOST * 1.25
    assert 0 < told["offset"] <= start
    assert start + 30 <= told["offset"] + len(told["text"])
    assert told["text"].startswith("Paragraph")
    first, last = told["blocks"][0], told["blocks"][-1]
    assert told["offset"] <= first["start"]
    assert last["end"] <= told["offset"] + len(told["text"])
    after = view(text, start, start + 30, begin=told["offset"] + len(told["text"]))
    assert after["offset"] <= told["offset"] + len(told["text"]) < after["offset"] + len(after["text"])
    rest = view(text, begin=10**9)
    assert rest["offset"] + len(rest["text"]) == rest["length"]
    assert view(text, begin=0)["offset"] == 0


def test_every_part_of_a_long_line_without_breaks_can_be_seen():
    told = view("word " * 40_000, 150_000, 150_010)
    assert told["offset"] <= 150_000 < told["offset"] + len(told["text"])
    assert [(block["start"], block["end"]) for block in told["blocks"]] == [
        (told["offset"], told["offset"] + len(told["text"]))
    ]


def test_a_page_that_is_not_there_is_refused():
    with pytest.raises(LookupError, match="no page 7"):
        text_view(RECORD, parse(b"# Leave", "leave.md"), 7)
