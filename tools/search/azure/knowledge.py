"""AzureKnowledge: agentic retrieval, a knowledge base that plans its own queries over several sources."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from azure.core.exceptions import AzureError
from azure.search.documents.indexes.models import SearchIndexKnowledgeSource
from azure.search.documents.knowledgebases.models import (
    KnowledgeBaseRetrievalRequest,
    KnowledgeRetrievalSemanticIntent,
    SearchIndexKnowledgeSourceParams,
)

from tools.errors import SearchError
from tools.search.azure.discovery import discover
from tools.search.azure.failures import Task, explained
from tools.search.azure.fields import FieldNames
from tools.search.azure.layout import Layout, lay_out
from tools.search.azure.persistence import persist
from tools.search.azure.references import passages_of
from tools.search.azure.search import first_answer
from tools.search.azure.security import readable_by
from tools.search.backend import Passages

if TYPE_CHECKING:
    from azure.search.documents.knowledgebases.models import KnowledgeBaseRetrievalResponse

    from tools.context import User
    from tools.search.azure.search import AzureSearch
    from tools.search.azure.service import SearchService

_log = logging.getLogger(__name__)

TIME_LIMIT: Final = 12.0  # seconds; a knowledge base makes several queries
_PATIENCE: Final = 0.5  # share of the time after which a plain index is searched beside it
_TRIES: Final = 3
WITHOUT_KNOWLEDGE = "They come from one index alone, since the knowledge base did not answer in time."


@dataclass(frozen=True, slots=True)
class Source:
    """One of a knowledge base's sources that is a search index.

    Attributes:
        name: The source's name.
        layout: Its index.
    """

    name: str
    layout: Layout


class AzureKnowledge:
    """Searches a knowledge base; close it when it is no longer used.

    Args:
        service: The search service; closed with this.
        knowledge_base: The knowledge base's name.
        fields: What the fields of its indexes are called, where that cannot be found out or shall be different.
        index: An index to search when the knowledge base takes too long; None for none.
        time_limit: Seconds that a search may take.
    """

    def __init__(
        self,
        service: SearchService,
        knowledge_base: str,
        *,
        fields: FieldNames | None = None,
        index: AzureSearch | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self.service = service
        self.knowledge_base = knowledge_base
        self._fields = fields or FieldNames()
        self._index = index
        self.time_limit = time_limit
        self._sources: tuple[Source, ...] | None = None
        self._looking = asyncio.Lock()

    @property
    def _what(self) -> str:
        return f"the knowledge base {self.knowledge_base!r}"

    async def search(self, query: str, *, top: int = 5, user: User | None = None) -> Passages:
        """Find the passages that answer a query best; see `Backend.search`."""
        if not query.strip() or top < 1:
            return Passages()
        tasks = [asyncio.create_task(self._ask(query, top, user))]
        try:
            async with asyncio.timeout(self.time_limit):
                await asyncio.wait(tasks, timeout=self.time_limit * _PATIENCE)
                if not tasks[0].done() and self._index is not None:
                    tasks.append(asyncio.create_task(_beside(self._index, query, top, user)))
                return await first_answer(tasks)
        except (AzureError, TimeoutError) as error:
            raise explained(error, self.service, self._what, Task.SEARCH) from error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def sources(self) -> tuple[Source, ...]:
        """Its sources that are search indexes; asked for once.

        Raises:
            SearchError: A source cannot be filtered by who is calling, although that is configured.
            AzureError: The service does not answer, or refuses.
        """
        async with self._looking:
            if self._sources is None:
                self._sources = await persist(self._look, tries=_TRIES)
            return self._sources

    async def close(self) -> None:
        """Close the connections to the service."""
        await self.service.close()

    async def _look(self) -> tuple[Source, ...]:
        indexes = self.service.indexes()
        found: list[Source] = []
        restricted = bool({"groups", "users"} & self._fields.given().keys())
        for reference in (await indexes.get_knowledge_base(self.knowledge_base)).knowledge_sources:
            source = await indexes.get_knowledge_source(reference.name)
            if isinstance(source, SearchIndexKnowledgeSource):
                definition = await discover(
                    self.service, source.search_index_parameters.search_index_name, self._fields
                )
                layout = lay_out(definition, self._fields, semantic=None, vectors=False, embedder=None)
                for note in layout.notes:
                    _log.warning("the index %r of %s: %s", definition.name, self._what, note)
                found.append(Source(source.name, layout))
            elif restricted:
                raise SearchError(
                    f"{self._what} has the source {source.name!r} ({source.kind}), which cannot be filtered by who is "
                    "calling: take it out, or leave AZURE_SEARCH_GROUPS_FIELD and AZURE_SEARCH_USERS_FIELD unset"
                )
        return tuple(found)

    async def _ask(self, query: str, top: int, user: User | None) -> Passages:
        sources = await self.sources()
        request = KnowledgeBaseRetrievalRequest(
            intents=[KnowledgeRetrievalSemanticIntent(search=query)],
            include_activity=True,
            knowledge_source_params=[_parameters(source, user) for source in sources],
        )
        client = self.service.knowledge(self.knowledge_base)
        answer = await persist(lambda: client.retrieve(request), tries=_TRIES)
        found = passages_of(answer.references or (), _texts(answer), _layouts(answer, sources))
        return Passages(found[:top], incomplete=_failed(answer))


async def _beside(index: AzureSearch, query: str, top: int, user: User | None) -> Passages:
    return Passages(await index.search(query, top=top, user=user), incomplete=WITHOUT_KNOWLEDGE)


def _parameters(source: Source, user: User | None) -> SearchIndexKnowledgeSourceParams:
    return SearchIndexKnowledgeSourceParams(
        knowledge_source_name=source.name,
        include_references=True,
        include_reference_source_data=True,
        filter_add_on=readable_by(user, groups=source.layout.groups, users=source.layout.users),
    )


def _texts(answer: KnowledgeBaseRetrievalResponse) -> dict[str, dict[str, Any]]:
    """What the answer says of each reference, by the reference's id."""
    told: dict[str, dict[str, Any]] = {}
    for message in answer.response or ():
        for content in message.content:
            try:
                listed: Any = json.loads(str(content.get("text", "")))
            except ValueError:  # an answer in prose, which cites its references by their ids
                continue
            for each in cast("list[Any]", listed) if isinstance(listed, list) else []:
                if isinstance(each, dict):
                    entry = cast("dict[str, Any]", each)
                    told[str(entry.get("ref_id"))] = entry
    return told


def _layouts(answer: KnowledgeBaseRetrievalResponse, sources: tuple[Source, ...]) -> dict[int, Layout]:
    """The layout of the index that each activity searched, by the activity's id."""
    by_name = {source.name: source.layout for source in sources}
    only = sources[0].layout if len(sources) == 1 else None
    found: dict[int, Layout] = {}
    for activity in answer.activity or ():
        name = activity.get("knowledgeSourceName")
        layout = by_name.get(str(name)) if name else only
        if layout is not None:
            found[activity.id] = layout
    return found


def _failed(answer: KnowledgeBaseRetrievalResponse) -> str:
    names = [str(each.get("knowledgeSourceName") or each.type) for each in answer.activity or () if each.error]
    if not names:
        return ""
    return f"There may be more: {', '.join(dict.fromkeys(names))} could not be searched."
