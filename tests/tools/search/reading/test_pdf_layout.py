from tools.search.reading.document_text import Outline, PageWriter
from tools.search.reading.pdf_hyphens import Hyphens
from tools.search.reading.pdf_layout import Layout
from tools.search.reading.pdf_lines import Line, Sheet


def laid_out(*lines):
    """Lines given as (text, x, y[, weight[, size]])."""
    made = [Line(text, x, y, *(rest[1:] or [10.0]), *(rest[:1] or [400])) for text, x, y, *rest in lines]
    sheet = Sheet(tuple(made), 800)
    page = PageWriter(1, Outline())
    Layout([sheet]).write(sheet, page, Hyphens([]))
    done = page.finish()
    return [(one.kind, done.text[one.start : one.end]) for one in done.blocks]


BODY = [
    ("Words that make the body of the page so that", 70, 500),
    ("its type is the usual type of the document.", 70, 488),
]


def test_a_bold_line_by_itself_is_a_heading_and_a_bold_cell_of_a_table_is_not():
    assert laid_out(("Fares", 70, 540, 700), *BODY)[0] == ("heading", "Fares")
    cells = [("First", 70, 540, 700), ("class", 70, 528, 700), ("12 seats in the bow of the ship", 200, 540)]
    assert all(kind != "heading" for kind, _ in laid_out(*cells, *BODY))


def test_bold_words_that_open_a_paragraph_and_large_sentences_are_no_headings():
    assert laid_out(*BODY, ("bold end of it", 70, 476, 700))[-1][0] == "paragraph"
    assert laid_out(("This is a large sentence, not a heading.", 70, 540, 400, 14.0), *BODY)[0][0] == "paragraph"


def test_two_lines_of_one_heading_are_one_heading():
    lines = [("A long title over", 70, 560, 700, 20.0), ("two whole lines", 70, 536, 700, 20.0)]
    assert laid_out(*lines, *BODY)[0] == ("heading", "A long title over two whole lines")


def test_a_gap_parts_paragraphs_unless_a_sentence_runs_on():
    apart = [("A new one begins here.", 70, 460)]
    assert len(laid_out(*BODY, *apart)) == 2
    on = [("Words that go on and on without an", 70, 460), ("end until here.", 70, 436)]
    assert laid_out(*BODY, *on)[1] == ("paragraph", "Words that go on and on without an end until here.")


def test_a_sentence_that_runs_into_the_next_column_stays_whole():
    column = [("and here it ends in the second column.", 320, 700)]
    half = [("It begins at the foot of the first column", 70, 460)]
    assert laid_out(*BODY, *half, *column)[1][1].endswith("first column and here it ends in the second column.")
    assert len(laid_out(*BODY, ("A new column.", 320, 700))) == 2


def test_bullets_and_numbers_begin_items():
    lines = [("• one thing and", 70, 470), ("its second line", 80, 458), ("2. two", 70, 446)]
    assert laid_out(*BODY, *lines)[1:] == [("item", "- one thing and its second line"), ("item", "2. two")]
