"""From the lines of a PDF to headings, paragraphs and list items."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tools.search.reading.document_text import PageWriter
    from tools.search.reading.pdf_hyphens import Hyphens
    from tools.search.reading.pdf_lines import Line, Sheet

_BULLET = re.compile(r"([•◦▪▫●○■□‣\u2043∙·\uf0b7\uf0a7*\u2013-]|\d{1,3}[.)]|[a-z][.)])\s+(?=\S)")
_BOLDER = 150  # difference of weight that makes a bold line
_LARGER = 1.09  # ratio of size that makes a larger line
_HEADING_WORDS = 18
_LEVELS = 6
_NEAR = 6  # lines before and after among which a table's other cells are looked for
_PARAGRAPH_GAP = 1.4  # of the usual distance between baselines


class Layout:
    """The type of a document: what its body looks like, and which looks are headings, of which level.

    Args:
        sheets: All pages, without running headers and footers.
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        looks: Counter[tuple[float, int]] = Counter()
        for sheet in sheets:
            for line in sheet.lines:
                looks[line.size, line.weight] += len(line.text)
        self._size, self._weight = looks.most_common(1)[0][0] if looks else (0.0, 0)
        self._leading = self._usual_leading(sheets)
        ranks = sorted((look for look in looks if self._prominent(*look)), reverse=True)
        self._levels = {look: min(rank, _LEVELS) for rank, look in enumerate(ranks, start=1)}

    def write(self, sheet: Sheet, page: PageWriter, hyphens: Hyphens) -> None:
        """Write a page's blocks."""
        for lines, heading in self._blocks(sheet.lines):
            text = hyphens.mend(_joined(lines))
            bullet = _BULLET.match(text)
            if heading:
                page.heading(text, self._levels[_look(lines[0])])
            elif bullet:
                page.item(text[bullet.end() :], bullet[1] if bullet[1][0].isalnum() else "-")
            else:
                page.paragraph(text)

    def is_heading(self, lines: Sequence[Line], at: int) -> bool:
        """Whether a line is a heading: larger or bolder than the body, short, with nothing beside it."""
        line = lines[at]
        larger = line.size > self._size * _LARGER
        if not self._prominent(line.size, line.weight) or not _heading_words(line.text):
            return False
        if larger:
            return True
        # Bold type of the body's size also emphasises: a heading has a line to itself, and text of the body under it.
        near = [*lines[max(at - _NEAR, 0) : at], *lines[at + 1 : at + 1 + _NEAR]]
        beside = any(abs(other.y - line.y) < line.size * 0.6 for other in near)
        before = lines[at - 1] if at else None
        apart = before is None or before.y - line.y > self._leading * 1.15 or before.y < line.y
        return apart and not beside and not _BULLET.match(line.text)

    def _prominent(self, size: float, weight: int) -> bool:
        if size > self._size * _LARGER:
            return True
        return size >= self._size * 0.98 and weight >= self._weight + _BOLDER

    def _usual_leading(self, sheets: Sequence[Sheet]) -> float:
        gaps = sorted(
            above.y - below.y
            for sheet in sheets
            for above, below in zip(sheet.lines, sheet.lines[1:], strict=False)
            if above.size == below.size == self._size and 0 < above.y - below.y < self._size * 3
        )
        # Not the median: in a short document the gaps between paragraphs may be the most.
        return gaps[len(gaps) // 4] if gaps else self._size * 1.2

    def _blocks(self, lines: Sequence[Line]) -> Iterator[tuple[list[Line], bool]]:
        block: list[Line] = []
        heading = False
        for at, line in enumerate(lines):
            starts_heading = self.is_heading(lines, at)
            if block and not (
                self._continues_heading(block[-1], line)
                if heading and starts_heading
                else heading == starts_heading and self._continues(block[-1], line)
            ):
                yield block, heading
                block = []
            heading = starts_heading
            block.append(line)
        if block:
            yield block, heading

    def _continues_heading(self, above: Line, line: Line) -> bool:
        return _look(above) == _look(line) and 0 < above.y - line.y < line.size * 1.7

    def _continues(self, above: Line, line: Line) -> bool:
        """Whether a line goes on with the paragraph of the line above it."""
        if _BULLET.match(line.text):
            return False
        gap = above.y - line.y
        if gap < -line.size:  # the top of the next column, or of the next cell
            return above.text[-1] not in ".!?:;"
        if line.text[0].islower() and above.text[-1] not in ".!?:;" and gap < self._leading * 2.5:
            return True  # in the middle of a sentence, whatever the spacing
        return gap <= max(self._leading, line.size * 1.1) * _PARAGRAPH_GAP


def _look(line: Line) -> tuple[float, int]:
    return line.size, line.weight


def _heading_words(text: str) -> bool:
    words = text.split()
    return len(words) <= _HEADING_WORDS and any(map(str.isalpha, text)) and text[-1] not in ".,;"


def _joined(lines: Sequence[Line]) -> str:
    """The lines as one text; a hyphen at a line's end is marked for mending."""
    text = ""
    for line in lines:
        if re.search(r"[^\W\d_]-$", text) and line.text[0].isalpha():
            text = f"{text[:-1]}\ufffe{line.text}"
        else:
            text = f"{text} {line.text}" if text else line.text
    return text
