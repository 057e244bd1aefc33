"""What every reader makes of a file: pages of text, and the blocks that the text consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

Format = Literal["markdown", "text", "html", "pdf", "docx", "pptx"]
FORMATS: tuple[Format, ...] = get_args(Format)
BlockKind = Literal["heading", "paragraph", "item", "table", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, a list item, a table or a listing.

    Attributes:
        kind: Which of these. Tables, items and code may hold several lines, one a row; the others are one line.
        start: First character in the text of its page.
        end: The character after its last.
        headings: The headings it stands under, outermost first; a heading ends its own path.
    """

    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page or slide, or of a whole document where the format has no pages.

    Attributes:
        number: 1-based page or slide; None where the format has none.
        text: The blocks, one after the other; what a client shows and what spans count in.
        blocks: In reading order, not overlapping.
    """

    number: int | None
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document as text.

    Attributes:
        title: The document's own title, else its first heading, else its file name made readable.
        format: What it was read as, whatever its suffix.
        pages: In order, blank ones included; exactly one where the format has no pages.
    """

    title: str
    format: Format
    pages: tuple[PageText, ...]

    @property
    def page_count(self) -> int | None:
        """How many pages or slides; None where the format has none."""
        return len(self.pages) if self.pages and self.pages[0].number is not None else None

    def page_text(self, page: int | None) -> str:
        """The text in which a passage's `start` and `end` count.

        Args:
            page: 1-based page or slide, or None where the format has none.

        Raises:
            LookupError: The document has no such page.
        """
        for candidate in self.pages:
            if candidate.number == page:
                return candidate.text
        raise LookupError(f"The document has no page {page}.")


class Outline:
    """The headings in force while a document is read from its beginning."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, level: int, heading: str) -> None:
        """Come upon a heading: it ends all headings of its own level and deeper ones."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self._open.append((level, heading))

    @property
    def path(self) -> tuple[str, ...]:
        """The headings in force, outermost first."""
        return tuple(heading for _, heading in self._open)


class PageWriter:
    """Puts the blocks of one page together and notes where each stands.

    Args:
        number: 1-based page or slide, or None where the format has none.
        outline: The headings in force; one outline may run through all pages of a document.
    """

    def __init__(self, number: int | None, outline: Outline) -> None:
        self._number = number
        self._outline = outline
        self._parts: list[str] = []  # joined at the end: a page may have a million blocks
        self._length = 0
        self._blocks: list[Block] = []

    def heading(self, text: str, level: int) -> None:
        """Add a heading; level 1 is the outermost."""
        line = one_line(text)
        if line:
            self._outline.enter(level, line)
            self._add("heading", line)

    def paragraph(self, text: str) -> None:
        """Add a paragraph; line breaks within become spaces."""
        self._add("paragraph", one_line(text))

    def item(self, text: str, marker: str = "-") -> None:
        """Add a list item under its marker (`-` or a number)."""
        line = one_line(text)
        if line:
            self._add("item", f"{marker} {line}")

    def lines(self, lines: list[str], kind: Literal["table", "paragraph"] = "table") -> None:
        """Add a block in which line breaks matter, such as the rows of a table."""
        self._add(kind, "\n".join(line for line in map(one_line, lines) if line))

    def code(self, text: str) -> None:
        """Add a listing as it stands."""
        self._add("code", "\n".join(line.rstrip() for line in clean(text).strip("\n").split("\n")))

    def finish(self) -> PageText:
        """The page."""
        return PageText(self._number, "".join(self._parts), tuple(self._blocks))

    def _add(self, kind: BlockKind, text: str) -> None:
        if not text.strip():
            return
        if self._blocks:
            self._append("\n" if kind == "item" == self._blocks[-1].kind else "\n\n")
        start = self._length
        self._append(text)
        self._blocks.append(Block(kind, start, self._length, self._outline.path))

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_CONTROLS = dict.fromkeys(c for c in range(0x20) if chr(c) not in "\n\t")
# A lone surrogate or a non-character cannot be stored as UTF-8, or means nothing to a reader.
_UNREADABLE = dict.fromkeys([*range(0xD800, 0xE000), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF])
_CLEANING: dict[int, str | None] = {
    **_CONTROLS,
    **_UNREADABLE,
    **_INVISIBLE,
    **_LIGATURES,
    0x85: "\n",
    0xA0: " ",
    0x2007: " ",
    0x202F: " ",
    0x2028: "\n",
    0x2029: "\n",
    0x0B: "\n",
    0x0C: "\n",
}


def clean(text: str) -> str:
    """Text without ligatures, invisible or control characters; every line break is a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEANING)


def one_line(text: str) -> str:
    """Cleaned text with all white space made single spaces."""
    return re.sub(r"\s+", " ", clean(text)).strip()
