"""What repeats on the pages of a PDF and is not its text: running headers, footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeAlias

from tools.search.reading.pdf_lines import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.search.reading.pdf_lines import Line

_Likeness: TypeAlias = "tuple[str, int]"  # a line's words without its figures, and about where it stands
_EDGE = 2  # lines at the top and at the bottom of a page that may be furniture
_PAGES = 3  # fewer pages with the same line prove nothing
_SHARE = 0.5
_MARGIN = 0.12  # of the page's height
_FIGURE = re.compile(r"\d{1,9}")
_NUMBER = re.compile(r"\W*(?:page|seite|p\.)?\s*(\d{1,4})(?:\s*(?:/|of|von|sur|de)\s*\d{1,4})?\W*", re.IGNORECASE)


def without_furniture(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The pages without running headers, footers and page numbers.

    Only the outermost lines in the margins go: those that stand at the same height, digits aside the same, on half of
    the pages and at least three, with figures that stay or count the pages; and numbers that fit the page's place.
    """
    seen: defaultdict[_Likeness, list[tuple[int, Line]]] = defaultdict(list)
    for number, sheet in enumerate(sheets, start=1):
        for likeness, at in {_likeness(sheet.lines[at]): at for at in _edges(sheet)}.items():
            seen[likeness].append((number, sheet.lines[at]))
    needed = max(_PAGES, len(sheets) * _SHARE)
    body = _body_size(sheets)
    repeated = {likeness for likeness, lines in seen.items() if len(lines) >= needed and _runs(lines, body)}
    return [_strip(sheet, number, repeated) for number, sheet in enumerate(sheets, start=1)]


def _body_size(sheets: Sequence[Sheet]) -> float:
    sizes: Counter[float] = Counter()
    for sheet in sheets:
        for line in sheet.lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _runs(lines: Sequence[tuple[int, Line]], body: float) -> bool:
    """Whether what differs between alike lines is the page they stand on, rather than what they say.

    Args:
        lines: Each with its page.
        body: Size of the body's type: a larger line that is not the same on most pages is a heading.
    """
    for values in zip(*(map(int, _FIGURE.findall(line.text)) for _, line in lines), strict=True):
        if len(set(values)) * 2 <= len(values):
            continue
        places = {page - value for (page, _), value in zip(lines, values, strict=True)}
        if len(places) * 2 > len(values) or lines[0][1].size > body:
            return False
    return True


def _strip(sheet: Sheet, number: int, repeated: set[_Likeness]) -> Sheet:
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


def _likeness(line: Line) -> _Likeness:
    return _FIGURE.sub("0", line.text), round(line.y / 4)


def _is_page_number(line: Line, number: int) -> bool:
    match = _NUMBER.fullmatch(line.text)
    # Front matter shifts the printed number against the page's place.
    return bool(match) and -1 <= number - int(match[1] if match else 0) <= 20
