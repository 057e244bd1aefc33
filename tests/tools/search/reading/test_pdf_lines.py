import pypdfium2

from tools.search.reading.pdf_lines import PDFIUM, _characters, page_lines


def test_a_line_knows_its_place_and_type(new_pdf):
    data = new_pdf().page().heading("Large", 20).text("small and plain").bytes()
    with PDFIUM:
        document = pypdfium2.PdfDocument(data)
        sheet = page_lines(document[0])
        document.close()
    large, small = sheet.lines
    assert (large.text, large.size, small.size) == ("Large", 20, 11)
    assert large.weight > small.weight + 150
    assert large.y > small.y
    assert round(large.x) == round(small.x)
    assert round(sheet.height) == 842


class OddTextPage:
    """A page whose text is not as long as its count of characters, as with characters beyond the basic plane."""

    def __init__(self, page):
        self._page = page
        self.raw = page.raw

    def count_chars(self):
        return self._page.count_chars()

    def get_text_range(self):
        return self._page.get_text_range() + "x"


def test_a_text_that_does_not_fit_the_count_is_read_character_by_character(new_pdf):
    with PDFIUM:
        document = pypdfium2.PdfDocument(new_pdf().page().text("plain").bytes())
        page = document[0].get_textpage()
        assert _characters(OddTextPage(page)) == "plain"
        document.close()
