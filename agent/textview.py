"""Text views: the text of a page of a document with the place of a passage, as the web client draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.search.document import DocumentRecord
    from tools.search.reading import DocumentText, PageText

# Characters told at once. A page of a book has 3,000; a log without pages may have a hundred million.
MOST = 60_000


def text_view(
    record: DocumentRecord,
    document: DocumentText,
    page: int | None = None,
    start: int = 0,
    end: int = 0,
    *,
    begin: int | None = None,
) -> dict[str, Any]:
    """Describe the text of a page.

    Args:
        record: What the index knows of the document.
        document: The document, read again.
        page: 1-based page or slide; None where the format has none.
        start: First character of the passage in the text of the page.
        end: The character after its last; with `start` the same, there is no passage.
        begin: The character from which to tell a text that is too long to be told at once; None for one from which
            the passage is seen in its surroundings.

    Returns:
        `document`, `title`, `format`, `page`, `pages`; `length`, the characters of the page; `text`, all of them or, of
        more than `MOST`, about that many, and `offset`, where these begin; `blocks`, each with `kind` (`heading`,
        `paragraph`, `item`, `table` or `code`), `start`, `end` and, of a heading, `level`; `start` and `end` of the
        passage, and `headings`, under which it stands. All places count in the text of the page.

    Raises:
        LookupError: The document has no such page.
    """
    whole = _page(document, page)
    start, end = sorted((_within(start, whole.text), _within(end, whole.text)))
    first, last = _window(whole.text, start, begin)
    blocks = [block for block in whole.blocks if block.end > first and block.start < last]
    headings = next((block.headings for block in whole.blocks if block.end > start), ())
    return {
        "document": record.path,
        "title": record.title,
        "format": document.format,
        "page": page,
        "pages": document.page_count,
        "length": len(whole.text),
        "offset": first,
        "text": whole.text[first:last],
        "blocks": [
            {
                "kind": block.kind,
                "start": max(block.start, first),
                "end": min(block.end, last),
                **({"level": len(block.headings)} if block.kind == "heading" else {}),
            }
            for block in blocks
        ],
        "start": start,
        "end": end,
        "headings": list(headings),
    }


def _page(document: DocumentText, page: int | None) -> PageText:
    for candidate in document.pages:
        if candidate.number == page:
            return candidate
    raise LookupError(f"The document has no page {page}.")


def _within(place: int, text: str) -> int:
    return min(max(place, 0), len(text))


def _window(text: str, start: int, begin: int | None) -> tuple[int, int]:
    if len(text) <= MOST:
        return 0, len(text)
    first = _within(start - MOST // 4 if begin is None else begin, text)
    first = min(first, len(text) - MOST)
    last = first + MOST
    # From the beginning of a line, where there is one near enough.
    line = text.rfind("\n", max(first - MOST // 4, 0), first)
    return (line + 1 if line >= 0 else first), last
