"""Tables as text: each row says its column headers, so that no cut parts a figure from its meaning."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from tools.search.reading.document_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEADER_MAX = 60  # characters; a longer cell is prose, not a header
_NAME_MAX = 200  # characters, of a header that the document itself declares one
_FIGURE = re.compile(r"[\s\d.,:%$€£+()/-]*\d[\s\d.,:%$€£+()/-]*")


def table_lines(rows: Sequence[Sequence[str]], *, header: bool | None = None) -> list[str]:
    """Write a table, one line a row.

    Args:
        rows: The cells, row by row; rows may differ in length.
        header: Whether the first row names the columns; None: judge by its looks.

    Returns:
        With a header: the header's line, then `Name: value; Name: value` for each row, so that each line can be read,
        found and spoken by itself. Without: the cells of a row joined by `" | "`.
    """
    cells = [[one_line(cell) for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if not cells:
        return []
    if header is None:
        header = _looks_like_header(cells)
    if not header or len(cells) == 1:
        return [" | ".join(filter(None, row)) for row in cells]
    # Said again in each row: what is no name but a text would multiply the table.
    names = [name if len(name) <= _NAME_MAX else "" for name in cells[0]]
    return [" | ".join(filter(None, cells[0])), *(_labelled(names, row) for row in cells[1:])]


class Grid:
    """Puts cells that reach over several rows or columns where a reader sees them: into each of these."""

    def __init__(self) -> None:
        self._hanging: dict[int, tuple[str, int]] = {}  # column to a cell from above, and how many rows it still takes

    def row(self, cells: Iterable[tuple[str, int, int]]) -> list[str]:
        """The texts of the next row, one a column.

        Args:
            cells: Of those that begin in it, the text, how many columns and how many rows it takes, from 1.
        """
        texts: list[str] = []
        hanging, self._hanging = self._hanging, {}

        def put(text: str, rows: int) -> None:
            if rows > 1:
                self._hanging[len(texts)] = (text, rows - 1)
            texts.append(text)

        for text, columns, rows in cells:
            while len(texts) in hanging:
                put(*hanging[len(texts)])
            for _ in range(columns):
                put(text, rows)
        while len(texts) in hanging:
            put(*hanging[len(texts)])
        return texts


def _labelled(names: Sequence[str], row: Sequence[str]) -> str:
    pairs = [(name, value) for name, value in zip_longest(names, row, fillvalue="") if value]
    text = "; ".join(f"{name}: {value}" if name else value for name, value in pairs)
    # A row's own name, under an empty corner, belongs to the figures rather than beside them.
    return text.replace("; ", ", ", 1) if len(pairs) > 1 and not names[0] and pairs[0][1] == row[0] else text


def _looks_like_header(cells: Sequence[Sequence[str]]) -> bool:
    first = cells[0]
    named = [cell for cell in first if cell]
    return (
        len(cells) > 1
        and len(first) > 1
        and len(named) >= len(first) - 1  # the corner may be empty
        and len(set(named)) == len(named)
        and all(len(cell) <= _HEADER_MAX and not _FIGURE.fullmatch(cell) for cell in named)
    )
