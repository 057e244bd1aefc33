"""What repeats on the pages of a PDF and is not its text: running headers, footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tools.search.reading.pdf_lines import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.search.reading.pdf_lines import Line

_EDGE = 2  # lines at the top and at the bottom of a page that may be furniture
_PAGES = 3  # fewer pages with the same line prove nothing
_SHARE = 0.5
_MARGIN = 0.12  # of the page's height
_NUMBER = re.compile(r"\W*(?:page|seite|p\.)?\s*(\d{1,4})(?:\s*(?:/|of|von|sur|de)\s*\d{1,4})?\W*", re.IGNORECASE)


def without_furniture(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The pages without running headers, footers and page numbers.

    Only the outermost lines in the margins go: those that stand at the same height, digits aside the same, on half of
    the pages and at least three; and numbers that fit the page's place.
    """
    seen: Counter[tuple[str, int]] = Counter()
    for sheet in sheets:
        seen.update({_likeness(sheet.lines[at]) for at in _edges(sheet)})
    needed = max(_PAGES, len(sheets) * _SHARE)
    repeated = {likeness for likeness, count in seen.items() if count >= needed}
    return [_strip(sheet, number, repeated) for number, sheet in enumerate(sheets, start=1)]


def _strip(sheet: Sheet, number: int, repeated: set[tuple[str, int]]) -> Sheet:
    dropped = {
        at for at in _edges(sheet) if _likeness(sheet.lines[at]) in repeated or _is_page_number(sheet.lines[at], number)
    }
    return Sheet(tuple(line for at, line in enumerate(sheet.lines) if at not in dropped), sheet.height)


def _edges(sheet: Sheet) -> set[int]:
    count = len(sheet.lines)
    by_height = sorted(range(count), key=lambda at: sheet.lines[at].y)
    edges = {*by_height[:_EDGE], *by_height[max(count - _EDGE, 0) :]}
    low, high = sheet.height * _MARGIN, sheet.height * (1 - _MARGIN)
    return {at for at in edges if high > 0 and not low < sheet.lines[at].y < high}


def _likeness(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "0", line.text), round(line.y / 4)


def _is_page_number(line: Line, number: int) -> bool:
    match = _NUMBER.fullmatch(line.text)
    # Front matter shifts the printed number against the page's place.
    return bool(match) and -1 <= number - int(match[1] if match else 0) <= 20
