"""Reads Word files in the order of their body: headings, paragraphs, lists, tables, text boxes, notes, page headers."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, cast

from docx.opc.part import PartFactory
from docx.package import Package
from docx.parts.document import DocumentPart

from tools.search.reading.document_text import DocumentText, Outline, PageWriter, one_line
from tools.search.reading.docx_notes import noted, notes_of
from tools.search.reading.office import Element, W
from tools.search.reading.tables import table_lines
from tools.search.reading.titles import choose_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document

    from tools.search.reading.docx_notes import Notes

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BREAKS = frozenset({W + "tab", W + "br", W + "cr", W + "ptab"})
# What was deleted with changes tracked, and the older twin of each drawing.
_SKIPPED = frozenset({W + "del", W + "moveFrom", _MC + "Fallback", W + "pPr", W + "instrText"})
# They hold paragraphs, rows or cells as if these stood in their place.
_AROUND = frozenset({W + "sdt", W + "sdtContent", W + "ins", W + "customXml"})
_TITLE_LEVEL = 0
# The library opens plain documents only, though these differ from them in nothing but their name.
for _kind in (
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
):
    PartFactory.part_type_for[_kind] = DocumentPart


def read_docx(data: bytes, name: str) -> DocumentText:
    """Read a Word document.

    Args:
        data: The file's bytes.
        name: Its name, for the title if the document has none.
    """
    document = cast("DocumentPart", Package.open(io.BytesIO(data)).main_document_part).document
    writer = _Writer(_Styles(document), notes_of(document))
    for line in _page_headers(document):
        writer.page.paragraph(line)
    writer.body(Element(cast("Any", document.element).body))
    title = choose_title(name, document.core_properties.title, writer.title or writer.first_heading)
    return DocumentText(title, "docx", (writer.page.finish(),))


class _Styles:
    """What a paragraph style means: an outline level, a list."""

    def __init__(self, document: Document) -> None:
        root = Element(document.styles.element)
        self._styles = {style.get(W + "styleId"): style for style in root.find_all(W + "style")}

    def level(self, style_id: str | None) -> int | None:
        """The outline level: 0 for a title, 1 for the outermost heading, None for text."""
        for style in self._chain(style_id):
            named = style.find(W + "name")
            label = (named.get(W + "val") or "").lower() if named else ""
            if label == "title":
                return _TITLE_LEVEL
            if match := re.fullmatch(r"heading (\d)", label):
                return int(match[1])
            outline = style.find(f"{W}pPr/{W}outlineLvl")
            if outline and (outline.get(W + "val") or "9") in "012345678":
                return int(outline.get(W + "val") or "0") + 1
        return None

    def is_list(self, style_id: str | None) -> bool:
        """Whether paragraphs of this style have bullets or numbers."""
        return any(style.find(f"{W}pPr/{W}numPr") for style in self._chain(style_id))

    def _chain(self, style_id: str | None) -> Iterator[Element]:
        seen: set[str | None] = set()
        while style_id not in seen and (style := self._styles.get(style_id)):
            yield style
            seen.add(style_id)
            base = style.find(W + "basedOn")
            style_id = base.get(W + "val") if base else None


class _Writer:
    def __init__(self, styles: _Styles, notes: Notes) -> None:
        self.page = PageWriter(None, Outline())
        self.title: str | None = None
        self.first_heading: str | None = None
        self._styles = styles
        self._notes = notes

    def body(self, parent: Element) -> None:
        """Write the paragraphs and tables of a body, a content control or a text box."""
        for child in parent:
            if child.tag == W + "p":
                self._paragraph(child)
            elif child.tag == W + "tbl":
                self.page.lines(table_lines(_rows(child)))
                self._add_notes(child)
            elif child.tag in _AROUND:
                self.body(child)

    def _paragraph(self, paragraph: Element) -> None:
        text = one_line(_text(paragraph))
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        style_id = style.get(W + "val") if style else None
        level = self._styles.level(style_id)
        if text and level == _TITLE_LEVEL and self.title is None:
            self.title = text
            self.page.heading(text, 1)
        elif text and level is not None:
            self.first_heading = self.first_heading or text
            # Headings stand under the document's title, if it has one.
            self.page.heading(text, max(level, 1) + (self.title is not None))
        elif paragraph.find(f"{W}pPr/{W}numPr") or self._styles.is_list(style_id):
            self.page.item(text)
        else:
            self.page.paragraph(text)
        self._add_notes(paragraph)
        for box in _boxes(paragraph):
            self.body(box)

    def _add_notes(self, element: Element) -> None:
        """Write the notes of a paragraph or table under it, whose words they are about."""
        for note in noted(element, self._notes, _SKIPPED | {W + "txbxContent"}):
            self.page.paragraph(_text(note))


def _text(element: Element) -> str:
    """The words of a paragraph; those of its text boxes come after it, by themselves."""
    if element.tag == W + "t":
        return element.text
    if element.tag in _BREAKS:
        return " "
    if element.tag in {W + "noBreakHyphen", W + "softHyphen"}:
        return "-" if element.tag == W + "noBreakHyphen" else ""
    if element.tag in _SKIPPED or element.tag == W + "txbxContent":
        return ""
    if element.tag == W + "r" and _is_void(element):
        return ""
    words = "".join(map(_text, element))
    return f"{words} " if element.tag == W + "p" else words  # one of several in a cell, or in a table in it


def _is_void(run: Element) -> bool:
    """Whether words are hidden, or struck out and hold no longer."""
    properties = run.find(W + "rPr")
    marks = [properties.find(W + name) for name in ("vanish", "strike", "dstrike")] if properties else []
    return any(mark and mark.get(W + "val") not in {"0", "false", "off"} for mark in marks)


def _boxes(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag == W + "txbxContent":
            yield child
        elif child.tag not in _SKIPPED:
            yield from _boxes(child)


def _within(parent: Element, tag: str) -> Iterator[Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _within(child, tag)


def _rows(table: Element) -> list[list[str]]:
    """The cells' words; a cell merged over columns or rows counts in each of them."""
    rows: list[list[str]] = []
    for row in _within(table, W + "tr"):
        cells: list[str] = []
        for cell in _within(row, W + "tc"):
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            width = (span.get(W + "val") or "1") if span else "1"
            text = _text(cell)
            if merge and merge.get(W + "val") != "restart" and rows and len(cells) < len(rows[-1]):
                text = rows[-1][len(cells)]
            cells.extend([text] * (min(int(width), 63) if width.isdigit() else 1))  # Word allows 63 columns
        rows.append(cells)
    return rows


def _page_headers(document: Document) -> list[str]:
    """The lines that stand at the top of every page, each once."""
    lines: dict[str, None] = {}
    for section in document.sections:
        for header in (section.first_page_header, section.header):
            if not header.is_linked_to_previous:
                lines.update(dict.fromkeys(one_line(paragraph.text) for paragraph in header.paragraphs))
    return [line for line in lines if any(map(str.isalpha, line))]
