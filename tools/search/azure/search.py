"""AzureSearch: an index of Azure AI Search as a backend, used as well as it can be within the time there is."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from azure.core.exceptions import AzureError

from tools.search.azure.discovery import discover
from tools.search.azure.failures import Task, explained, is_semantic, is_vectorizer, status_of
from tools.search.azure.fields import FieldNames
from tools.search.azure.layout import Layout, lay_out
from tools.search.azure.persistence import persist
from tools.search.azure.queries import Plan, arguments, words_of
from tools.search.azure.results import passage_of, score_of
from tools.search.azure.security import readable_by
from tools.search.backend import Passages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import User
    from tools.search.azure.service import SearchService
    from tools.search.backend import Passage
    from tools.search.embedder import Embedder

_log = logging.getLogger(__name__)

TIME_LIMIT: Final = 6.0  # seconds; a caller who waits longer thinks that the line is dead
_PATIENCE: Final = 0.6  # share of the time after which words alone are searched beside what is still running
_TRIES: Final = 4
WORDS_ONLY = "They were found by their words alone, since the full search did not answer in time."
NOT_VECTORIZED = "They were found by their words alone, since the question could not be embedded."
NOT_RANKED = "They are in a rough order, since the semantic ranker did not answer in time."


class AzureSearch:
    """Searches an index; close it when it is no longer used.

    The index is taken as it is: what it cannot do is left out, and said once in the log. It is looked at on the first
    search.

    Args:
        service: The search service; closed with this.
        index: The index's name.
        fields: What its fields are called, where that cannot be found out or shall be different.
        semantic: Its semantic configuration; None for its default, `"-"` for none.
        vectors: Whether to search by meaning as well.
        embedder: Embeds questions, for an index of ours that has no vectorizer and was filled by it; for another's,
            name the field of its vectors as well.
        time_limit: Seconds that a search may take. When most of it has gone by, words alone are searched beside what is
            running, and what comes first is taken.
    """

    def __init__(  # noqa: PLR0913  (one for each thing that can be chosen)
        self,
        service: SearchService,
        index: str,
        *,
        fields: FieldNames | None = None,
        semantic: str | None = None,
        vectors: bool = True,
        embedder: Embedder | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self.service = service
        self.index = index
        self._fields = fields or FieldNames()
        self._semantic = semantic
        self._vectors = vectors
        self._embedder = embedder
        self.time_limit = time_limit
        self._layout: Layout | None = None
        self._looking = asyncio.Lock()
        self._no_ranker = False

    @property
    def _what(self) -> str:
        return f"the index {self.index!r}"

    async def search(self, query: str, *, top: int = 5, user: User | None = None) -> Passages:
        """Find the passages that answer a query best; see `Backend.search`."""
        if not query.strip() or top < 1:
            return Passages()
        until = asyncio.get_running_loop().time() + self.time_limit
        try:
            async with asyncio.timeout_at(until):
                layout = await self.layout()
                return await self._first(query, layout, top=top, user=user, until=until)
        except (AzureError, TimeoutError) as error:
            if status_of(error) == 400:
                self._layout = None  # it may have been changed: look again the next time
            raise explained(error, self.service, self._what, Task.SEARCH) from error

    async def layout(self) -> Layout:
        """What the index can do; asked for once.

        Raises:
            SearchError: A configured name is not the index's.
            AzureError: The service does not answer, or refuses.
        """
        async with self._looking:
            if self._layout is None:
                found = await persist(lambda: discover(self.service, self.index, self._fields), tries=_TRIES)
                if not found.readable and not found.fields:
                    # Empty, and its definition may not be read: it is looked at again when there is something in it.
                    return Layout(text="")
                layout = lay_out(
                    found, self._fields, semantic=self._semantic, vectors=self._vectors, embedder=self._embedder
                )
                for note in layout.notes:
                    _log.warning("%s at %s: %s", self._what, self.service.host, note)
                self._layout = layout
            return self._layout

    async def close(self) -> None:
        """Close the connections to the service."""
        await self.service.close()

    async def _first(self, query: str, layout: Layout, *, top: int, user: User | None, until: float) -> Passages:
        """The full search, or words alone when it takes too long."""
        words = bool(words_of(query))
        full = Plan(words, bool(layout.vector), bool(layout.semantic) and not self._no_ranker)
        readable = readable_by(user, groups=layout.groups, users=layout.users)

        async def ask(plan: Plan, incomplete: str = "") -> Passages:
            found = await self._ask(plan, query, layout, top=top, readable=readable, until=until)
            return Passages(found, incomplete=incomplete or (found.incomplete if found else ""))

        if not words and not full.vectors:
            return Passages()
        tasks = [asyncio.create_task(ask(full))]
        try:
            patience = (until - asyncio.get_running_loop().time()) * _PATIENCE
            await asyncio.wait(tasks, timeout=patience)
            if not tasks[0].done() and words and full != Plan():
                tasks.append(asyncio.create_task(ask(Plan(), WORDS_ONLY)))
            return await first_answer(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(
        self, plan: Plan, query: str, layout: Layout, *, top: int, readable: str | None, until: float
    ) -> Passages:
        """Put a question, and leave out what the service turns out not to do."""
        incomplete = ""
        while True:
            try:
                found = await self._put(plan, query, layout, top=top, readable=readable, until=until)
            except AzureError as error:
                if plan.semantic and is_semantic(error):
                    self._drop_ranker(error)
                    plan = Plan(plan.words, plan.vectors)
                elif plan.vectors and plan.words and is_vectorizer(error):
                    _log.warning("%s: a question was not embedded: %s", self._what, error)
                    plan, incomplete = Plan(semantic=plan.semantic), NOT_VECTORIZED
                else:
                    raise
            else:
                return Passages(found, incomplete=incomplete or found.incomplete)

    async def _put(
        self, plan: Plan, query: str, layout: Layout, *, top: int, readable: str | None, until: float
    ) -> Passages:
        vector = await self._embed(query) if plan.vectors and not layout.vectorizer else None
        wait = (until - asyncio.get_running_loop().time()) * _PATIENCE
        given = arguments(plan, layout, query, vector, top=top, readable=readable, wait=wait)

        async def attempt() -> tuple[list[dict[str, Any]], dict[str, str]]:
            return await self.service.search(self.index, **given)

        results, answers = await persist(attempt, tries=_TRIES, until=until)
        unranked = plan.semantic and any(result.get("@search.reranker_score") is None for result in results)
        found = [_passage(result, layout, plan, answers) for result in results[:top]]
        return Passages((each for each in found if each), incomplete=NOT_RANKED if unranked else "")

    async def _embed(self, query: str) -> Sequence[float]:
        assert self._embedder is not None  # noqa: S101  (without one, no such field is chosen)
        row = (await asyncio.to_thread(self._embedder.embed, [query]))[0]
        return [float(number) for number in row]

    def _drop_ranker(self, error: AzureError) -> None:
        if status_of(error) != 429:
            self._no_ranker = True
        _log.warning("%s is searched without the semantic ranker: %s", self._what, error)


def _passage(result: dict[str, Any], layout: Layout, plan: Plan, answers: dict[str, str]) -> Passage | None:
    captions = result.get("@search.captions") or ()
    caption = next((each.text for each in captions if each.text), "")
    focus = answers.get(str(result.get(layout.key or ""))) or caption
    return passage_of(result, layout, score=score_of(result, lists=plan.lists), focus=focus)


async def first_answer(tasks: Sequence[asyncio.Task[Passages]]) -> Passages:
    """The result of whichever succeeds first; if none does, the error of the first.

    Args:
        tasks: Searches that run, the one that is liked best first.
    """
    waiting = set(tasks)
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task in done and task.exception() is None:
                return task.result()
    return tasks[0].result()
