"""Backend: what the search tool asks of any index, local or in the cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.context import User
    from tools.search.document import DocumentRecord


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands.

    Attributes:
        document: The document's path, as a passage has it.
        page: 1-based page or slide; None where the format has none.
    """

    document: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that was found.

    Attributes:
        id: Stable while the document is unchanged, unique within the index.
        document: The document's path relative to the folder it was ingested from, with forward slashes.
        title: The document's own title, else its file name without suffix.
        text: The passage.
        score: Relevance to the query; comparable within one index, higher is better.
        page: 1-based page (PDF) or slide (PPTX); None where the format has none.
        headings: The headings the passage stands under, outermost first.
        start: First character of the passage in the text of its page (or of the whole document where `page` is None).
        end: The character after its last.
        url: Where the source can be opened when it is not one of the server's own files; None for those.
        lead: The line further up that the passage goes on from, where it begins in the middle of a table or list: the
            row that names the columns, or the sentence that announces the items; "" elsewhere.
        also: Where else the same text stands, in other files, formats or versions.
    """

    id: str
    document: str
    title: str
    text: str
    score: float
    page: int | None = None
    headings: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    url: str | None = None
    lead: str = ""
    also: tuple[Place, ...] = ()

    def citation(self) -> dict[str, Any]:
        """The passage as the JSON object a client is shown."""
        return {
            "id": self.id,
            "document": self.document,
            "page": self.page,
            "title": self.title,
            "text": self.text,
            "score": round(self.score, 4),
            "headings": list(self.headings),
            "start": self.start,
            "end": self.end,
            **({} if self.url is None else {"url": self.url}),
            **({"lead": self.lead} if self.lead else {}),
            **({"also": [{"document": one.document, "page": one.page} for one in self.also]} if self.also else {}),
        }


class Passages(tuple[Passage, ...]):
    """Passages, best first, that may say what is missing from them.

    Attributes:
        incomplete: Why there may be more than these, in words for the model, such as that one of several indexes did
            not answer in time; empty where the search was complete.
    """

    incomplete: str

    def __new__(cls, passages: Iterable[Passage] = (), *, incomplete: str = "") -> Passages:
        """Put passages together.

        Args:
            passages: Best first.
            incomplete: See the attribute.
        """
        self = super().__new__(cls, passages)
        self.incomplete = incomplete
        return self


class Backend(Protocol):
    """An index that can be searched."""

    async def search(self, query: str, *, top: int = 5, user: User | None = None) -> Sequence[Passage]:
        """Find the passages that answer a query best.

        Args:
            query: A question or keywords, in the words of the user.
            top: How many passages at most.
            user: Who is calling, as the server verified them; decides which documents may be found. None is nobody in
                particular, who finds what everybody may read.

        Returns:
            Passages, best first; empty when nothing matches. A `Passages` where something may be missing.

        Raises:
            tools.errors.SearchError: The index cannot be searched; the text says why, and what to do.
        """
        ...


@runtime_checkable
class Shelf(Protocol):
    """Documents that can be listed and opened, beside being searched. Its methods block: call them off the event loop.

    A caller is named as in `Backend.search`, and a document that they may not read is to them as if it were not there.
    """

    def documents(self, user: User | None = None) -> list[DocumentRecord]:
        """The documents that a caller may read, by path.

        Args:
            user: Who is calling, as the server verified them; None is nobody in particular.

        Raises:
            tools.errors.SearchError: The index cannot be read.
        """
        ...

    def document(self, path: str, user: User | None = None) -> DocumentRecord | None:
        """One document; None where there is none of that path that the caller may read.

        Args:
            path: As `DocumentRecord.path` has it.
            user: Who is calling.

        Raises:
            tools.errors.SearchError: The index cannot be read.
        """
        ...

    def text_of(self, path: str, page: int | None = None, user: User | None = None) -> list[Passage]:
        """What a document says, as its passages in reading order, with a score of 0.

        Args:
            path: As `DocumentRecord.path` has it.
            page: One page or slide of it; None for all.
            user: Who is calling.

        Returns:
            The passages; empty where there is no such document or page, or none that the caller may read.

        Raises:
            tools.errors.SearchError: The index cannot be read.
        """
        ...
