"""Reads HTML: headings, paragraphs, lists, tables and listings, without navigation, scripts and styles."""

from __future__ import annotations

import re
import warnings

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, PreformattedString, Tag

from tools.search.reading.document_text import DocumentText, Outline, PageWriter, one_line
from tools.search.reading.encoding import decode
from tools.search.reading.tables import Grid, table_lines
from tools.search.reading.titles import choose_title

_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_NOISE = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "aside",
    "footer",
    "svg",
    "iframe",
    "button",
    "select",
    "head",
    # Struck out: it holds no longer, as a price before another one.
    "del",
    "s",
    "strike",
)
_HIDDEN = (
    '[hidden], [aria-hidden="true"], [role="navigation"], [role="banner"] nav, '
    # A whole page is hidden only until a script shows it.
    ':is([style*="display:none" i], [style*="display: none" i]):not(body)'
)
_BLOCKS = frozenset(
    re.findall(
        r"\S+",
        """address article blockquote body center dd details div dl dt fieldset figcaption figure form header hr html li
        main ol p section summary ul td th tr tbody thead tfoot caption""",
    )
)
# A page's <main> is its content, unless it holds but a sliver of the text.
_MAIN_SHARE = 0.3
# Columns and rows that a cell may reach over; a page that claims more is not believed.
_COLUMNS_MAX, _ROWS_MAX = 50, 1_000


def read_html(data: bytes, name: str) -> DocumentText:
    """Read an HTML file.

    Args:
        data: The file's bytes; the encoding is found from its mark or its declaration.
        name: Its name, for the title if the document has none.
    """
    declared = _CHARSET.search(data[:2048])
    soup = _parse(decode(data, declared[1].decode("ascii") if declared else None))
    title = soup.title.get_text() if soup.title else None
    for tag in soup.select(", ".join((*_NOISE, _HIDDEN))):
        tag.decompose()
    body = _content(soup)
    heading = body.find(re.compile("^h[1-6]$")) or soup.find("h1")
    writer = _Writer()
    writer.walk(body)
    writer.flush()
    return DocumentText(
        choose_title(name, title, heading.get_text() if isinstance(heading, Tag) else None),
        "html",
        (writer.page.finish(),),
    )


def text_of_markup(markup: str) -> str:
    """The words of a piece of HTML."""
    return one_line(_parse(markup).get_text(" "))


def _parse(markup: str) -> BeautifulSoup:
    with warnings.catch_warnings():
        # It warns of XHTML and of text that looks like an address; both are what we mean to read.
        warnings.simplefilter("ignore", UserWarning)
        return BeautifulSoup(markup, "lxml")


def _content(soup: BeautifulSoup) -> Tag:
    whole = soup.body or soup
    candidates = soup.select('main, [role="main"]') or soup.find_all("article")
    if len(candidates) == 1 and len(candidates[0].get_text()) >= _MAIN_SHARE * len(whole.get_text()):
        return candidates[0]
    return whole


class _Writer:
    """Walks the tree; text gathers until a block begins or ends."""

    def __init__(self) -> None:
        self.page = PageWriter(None, Outline())
        self._text: list[str] = []
        self._marker: str | None = None
        self._counts: dict[int, int] = {}  # items seen so far in each list

    def walk(self, parent: Tag) -> None:
        for child in parent.children:
            if isinstance(child, Tag):
                self._tag(child)
            elif isinstance(child, NavigableString) and not isinstance(child, (Comment, PreformattedString)):
                self._text.append(child)

    def flush(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        if not text.strip():
            return
        if self._marker is None:
            self.page.paragraph(text)
        else:
            self.page.item(text, self._marker)
            self._marker = None

    def _tag(self, tag: Tag) -> None:
        name = tag.name
        if re.fullmatch("h[1-6]", name):
            self.flush()
            self.page.heading(tag.get_text(), int(name[1]))
        elif name == "pre":
            self.flush()
            self.page.code(tag.get_text())
        elif name == "table" and not tag.find("table"):
            self.flush()
            self._table(tag)
        elif name == "br":
            self._text.append(" ")
        elif name == "img":
            self._text.append(f" {tag.get('alt') or ''} ")
        elif name in _BLOCKS or name == "table":
            self._block(tag)
        else:
            self.walk(tag)

    def _block(self, tag: Tag) -> None:
        self.flush()
        if tag.name == "li":
            number = self._counts[id(tag.parent)] = self._counts.get(id(tag.parent), 0) + 1
            self._marker = f"{number}." if tag.parent is not None and tag.parent.name == "ol" else "-"
        self.walk(tag)
        self.flush()
        if tag.name == "li":
            self._marker = None

    def _table(self, table: Tag) -> None:
        if caption := table.find("caption"):
            self.page.paragraph(caption.get_text())
        grid = Grid()
        placed = [(row, grid.row(_cells(row))) for row in table.find_all("tr")]
        rows = [(row, cells) for row, cells in placed if row.find(["td", "th"])]
        first = rows[0][0] if rows else None
        header = first is not None and (first.find_parent("thead") is not None or first.find("td") is None)
        self.page.lines(table_lines([cells for _, cells in rows], header=header or None))


def _cells(row: Tag) -> list[tuple[str, int, int]]:
    return [
        (cell.get_text(" "), _span(cell, "colspan", _COLUMNS_MAX), _span(cell, "rowspan", _ROWS_MAX))
        for cell in row.find_all(["td", "th"])
    ]


def _span(cell: Tag, attribute: str, most: int) -> int:
    """Over how many columns or rows a cell reaches, each of which it belongs to."""
    said = str(cell.get(attribute) or "1").strip()
    return max(1, min(int(said), most)) if said.isdecimal() and len(said) < 9 else 1
