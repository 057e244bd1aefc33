"""Library: the documents an assistant knows, as an index to search and as files to show."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import InputError
from agent.textview import text_view
from tools.search.bulk import BulkEmbedder
from tools.search.embedder import shared_embedder
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
from tools.search.reading import UnreadableError, read_document
from tools.search.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tools.search.document import DocumentRecord
    from tools.search.ingest import Progress, Summary


@dataclass(frozen=True, slots=True)
class View:
    """A document's text, ready for a page.

    Attributes:
        title: The document's title.
        before: Text before the passage, HTML-escaped.
        passage: The passage, HTML-escaped; empty where none was asked for.
        after: Text after it, HTML-escaped.
    """

    title: str
    before: str
    passage: str
    after: str


class Library:
    """Documents, opened for reading.

    Args:
        index: The index that holds them; closed with the library.
    """

    def __init__(self, index: LocalIndex) -> None:
        self.index = index

    @classmethod
    def open(cls, path: Path) -> Library:
        """Open an index that was made by `vocative ingest`.

        Raises:
            tools.SearchError: It is missing, no index, or of another version.
        """
        return cls(LocalIndex.open(path))

    @classmethod
    def gather(
        cls, paths: Sequence[Path], *, at: Path | None = None, progress: Callable[[Progress], None] | None = None
    ) -> tuple[Library, Summary]:
        """Take documents in and open them.

        Args:
            paths: Files and folders.
            at: The index file, made if missing; None keeps the index in memory.
            progress: Told how far it is.

        Raises:
            tools.ToolsError: A path or the index cannot be used; an index that was there is left as it was.
        """
        index = LocalIndex.in_memory() if at is None else LocalIndex.open(at, create=True)
        try:
            return cls(index), ingest(paths, index, embedder=BulkEmbedder(), progress=progress)
        except BaseException:
            index.close()
            raise

    def watch(
        self, paths: Sequence[Path], *, changed: Callable[[Summary], None], trouble: Callable[[str], None]
    ) -> Watch:
        """Keep the documents up to date; nothing happens before `Watch.run` is called, in a thread of its own.

        Args:
            paths: Files and folders.
            changed: Told what was done, each time that something was.
            trouble: Told what went wrong; it is tried again.
        """
        return Watch(paths, self.index, embedder=shared_embedder(), changed=changed, trouble=trouble)

    def documents(self) -> list[dict[str, Any]]:
        """The documents, as the web client lists them."""
        return [
            {"path": record.path, "title": record.title, "format": record.format, "pages": record.pages}
            for record in self.index.documents()
        ]

    def file_of(self, document: str) -> Path | None:
        """The file of a document in the index, and of nothing else; None when it is unknown or has gone."""
        record = self.index.document(document)
        return None if record is None else _file(record)

    def view(self, document: str, page: int | None = None, start: int = 0, end: int = 0) -> View | None:
        """The text of a document, or of one page, with a passage marked; None for an unknown document.

        Raises:
            InputError: The file cannot be read any more.
        """
        record = self.index.document(document)
        path = None if record is None else _file(record)
        if record is None or path is None:
            return None
        try:
            text = read_document(path).page_text(page)
        except LookupError:
            return None
        except UnreadableError as error:
            raise InputError(f"{document} cannot be read any more: {error}") from None
        start, end = sorted((min(max(start, 0), len(text)), min(max(end, 0), len(text))))
        return View(
            html.escape(record.title), html.escape(text[:start]), html.escape(text[start:end]), html.escape(text[end:])
        )

    def text(
        self, document: str, page: int | None = None, start: int = 0, end: int = 0, *, begin: int | None = None
    ) -> dict[str, Any] | None:
        """The text of a document, or of one page, with the place of a passage; None for an unknown document or page.

        Returns:
            What `agent.textview.text_view` says of it.

        Raises:
            InputError: The file cannot be read any more.
        """
        record = self.index.document(document)
        path = None if record is None else _file(record)
        if record is None or path is None:
            return None
        try:
            return text_view(record, read_document(path), page, start, end, begin=begin)
        except LookupError:
            return None
        except UnreadableError as error:
            raise InputError(f"{document} cannot be read any more: {error}") from None

    def close(self) -> None:
        """Close the index."""
        self.index.close()


def _file(record: DocumentRecord) -> Path | None:
    path = Path(record.source)
    return path if record.source and path.is_file() else None
