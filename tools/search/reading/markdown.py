"""Reads Markdown (CommonMark with tables): headings, paragraphs, lists, tables, code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from tools.search.reading.document_text import DocumentText, Outline, PageWriter, clean
from tools.search.reading.encoding import decode
from tools.search.reading.html import text_of_markup
from tools.search.reading.tables import table_lines
from tools.search.reading.titles import choose_title

if TYPE_CHECKING:
    from markdown_it.token import Token

# Lines once read are not read anew (`*+`): else blank lines would be read in every combination.
_FRONT_MATTER = re.compile(
    r"---[ \t]*\n((?:(?:[\w.-]+[ \t]*:|[ \t]+|-[ \t]|#).*\n|[ \t]*\n)*+)(?:---|\.\.\.)[ \t]*(?:\n|$)"
)
_TITLE = re.compile(r"^title[ \t]*:[ \t]*(['\"]?)(.+?)\1[ \t]*$", re.MULTILINE | re.IGNORECASE)


def read_markdown(data: bytes, name: str) -> DocumentText:
    """Read a Markdown file.

    Args:
        data: The file's bytes.
        name: Its name, for the title if the text has none.
    """
    source = clean(decode(data))
    front = _FRONT_MATTER.match(source)
    named = _TITLE.search(front[1]) if front else None
    writer = _Writer()
    for token in (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source[front.end() if front else 0 :])
    ):
        writer.take(token)
    title = choose_title(name, named[2] if named else None, writer.first_heading)
    return DocumentText(title, "markdown", (writer.page.finish(),))


class _Writer:
    """Follows the parser's tokens; what an inline token is depends on what was opened before it."""

    def __init__(self) -> None:
        self.page = PageWriter(None, Outline())
        self.first_heading: str | None = None
        self._level: int | None = None
        self._rows: list[list[str]] | None = None
        self._lists: list[int | None] = []  # the number of the item to come, None in a bulleted list
        self._marker: str | None = None

    def take(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self._level = int(token.tag[1])
            case "heading_close":
                self._level = None
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._marker = None
            case "list_item_open":
                self._open_item()
            case "fence" | "code_block":
                self.page.code(token.content)
            case "html_block":
                self.page.paragraph(text_of_markup(token.content))
            case "inline":
                self._inline(inline_text(token))
            case _:
                self._table(token)

    def _open_item(self) -> None:
        number = self._lists[-1]
        self._marker = "-" if number is None else f"{number}."
        if number is not None:
            self._lists[-1] = number + 1

    def _table(self, token: Token) -> None:
        if token.type == "table_open":
            self._rows = []
        elif token.type == "tr_open" and self._rows is not None:
            self._rows.append([])
        elif token.type == "table_close":
            self.page.lines(table_lines(self._rows or [], header=True))
            self._rows = None

    def _inline(self, text: str) -> None:
        if self._rows is not None:
            self._rows[-1].append(text)
        elif self._level is not None:
            self.first_heading = self.first_heading or text
            self.page.heading(text, self._level)
        elif self._marker is not None:
            self.page.item(text, self._marker)
            self._marker = None
        else:
            self.page.paragraph(text)


def inline_text(token: Token) -> str:
    """The words of an inline token, without their markup, and without what is struck out: it holds no longer."""
    parts: list[str] = []
    struck = 0
    for child in token.children or []:
        struck += {"s_open": 1, "s_close": -1}.get(child.type, 0)
        if struck:
            continue
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type == "html_inline":
            parts.append(" " if child.content.lower().startswith("<br") else "")
        elif child.type == "image":
            parts.append(child.content)  # the text that stands for the picture
        else:
            parts.append(child.content)
    return "".join(parts)
