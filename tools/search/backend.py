"""Backend: what the search tool asks of any index, local or in the cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        }


class Backend(Protocol):
    """An index that can be searched."""

    async def search(self, query: str, *, top: int = 5) -> Sequence[Passage]:
        """Find the passages that answer a query best.

        Args:
            query: A question or keywords, in the words of the user.
            top: How many passages at most.

        Returns:
            Passages, best first; empty when nothing matches.

        Raises:
            tools.errors.SearchError: The index cannot be searched; the text says why, and what to do.
        """
        ...
