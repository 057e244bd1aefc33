"""Documents tools: what documents there are, and what stands in one of them, for questions that no search answers."""

from __future__ import annotations

import difflib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from tools.context import ToolContext  # noqa: TC001  (read at run time, from the hint)
from tools.decorator import tool
from tools.errors import SearchError, ToolError
from tools.quoting import NOTICE, clean
from tools.result import Result
from tools.search.tool import whole_sentences
from tools.search.trouble import told
from tools.toolset import Toolset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import User
    from tools.search.backend import Passage, Shelf
    from tools.search.document import DocumentRecord

MOST_LISTED: Final = 40  # documents; more would cost the model a minute of reading
MOST_TEXT: Final = 6000  # characters of a document at once
_SUGGESTED: Final = 3


def documents_tools(shelf: Shelf) -> Toolset:
    """Make the tools `list_documents` and `open_document`.

    Both show the caller what the caller may read and nothing else; who that is they learn from the server.

    Args:
        shelf: The documents, such as a `LocalIndex` or `Several`.
    """
    unlisted: Sequence[str] = getattr(shelf, "unlisted", ())

    @tool(
        name="list_documents",
        description="List which documents there are, by title. Use it only when the user asks what documents there "
        "are or whether there is one on a subject, never for what stands in them.",
    )
    def list_documents(
        context: ToolContext, named: str | None = None, format: str | None = None  # noqa: A002
    ) -> Result:  # fmt: skip
        """List documents.

        Args:
            context: The call; its user decides what is listed.
            named: Words that the title or file name must have.
            format: Only documents of this format: pdf, docx, pptx, html, markdown or text.
        """
        return _listed(_readable(shelf, context.user), named, format, unlisted)

    @tool(
        name="open_document",
        description="Read on in a document that a search has found: one of its pages, or what stands around one of "
        "its passages. Use it only when a passage found is cut off or the user asks for more of the same document.",
    )
    def open_document(
        document: str, context: ToolContext, page: int | None = None, passage: str | None = None
    ) -> Result:
        """Read in a document.

        Args:
            document: The document, as the search names it.
            context: The call; its user decides what may be read.
            page: The page or slide to read, from 1 on.
            passage: The id of a passage to read around, in place of a page.
        """
        record = _named(shelf, document, context.user)
        try:
            text = shelf.text_of(record.path, _checked(record, page), context.user)
        except SearchError as error:
            raise ToolError(told(error, "read")) from error
        if not text:
            raise ToolError(f"Page {page} of {record.path} has no text." if page else f"{record.path} has no text.")
        return _opened(record, page, text, _place(text, passage))

    return Toolset([list_documents, open_document])


def _readable(shelf: Shelf, user: User | None) -> list[DocumentRecord]:
    try:
        return shelf.documents(user)
    except SearchError as error:
        raise ToolError(told(error, "listed")) from error


def _listed(records: Sequence[DocumentRecord], named: str | None, kind: str | None, unlisted: Sequence[str]) -> Result:
    words = (named or "").casefold().split()
    wanted = (kind or "").casefold().lstrip(".")
    of_kind = [
        record
        for record in records
        if wanted in {"", record.format, PurePosixPath(record.path).suffix.casefold().lstrip(".")}
    ]
    held = [sum(word in f"{record.title} {record.path}".casefold() for word in words) for record in of_kind]
    # All of the words, else as many as any has: people say more than a title does.
    most = max(held, default=0)
    fitting = [record for record, count in zip(of_kind, held, strict=True) if count == most and (most or not words)]
    quoted = {"about": NOTICE} if fitting else {}
    answer: dict[str, Any] = {
        **quoted,
        "total": len(fitting),
        "documents": [_short(each) for each in fitting[:MOST_LISTED]],
    }
    notes: list[str] = []
    if fitting and most < len(words):
        notes.append("None is called all of that; these come nearest.")
    if len(fitting) > MOST_LISTED:
        notes.append(f"These are the first {MOST_LISTED} of {len(fitting)}: give a name or a format to see fewer.")
    if not fitting:
        notes.append(
            "There are no such documents."
            if records
            else "There are none that can be listed."
            if unlisted
            else "There are no documents."
        )
    if unlisted:
        where = " and ".join(name or "the main index" for name in unlisted)
        notes.append(f"There are more, in {where}, which can only be searched.")
    if notes:
        answer["note"] = " ".join(notes)
    return Result(for_model=json.dumps(answer, ensure_ascii=False), for_client=answer)


def _short(record: DocumentRecord) -> dict[str, Any]:
    shown: dict[str, Any] = {"document": clean(record.path), "title": clean(record.title), "format": record.format}
    return shown if record.pages is None else {**shown, "pages": record.pages}


def _named(shelf: Shelf, name: str, user: User | None) -> DocumentRecord:
    """The document that a model means; it may give the title, or the name in other capitals."""
    try:
        record = shelf.document(name, user)
    except SearchError as error:
        raise ToolError(told(error, "read")) from error
    if record is not None:
        return record
    records = _readable(shelf, user)
    asked = name.strip().casefold()
    meant = [each for each in records if asked in {part.casefold() for part in _names(each)}]
    if len(meant) == 1:
        return meant[0]
    if meant:
        listed = ", ".join(each.path for each in meant[:_SUGGESTED])
        raise ToolError(f"Several documents are called {name!r:.100}: {listed}. Name one of them in full.")
    near = difflib.get_close_matches(asked, [each.path.casefold() for each in records], _SUGGESTED, 0.4)
    likely = [each.path for each in records if each.path.casefold() in near][:_SUGGESTED]
    hint = f" Is it {' or '.join(likely)}?" if likely else ""
    raise ToolError(f"There is no document {name!r:.100}.{hint} Name it as the search does.")


def _names(record: DocumentRecord) -> tuple[str, ...]:
    path = PurePosixPath(record.path)
    # As they are shown, too: a model names what it has read.
    names = (record.path, path.name, path.stem, record.title)
    return (*names, *map(clean, names))


def _checked(record: DocumentRecord, page: int | None) -> int | None:
    if page is None:
        return None
    if record.pages is None:
        raise ToolError(f"{record.path} has no pages: leave out the page.")
    if not 1 <= page <= record.pages:
        raise ToolError(f"{record.path} has the pages 1 to {record.pages}; there is no page {page}.")
    return page


def _place(text: Sequence[Passage], passage: str | None) -> int:
    """Where to begin: a passage before the one that is named, so that what leads up to it is seen."""
    if passage is None:
        return 0
    found = next((number for number, each in enumerate(text) if passage in {each.id, clean(each.id)}), None)
    if found is None:
        raise ToolError(f"There is no passage {passage!r:.50} here: give an id that the search gave, or leave it out.")
    # Unless both are too long for one reading: then reading on would stay where it is.
    return found - 1 if found and len(text[found - 1].text) + len(text[found].text) <= MOST_TEXT else found


def _opened(record: DocumentRecord, page: int | None, text: Sequence[Passage], begin: int) -> Result:
    shown: list[Passage] = []
    room = MOST_TEXT
    for passage in text[begin:]:
        if shown and len(passage.text) > room:
            break
        shown.append(passage)
        room -= len(passage.text)
    # As the search quotes them: see tools.quoting.
    answer: dict[str, Any] = {"about": NOTICE, "document": clean(record.path), "title": clean(record.title)}
    if record.pages is not None:
        answer |= {"pages": record.pages} if page is None else {"page": page, "pages": record.pages}
    answer["passages"] = [_part(each, with_page=page is None) for each in shown]
    rest = text[begin + len(shown) :]
    if rest:
        answer["note"] = f"This is not all: {len(rest)} passages follow. To read on, give the passage {rest[0].id}."
    citations = [passage.citation() for passage in shown]
    return Result(
        for_model=json.dumps(answer, ensure_ascii=False), for_client={"citations": citations}, citations=citations
    )


def _part(passage: Passage, *, with_page: bool) -> dict[str, Any]:
    part: dict[str, Any] = {"id": clean(passage.id)}
    if with_page and passage.page is not None:
        part["page"] = passage.page
    if passage.headings:
        part["section"] = clean(" > ".join(passage.headings))
    return {**part, "text": whole_sentences(clean(passage.text), MOST_TEXT)}
