"""Reads PDF files page by page: pdfium for the text and its looks, pypdf for files that pdfium cannot open."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, cast

from pypdf import PdfReader

from tools.search.reading.document_text import DocumentText, Outline, PageWriter, one_line
from tools.search.reading.errors import UnreadableError
from tools.search.reading.pdf_furniture import without_furniture
from tools.search.reading.pdf_hyphens import Hyphens
from tools.search.reading.pdf_layout import Layout
from tools.search.reading.pdf_lines import PDFIUM, Line, Sheet, open_page, page_lines, pdfium
from tools.search.reading.titles import choose_title

if TYPE_CHECKING:
    from collections.abc import Sequence

_TITLE_PAGE_WORDS = 24
_LOCKED = "protected by a password: save a copy without one"
_NO_TEXT = "no text in any of its {pages} pages; scanned? Run it through text recognition (OCR) first"


def read_pdf(data: bytes, name: str) -> DocumentText:
    """Read a PDF.

    Args:
        data: The file's bytes.
        name: Its name, for the title if the document has none.

    Raises:
        UnreadableError: It is damaged, needs a password, or holds pictures of text only.
    """
    try:
        sheets, metadata = _with_pdfium(data)
    except pypdfium_error() as error:
        if "password" in str(error).lower():
            raise UnreadableError(_LOCKED) from error
        sheets, metadata = _with_pypdf(data)
    if not any(sheet.lines for sheet in sheets):
        raise UnreadableError(_NO_TEXT.format(pages=len(sheets)))
    sheets = without_furniture(sheets)
    layout = Layout(sheets)
    hyphens = Hyphens(line.text for sheet in sheets for line in sheet.lines)
    outline = Outline()
    pages: list[PageWriter] = []
    for number, sheet in enumerate(sheets, start=1):
        page = PageWriter(number, outline)
        layout.write(sheet, page, hyphens)
        pages.append(page)
    title = choose_title(name, metadata, _visible_title(sheets, layout))
    return DocumentText(title, "pdf", tuple(page.finish() for page in pages))


def pypdfium_error() -> type[Exception]:
    """What pdfium's wrapper raises."""
    return cast("type[Exception]", pdfium.PdfiumError)


def _with_pdfium(data: bytes) -> tuple[list[Sheet], str]:
    with PDFIUM:
        document = pdfium.PdfDocument(data)  # an empty password is tried of itself
        try:
            sheets: list[Sheet] = []
            for index in range(len(document)):
                page = open_page(document, index)
                try:
                    sheets.append(page_lines(page))
                finally:
                    page.close()
            return sheets, cast("str", document.get_metadata_value("Title"))
        finally:
            document.close()


def _with_pypdf(data: bytes) -> tuple[list[Sheet], str]:
    """Read what pdfium refused; its lines come without their looks."""
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and not reader.decrypt("")
        texts = [] if locked else [page.extract_text() for page in reader.pages]
        title = None if locked or reader.metadata is None else reader.metadata.title
    except Exception as error:  # a damaged file breaks the library in any way it likes
        raise UnreadableError("damaged: it begins like a PDF but cannot be read") from error
    if locked:
        raise UnreadableError(_LOCKED)
    if not texts:
        raise UnreadableError("damaged: it begins like a PDF but has no pages")
    sheets = [Sheet(tuple(Line(line) for line in map(one_line, text.split("\n")) if line)) for text in texts]
    return sheets, title or ""


def _visible_title(sheets: Sequence[Sheet], layout: Layout) -> str | None:
    """The largest words of the first page that has any; a page of nothing but titles is taken whole."""
    lines = next(sheet.lines for sheet in sheets if sheet.lines)
    words = " ".join(line.text for line in lines)
    headings = [line for at, line in enumerate(lines) if layout.is_heading(lines, at)]
    if not headings:
        return None
    if len(headings) == len(lines) and len(words.split()) <= _TITLE_PAGE_WORDS:
        return words
    largest = max(line.size for line in headings)
    start = next(at for at, line in enumerate(headings) if line.size == largest)
    title: list[str] = []
    for line in headings[start:]:
        if line.size != largest or (title and headings[start].y - line.y > largest * 4):
            break
        title.append(line.text)
    return " ".join(title)
