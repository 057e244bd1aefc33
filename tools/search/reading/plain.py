"""Reads plain text: paragraphs, underlined or capital headings, lists."""

from __future__ import annotations

import re

from tools.search.reading.document_text import DocumentText, Outline, PageWriter, clean, one_line
from tools.search.reading.encoding import decode
from tools.search.reading.titles import choose_title

_UNDERLINE = re.compile(r"(=|-|~|\*|\^)\1{2,}")
_LEVELS = {"=": 1, "-": 2, "~": 3, "*": 1, "^": 3}
_CAPITALS_LEVEL = 2
_HEADING = 80  # characters; a longer line in capitals is shouted prose
_ITEM = re.compile(r"\s*([-*+•\u2013]|\d{1,3}[.)])\s+(?=\S)")
_NARROWEST = 60  # characters; no editor wraps earlier


def read_text(data: bytes, name: str) -> DocumentText:
    """Read a plain text file.

    Args:
        data: The file's bytes, in any usual encoding.
        name: Its name, for the title if the text has none.
    """
    page = PageWriter(None, Outline())
    first: str | None = None
    for paragraph in re.split(r"\n[ \t]*\n", clean(decode(data))):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        while found := _heading(lines):
            text, level, used = found
            first = first or text
            page.heading(text, level)
            lines = lines[used:]
        _write(page, lines)
    return DocumentText(choose_title(name, None, first), "text", (page.finish(),))


def _heading(lines: list[str]) -> tuple[str, int, int] | None:
    """The heading at the beginning of a paragraph, its level, and how many lines it takes."""
    if (
        len(lines) > 1
        and (rule := _UNDERLINE.fullmatch(lines[1].strip()))
        and not _UNDERLINE.fullmatch(lines[0].strip())
    ):
        return one_line(lines[0]), _LEVELS[rule[1]], 2
    capitals = 0
    while capitals < len(lines) and _in_capitals(lines[capitals]):
        capitals += 1
    text = one_line(" ".join(lines[:capitals]))
    return (text, _CAPITALS_LEVEL, capitals) if capitals and len(text) <= _HEADING else None


def _in_capitals(line: str) -> bool:
    return (
        line.isupper() and sum(map(str.isalpha, line)) > 3 and line.rstrip()[-1] not in ".,;" and not _ITEM.match(line)
    )


def _write(page: PageWriter, lines: list[str]) -> None:
    """Write a paragraph: wrapped lines joined, list items and deliberate breaks kept."""
    width = max([*map(len, lines), _NARROWEST])
    rows: list[tuple[str | None, list[str]]] = []  # marker, lines that an editor broke
    for at, line in enumerate(lines):
        marker = _ITEM.match(line)
        if marker:
            rows.append((marker[1], [line[marker.end() :]]))
        elif at and _was_wrapped(lines[at - 1], line, width, several=len(lines) > 2):
            rows[-1][1].append(line.strip())
        else:
            rows.append((None, [line]))
    plain: list[str] = []
    for item_marker, broken in rows:
        text = " ".join(broken)
        if item_marker is None:
            plain.append(text)
            continue
        page.lines(plain, "paragraph")
        plain = []
        page.item(text, item_marker if item_marker[0].isdigit() else "-")
    page.lines(plain, "paragraph")


def _was_wrapped(line: str, following: str, width: int, *, several: bool) -> bool:
    """Whether an editor, not the author, broke a line: the next word had no room in it, and the sentence goes on."""
    word = following.split(maxsplit=1)[0]
    if len(line) + 1 + len(word) <= width:
        # An item's second line is indented under its first.
        return bool(_ITEM.match(line)) and following[:1].isspace()
    return several or not word[0].isupper() or line.rstrip()[-1] in ".,;:-"
