import pytest

from tools.search.reading.document_text import DocumentText, Outline, PageWriter, clean, one_line


def test_a_heading_ends_the_headings_of_its_level_and_below():
    outline = Outline()
    for level, heading in [(1, "A"), (2, "B"), (3, "C"), (2, "D")]:
        outline.enter(level, heading)
    assert outline.path == ("A", "D")


def test_every_block_is_where_its_span_says():
    page = PageWriter(3, Outline())
    page.heading("  Leave ", 1)
    page.paragraph("Thirty\ndays\u00a0a year.")
    page.item("one")
    page.item("two", "2.")
    page.lines(["a | b", "", "c: d"])
    page.code("x = 1   \n  y\n")
    page.paragraph("   ")
    page.item(" ")
    page.heading("", 2)
    done = page.finish()
    assert done.text == "Leave\n\nThirty days a year.\n\n- one\n2. two\n\na | b\nc: d\n\nx = 1\n  y"
    assert [done.text[one.start : one.end] for one in done.blocks] == [
        "Leave",
        "Thirty days a year.",
        "- one",
        "2. two",
        "a | b\nc: d",
        "x = 1\n  y",
    ]
    assert {one.headings for one in done.blocks} == {("Leave",)}
    assert done.number == 3


def test_ligatures_soft_hyphens_and_controls_do_not_stay_in_the_text():
    assert clean("e\ufb03cient o\ufb00er\u00ad\x00\ud800\r\nnext") == "efficient offer\nnext"
    assert one_line(" a\u2028b\u202fc ") == "a b c"


def test_a_page_is_found_by_its_number_and_a_missing_one_is_said_to_be_missing():
    pages = tuple(PageWriter(number, Outline()).finish() for number in (1, 2))
    document = DocumentText("T", "pdf", pages)
    assert (document.page_count, document.page_text(2)) == (2, "")
    with pytest.raises(LookupError, match="no page 3"):
        document.page_text(3)


def test_a_format_without_pages_counts_none():
    document = DocumentText("T", "text", (PageWriter(None, Outline()).finish(),))
    assert document.page_count is None
    assert not document.page_text(None)
