"""Reads PowerPoint files, a page a slide: title, text, tables, charts, grouped shapes, speaker's notes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape

from tools.search.reading.document_text import DocumentText, Outline, PageWriter, one_line
from tools.search.reading.tables import Grid, table_lines
from tools.search.reading.titles import choose_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide
    from pptx.table import _Row  # pyright: ignore[reportPrivateUsage] - it has no public name
    from pptx.text.text import TextFrame

    from tools.search.reading.document_text import PageText

_FURNITURE = frozenset({PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER})
_LISTS = frozenset({PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT})


def read_pptx(data: bytes, name: str) -> DocumentText:
    """Read a presentation.

    Args:
        data: The file's bytes.
        name: Its name, for the title if the presentation has none.
    """
    presentation = pptx.Presentation(io.BytesIO(data))
    slides = list(presentation.slides)
    pages = tuple(_slide(number, slide) for number, slide in enumerate(slides, start=1))
    first = next((title for title in map(_slide_title, slides) if title), None)
    return DocumentText(choose_title(name, presentation.core_properties.title, first), "pptx", pages)


def _slide(number: int, slide: Slide) -> PageText:
    page = PageWriter(number, Outline())
    page.heading(_slide_title(slide), 1)
    title = slide.shapes.title
    for shape in _shapes(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _write(page, shape)
    if slide.has_notes_slide:
        notes = slide.notes_slide.notes_text_frame
        if notes is not None and notes.text.strip():
            page.paragraph(f"Notes: {notes.text}")
    return page.finish()


def _slide_title(slide: Slide) -> str:
    title = slide.shapes.title
    return one_line(title.text_frame.text) if title is not None else ""


def _shapes(shapes: Iterable[BaseShape]) -> Iterator[BaseShape]:
    """Every shape, those in groups included, in the order in which they lie."""
    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _shapes(shape.shapes)
        elif not (shape.is_placeholder and shape.placeholder_format.type in _FURNITURE):
            yield shape


def _write(page: PageWriter, shape: BaseShape) -> None:
    if isinstance(shape, GraphicFrame):
        if shape.has_table:
            table = shape.table
            grid = Grid()
            rows = [grid.row(_cells(row)) for row in table.rows]
            page.lines(table_lines(rows, header=table.first_row or None))
        elif shape.has_chart:
            page.lines(table_lines(_chart(shape), header=True))
    elif shape.has_text_frame:
        listed = shape.is_placeholder and shape.placeholder_format.type in _LISTS
        _frame(page, cast("TextFrame", cast("Any", shape).text_frame), listed=listed)


def _cells(row: _Row) -> list[tuple[str, int, int]]:
    return [(cell.text, cell.span_width, cell.span_height) for cell in row.cells if not cell.is_spanned]


def _frame(page: PageWriter, frame: TextFrame, *, listed: bool) -> None:
    paragraphs = [paragraph for paragraph in frame.paragraphs if paragraph.text.strip()]
    for paragraph in paragraphs:
        # A body's only paragraph is prose; several are its bullets.
        if paragraph.level > 0 or (listed and len(paragraphs) > 1):
            page.item(paragraph.text)
        else:
            page.paragraph(paragraph.text)


def _chart(frame: GraphicFrame) -> list[list[str]]:
    """A chart's figures as a table: categories down, series across."""
    chart = cast("Any", frame.chart)
    title = chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else ""
    plots = [plot for plot in chart.plots if len(plot.categories)]
    if not plots:
        return [[title]]
    series = list(plots[0].series)
    rows = [[title, *(str(one.name) for one in series)]]
    for position, category in enumerate(plots[0].categories):
        values = [one.values[position] if position < len(one.values) else None for one in series]
        rows.append([str(category), *("" if value is None else f"{value:g}" for value in values)])
    return rows
