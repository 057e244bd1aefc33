"""Report: what an index or a knowledge base can do, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError

from tools.search.azure.failures import Task, explained
from tools.search.azure.knowledge import AzureKnowledge

if TYPE_CHECKING:
    from tools.search.azure.layout import Layout
    from tools.search.azure.search import AzureSearch


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out.

    Attributes:
        said: What it is and how it is searched.
        notes: What it cannot do, a sentence each.
    """

    said: str
    notes: tuple[str, ...]


async def report(backend: AzureSearch | AzureKnowledge) -> Report:
    """Look at what is searched, and search it once.

    Raises:
        SearchError: It cannot be searched; the text says why.
    """
    if isinstance(backend, AzureKnowledge):
        what = f"the knowledge base {backend.knowledge_base!r}"
    else:
        what = f"the index {backend.index!r}"
    try:
        if isinstance(backend, AzureKnowledge):
            sources = await backend.sources()
            listed = ", ".join(f"{source.name!r} ({_readers(source.layout)})" for source in sources)
            notes = [note for source in sources for note in source.layout.notes]
            said = f"indexes among its sources: {listed or 'none'}"
        else:
            count = await backend.service.documents(backend.index).get_document_count()
            layout = await backend.layout()
            said, notes = f"{count:,} passages, {_described(layout)}", list(layout.notes)
    except AzureError as error:
        raise explained(error, backend.service, what, Task.SEARCH) from error
    await backend.search("test", top=1)
    return Report(
        f"{what} at {backend.service.host}: {said}", tuple(f"{what}: {note}" for note in dict.fromkeys(notes))
    )


def _described(layout: Layout) -> str:
    by = "by the index itself" if layout.vectorizer else "here"
    found = f"found by words and by meaning (questions are embedded {by})" if layout.vector else "found by words"
    ranked = f"ranked again by {layout.semantic!r}" if layout.semantic else "not ranked again"
    return f"{found}, {ranked}, {_readers(layout)}"


def _readers(layout: Layout) -> str:
    fields = [field for field in (layout.groups, layout.users) if field]
    return f"kept by {' and '.join(map(repr, fields))} from who may not read them" if fields else "open to every caller"
