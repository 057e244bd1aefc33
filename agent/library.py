"""Library: the documents an assistant knows, as an index to search and as files to show."""

from __future__ import annotations

import html
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from agent.errors import InputError
from agent.textview import text_view
from tools.search.backend import Backend, Shelf
from tools.search.bulk import BulkEmbedder
from tools.search.embedder import shared_embedder
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
from tools.search.personal.shelves import OwnShelves
from tools.search.reading import UnreadableError, read_document
from tools.search.reading.isolation import IsolatedReader
from tools.search.reading.snapshot import take_snapshot
from tools.search.several import Several
from tools.search.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from agent.options.uploads import Uploads
    from tools import User
    from tools.search.document import DocumentRecord
    from tools.search.ingest import Progress, Summary
    from tools.search.reading import DocumentText


OWN: Final = "uploads"  # what the names of a caller's own documents begin with
FAR: Final = "azure"  # and of those in Azure AI Search, where there are others beside them
_SPARE: Final = 0.5  # seconds beyond the time that Azure AI Search takes: what it says at its end is to be heard
_PATIENCE: Final = 30.0  # seconds that reading one of them again may take, to be shown


class Holdings(Backend, Shelf, Protocol):
    """An index that can be searched, listed, opened and closed, such as a `LocalIndex` or `Several`."""

    def close(self) -> None:
        """Let go of it."""
        ...


class Distant(Backend, Protocol):
    """An index elsewhere, to search only: Azure AI Search."""

    @property
    def time_limit(self) -> float:
        """Seconds that a search takes at most."""
        ...


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

    Whoever asks is named as the server verified them, and gets what they may read: anything else is to them as if it
    were not there. None is nobody in particular, who gets what everybody may read.

    Attributes:
        index: The index or indexes that hold them, to search.
        backend: The same for the assistant's tools. Of documents that can only be searched it is no shelf.
        uploads: What callers have brought themselves, if they may; a part of `index`.

    Args:
        index: The index or indexes that hold the documents; closed with the library.
        uploads: What callers bring; searched with the rest, and named `uploads/…`.
        far: An index elsewhere; searched with the rest, and named `azure/…` where there are others. Whoever opened it
            closes it.
    """

    def __init__(
        self, index: Holdings | None, *, uploads: OwnShelves | None = None, far: Distant | None = None
    ) -> None:
        self._shared = index
        if uploads is not None:
            index = Several({OWN: uploads} if index is None else {"": index, OWN: uploads})
        here = index
        if far is not None:
            index = Several({"": far} if here is None else {"": here, FAR: far}, time_limit_s=far.time_limit + _SPARE)
        if index is None:
            raise TypeError("a library needs an index, or a place for uploads")
        self.index = index
        self.backend: Backend = far if here is None and far is not None else index
        self.uploads = uploads

    @classmethod
    def open(cls, path: Path, *more: Path) -> Library:
        """Open indexes that were made by `vocative ingest`.

        Args:
            path: An index file.
            more: Further ones. Where there are any, each document is named after its index's file, as in
                `handbook/leave.md`.

        Raises:
            tools.SearchError: One is missing, no index, or of another version.
        """
        if not more:
            return cls(LocalIndex.open(path))
        opened: dict[str, LocalIndex] = {}
        try:
            for each in (path, *more):
                opened[_free(each.stem, opened)] = LocalIndex.open(each)
            return cls(Several(opened))
        except BaseException:
            for index in opened.values():
                index.close()
            raise

    @staticmethod
    def shelves(uploads: Uploads, *, anonymous: bool) -> OwnShelves:
        """The place for what callers bring.

        Args:
            uploads: Where it is and how much they may bring.
            anonymous: Callers who have not signed in may bring something too, and share it; see `OwnShelves`.
        """
        return OwnShelves(
            Path(uploads.folder),
            embedder=shared_embedder(),
            quota=uploads.quota,
            keep_days=uploads.keep_days,
            anonymous=anonymous,
        )

    @classmethod
    def gather(
        cls,
        paths: Sequence[Path],
        *,
        at: Path | None = None,
        progress: Callable[[Progress], None] | None = None,
        access: Sequence[str] | None = None,
    ) -> tuple[Library, Summary]:
        """Take documents in and open them.

        Args:
            paths: Files and folders.
            at: The index file, made if missing; None keeps the index in memory.
            progress: Told how far it is.
            access: Who may read them; see `tools.search.ingest.ingest`.

        Raises:
            tools.ToolsError: A path or the index cannot be used; an index that was there is left as it was.
        """
        index = LocalIndex.in_memory() if at is None else LocalIndex.open(at, create=True)
        try:
            return cls(index), ingest(paths, index, embedder=BulkEmbedder(), progress=progress, access=access)
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

        Raises:
            TypeError: The documents are not in one local index, so there is none to write to.
        """
        if not isinstance(self._shared, LocalIndex):
            raise TypeError("only documents in one index can be kept up to date")
        return Watch(paths, self._shared, embedder=shared_embedder(), changed=changed, trouble=trouble)

    def check(self) -> None:
        """Look whether the documents can be searched at all; where one of several indexes fails, the others serve.

        Raises:
            tools.SearchError: They cannot.
        """
        self.index.document("")

    def documents(self, user: User | None = None) -> list[dict[str, Any]]:
        """The documents that a caller may read, as the web client lists them; `mine` are those they brought."""
        own = set[str]() if self.uploads is None else {f"{OWN}/{each.path}" for each in self.uploads.documents(user)}
        return [
            {
                "path": record.path,
                "title": record.title,
                "format": record.format,
                "pages": record.pages,
                "bytes": record.size,
                "modified": _modified(record),
                **({"mine": True} if record.path in own else {}),
            }
            for record in self.index.documents(user)
        ]

    @property
    def listed_whole(self) -> bool:
        """Whether `documents` names all that can be found; an index in the cloud may be one to search only."""
        return not (isinstance(self.index, Several) and self.index.unlisted)

    def allowance(self, user: User | None = None) -> dict[str, Any] | None:
        """How much a caller may bring and has brought: `used{files, bytes}` and `limits`; None for whoever may not."""
        if self.uploads is None or not self.uploads.has_shelf(user):
            return None
        return self.uploads.allowance(self.uploads.documents(user))

    def file_of(self, document: str, user: User | None = None) -> Path | None:
        """The file of a document that a caller may read; None when there is none, or its file has gone."""
        record = self.index.document(document, user)
        return None if record is None else _file(record)

    def view(
        self, document: str, page: int | None = None, start: int = 0, end: int = 0, *, user: User | None = None
    ) -> View | None:
        """The text of a document, or of one page, with a passage marked; None for an unknown document.

        Raises:
            InputError: The file cannot be read any more.
        """
        opened = self._opened(document, user)
        if opened is None:
            return None
        record, read = opened
        try:
            text = read.page_text(page)
        except LookupError:
            return None
        start, end = sorted((min(max(start, 0), len(text)), min(max(end, 0), len(text))))
        return View(
            html.escape(record.title), html.escape(text[:start]), html.escape(text[start:end]), html.escape(text[end:])
        )

    def text(
        self,
        document: str,
        page: int | None = None,
        start: int = 0,
        end: int = 0,
        *,
        begin: int | None = None,
        user: User | None = None,
    ) -> dict[str, Any] | None:
        """The text of a document, or of one page, with the place of a passage; None for an unknown document or page.

        Returns:
            What `agent.textview.text_view` says of it.

        Raises:
            InputError: The file cannot be read any more.
        """
        opened = self._opened(document, user)
        if opened is None:
            return None
        try:
            return text_view(*opened, page, start, end, begin=begin)
        except LookupError:
            return None

    def _opened(self, document: str, user: User | None) -> tuple[DocumentRecord, DocumentText] | None:
        record = self.index.document(document, user)
        path = None if record is None else _file(record)
        if record is None or path is None:
            return None
        try:
            return record, self._read(record, path)
        except UnreadableError as error:
            raise InputError(f"{document} cannot be read any more: {error}") from None

    def _read(self, record: DocumentRecord, path: Path) -> DocumentText:
        if self.uploads is None or not record.path.startswith(f"{OWN}/"):
            return read_document(path)
        # A caller may bring what takes all the memory there is, or an hour: that must cost no one else's session.
        with IsolatedReader(time_limit=_PATIENCE) as reader:
            return reader.parse(take_snapshot(path, size_limit=sys.maxsize).data, path.name)

    def close(self) -> None:
        """Close the index."""
        self.index.close()


def _free(stem: str, taken: Collection[str]) -> str:
    """A name for an index, after its file."""
    plain = re.sub(r"[^\w.-]+", "-", stem).lstrip(".-") or "index"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    return name


def _modified(record: DocumentRecord) -> float | None:
    """When its file was last written, in seconds since 1970; None where there is no file here."""
    try:
        return Path(record.source).stat().st_mtime if record.source else None
    except OSError:
        return None


def _file(record: DocumentRecord) -> Path | None:
    path = Path(record.source)
    return path if record.source and path.is_file() else None
