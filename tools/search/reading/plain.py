"""Reads plain text: paragraphs, underlined or capital headings, lists."""

from __future__ import annotations

import re

from tools.search.reading.document_text import DocumentText, Outline, PageWriter, clean, one_line
from tools.search.reading.encoding import decode
from tools.search.reading.titles import choose_title

_UNDERLINE = re.compile(r"(=|-|~|\*|\^)\1{2,}")
_LEVELS = {"=": 1, "-": 2, "~": 3, "*": 1, "^": 3}
_ITEM = re.compile(r"\s*([-*+•\u2013]|\d{1,3}[.)])\s+(?=\S)")
# A line shorter than this part of its paragraph's longest was ended by its author, not by an editor's wrapping.
_WRAPPED = 0.6


def read_text(data: bytes, name: str) -> DocumentText:
    """Read a plain text file.

    Args:
        data: The file's bytes, in any usual encoding.
        name: Its name, for the title if the text has none.
    """
    page = PageWriter(None, Outline())
    heading: str | None = None
    for paragraph in re.split(r"\n[ \t]*\n", clean(decode(data))):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        while lines:
            level = _heading_level(lines)
            if level is None:
                break
            heading = heading or one_line(lines[0])
            page.heading(lines[0], level)
            lines = lines[2 if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1].strip()) else 1 :]
        _write(page, lines)
    return DocumentText(choose_title(name, None, heading), "text", (page.finish(),))


def _heading_level(lines: list[str]) -> int | None:
    first = lines[0].strip()
    if len(lines) > 1 and (rule := _UNDERLINE.fullmatch(lines[1].strip())) and not _UNDERLINE.fullmatch(first):
        return _LEVELS[rule[1]]
    alone = len(lines) == 1 and len(first) <= 80 and not _ITEM.match(first)
    return 2 if alone and first.isupper() and sum(c.isalpha() for c in first) > 3 else None


def _write(page: PageWriter, lines: list[str]) -> None:
    """Write a paragraph: wrapped lines joined, list items and deliberate breaks kept."""
    longest = max(map(len, lines), default=0)
    rows: list[tuple[str | None, str]] = []  # marker, text
    short = True
    for line in lines:
        marker = _ITEM.match(line)
        if marker:
            rows.append((marker[1], line[marker.end() :]))
        elif short or not rows:
            rows.append((None, line))
        else:
            rows[-1] = (rows[-1][0], f"{rows[-1][1]} {line.strip()}")
        short = len(line) < longest * _WRAPPED or longest < 40
    plain: list[str] = []
    for item_marker, text in rows:
        if item_marker is None:
            plain.append(text)
            continue
        page.lines(plain, "paragraph")
        plain = []
        page.item(text, item_marker if item_marker[0].isdigit() else "-")
    page.lines(plain, "paragraph")
