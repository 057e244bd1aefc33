"""Leads: the line that rows and list items go on from, for the chunks that begin in the middle of them.

"- Two weeks' notice" says nothing without "To cancel a season ticket you need:", nor "Gold | 30" without the row that
names the columns. Both stand in the chunk before when a long list or table is cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tools.search.reading import Block

_LONGEST: Final = (
    200  # characters; a longer line announces nothing, and would crowd out the text when both are embedded
)
_COLUMN: Final = " | "


class Leads:
    """Follows the blocks of a page from its beginning.

    Args:
        text: The page's text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._announcing = ""

    def announced(self, block: Block, *, leads: bool) -> str:
        """The line that announces a block, such as the one before a list; "" where there is none.

        Args:
            block: The next block of the page.
            leads: Whether it announces what follows itself.
        """
        if block.kind in {"item", "table", "code"}:
            return self._announcing
        line = self._text[block.start : block.end]
        self._announcing = line if block.kind == "paragraph" and leads and len(line) <= _LONGEST else ""
        return ""

    def header(self, block: Block) -> str:
        """The first row of a table whose other rows do not name the columns themselves; "" of all else."""
        if block.kind != "table":
            return ""
        first, *rows = self._text[block.start : block.end].split("\n")
        named = any(f"{name}: " in row for row in rows for name in first.split(_COLUMN))
        return "" if named or _COLUMN not in first or len(first) > _LONGEST else first
