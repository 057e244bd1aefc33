"""Queries: how a question is put to the service, in full or only as words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from azure.search.documents.models import VectorizableTextQuery, VectorizedQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azure.search.documents.models import VectorQuery

    from tools.search.azure.layout import Layout

# What the simple query syntax takes for operators. A person's question has none: "-" before a word would exclude it.
_OPERATORS = re.compile(r'[+|"()*~\\]|(?<!\w)-+|-+(?!\w)')
_NEAREST: Final = 50  # passages from each list before they are fused; what the semantic ranker looks at
_LEAST_WAIT: Final = 700  # ms; the service takes no shorter time limit for its semantic ranker


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to put a question.

    Attributes:
        words: Search by words.
        vectors: Search by meaning as well.
        semantic: Rank again by meaning, with captions and answers.
    """

    words: bool = True
    vectors: bool = False
    semantic: bool = False

    @property
    def lists(self) -> int:
        """How many lists are fused."""
        return self.words + self.vectors


def words_of(query: str) -> str:
    """A question without what the service would take for operators."""
    return " ".join(_OPERATORS.sub(" ", query).split())


def arguments(  # noqa: PLR0913  (one for each thing that is joined)
    plan: Plan,
    layout: Layout,
    query: str,
    vector: Sequence[float] | None,
    *,
    top: int,
    readable: str | None,
    wait: float,
) -> dict[str, Any]:
    """What `SearchClient.search` is called with.

    Args:
        plan: How the question is put.
        layout: The index.
        query: The question.
        vector: Its embedding; None where the index makes that itself.
        top: How many passages at most.
        readable: The security filter.
        wait: Seconds that the semantic ranker may take.
    """
    given: dict[str, Any] = {"search_text": words_of(query) if plan.words else None, "top": top}
    if layout.select is not None:
        given["select"] = list(layout.select)
    if readable is not None:
        given["filter"] = readable
    if plan.vectors and layout.vector:
        nearest: dict[str, Any] = {"k_nearest_neighbors": max(_NEAREST, top), "fields": layout.vector}
        asked: VectorQuery = (
            VectorizableTextQuery(text=query, **nearest)
            if vector is None
            else VectorizedQuery(vector=list(vector), **nearest)
        )
        # Filtered before the search: what a caller may not read shall not crowd out what they may.
        given |= {"vector_queries": [asked], "vector_filter_mode": "preFilter"}
    if plan.semantic and layout.semantic:
        given |= {
            "query_type": "semantic",
            "semantic_configuration_name": layout.semantic,
            "semantic_query": query,
            "query_caption": "extractive",
            "query_caption_highlight_enabled": False,
            "query_answer": "extractive",
            "semantic_error_mode": "partial",
            "semantic_max_wait_in_milliseconds": max(_LEAST_WAIT, int(wait * 1000)),
        }
    return given
