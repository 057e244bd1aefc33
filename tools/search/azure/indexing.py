"""Indexing: makes or updates what an indexer needs, runs it, and follows it until it is done."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

from tools.errors import SearchError
from tools.search.azure.definition import ensure_index
from tools.search.azure.failures import Task, explained
from tools.search.azure.indexer import Names, data_source, indexer, skillset
from tools.search.azure.persistence import persist
from tools.search.scanning import Skipped

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from azure.search.documents.indexes.models import IndexerExecutionResult

    from tools.search.azure.definition import EmbeddingModel
    from tools.search.azure.indexer import Blobs
    from tools.search.azure.service import SearchService

INTERVAL: Final = 3.0  # seconds between two looks at how far it is
_TRIES: Final = 6
# A tuple: the SDK's values equal these texts, yet do not hash like them.
_RUNNING: Final = ("inProgress", "reset")


@dataclass(frozen=True, slots=True)
class Indexed:
    """How far an indexer is, or what it did.

    Attributes:
        stage: What is being done, in a word or two.
        done: Blobs taken in.
        failed: Blobs that could not be.
        skipped: Which, and why, as far as the service tells.
    """

    stage: str
    done: int = 0
    failed: int = 0
    skipped: tuple[Skipped, ...] = ()


async def run_indexer(
    service: SearchService,
    index: str,
    blobs: Blobs,
    model: EmbeddingModel,
    *,
    progress: Callable[[Indexed], None] | None = None,
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Indexed:
    """Let the service take in a container of blobs; run again, it takes in what is new or changed.

    Args:
        service: The search service.
        index: The index's name; made if missing.
        blobs: The container.
        model: The model that embeds passages and queries.
        progress: Told what is being made, and how far the indexer is.
        pause: Waits so many seconds.

    Returns:
        What it did.

    Raises:
        SearchError: Something could not be made, or the run failed as a whole; the text says which and why.
    """
    report = progress or _silent
    names = Names(index)
    clients = service.indexers()
    stages: tuple[tuple[str, Callable[[], Awaitable[object]]], ...] = (
        ("index", lambda: ensure_index(service, index, model.dimensions, model, filled_by=model.name)),
        ("data source", lambda: clients.create_or_update_data_source_connection(data_source(names, blobs))),
        ("skillset", lambda: clients.create_or_update_skillset(skillset(names, model))),
        ("indexer", lambda: clients.create_or_update_indexer(indexer(names))),
    )
    called = {"index": index, "data source": names.data_source, "skillset": names.skillset, "indexer": names.indexer}
    stage = "indexer"
    try:
        before = None
        for stage, make in stages:
            report(Indexed(f"making the {stage}"))
            if stage == "indexer":
                before = await _last_start(service, names)
            await persist(make, tries=_TRIES)
        with contextlib.suppress(ResourceExistsError):  # it runs already: a new one starts by itself
            await persist(lambda: clients.run_indexer(names.indexer), tries=_TRIES)
        return await _followed(service, names, before, report, pause)
    except AzureError as error:
        raise explained(error, service, f"the {stage} {called[stage]!r}", Task.DEFINE) from error


def _silent(_: Indexed) -> None:
    pass


async def _last_start(service: SearchService, names: Names) -> object:
    """When the indexer last began, to tell that run from ours; None where there is no indexer yet."""
    try:
        last = (await persist(lambda: service.indexers().get_indexer_status(names.indexer), tries=_TRIES)).last_result
    except ResourceNotFoundError:
        return None
    return None if last is None or last.status in _RUNNING else last.start_time


async def _followed(
    service: SearchService,
    names: Names,
    before: object,
    report: Callable[[Indexed], None],
    pause: Callable[[float], Awaitable[object]],
) -> Indexed:
    while True:
        status = await persist(lambda: service.indexers().get_indexer_status(names.indexer), tries=_TRIES)
        last = status.last_result
        if last is not None and last.start_time != before:
            report(Indexed("indexing", last.item_count, last.failed_item_count))
            if last.status not in _RUNNING:
                return _outcome(last, names, service)
        await pause(INTERVAL)


def _outcome(last: IndexerExecutionResult, names: Names, service: SearchService) -> Indexed:
    skipped = tuple(Skipped(each.key or "?", each.error_message) for each in last.errors)
    if last.status != "success" and not last.item_count:
        why = last.error_message or (skipped[0].reason if skipped else "it does not say why")
        raise SearchError(
            f"the indexer {names.indexer!r} at {service.host} failed: {why}. May the service's managed identity read "
            "the container (role 'Storage Blob Data Reader') and use the model ('Cognitive Services OpenAI User')?"
        )
    return Indexed("done", last.item_count, last.failed_item_count, skipped)
