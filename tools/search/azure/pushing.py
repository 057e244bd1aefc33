"""Pushing: documents read here and pushed to an index; a run that was killed is gone on with by the next."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from azure.core.exceptions import AzureError

from tools.errors import IngestError
from tools.search.access import group_of
from tools.search.access_rules import AccessRules
from tools.search.azure.contents import Held, contents
from tools.search.azure.definition import VECTOR, ensure_index
from tools.search.azure.failures import Task, explained
from tools.search.azure.keys import key_of
from tools.search.azure.layout import FINGERPRINT
from tools.search.azure.uploading import Uploader
from tools.search.chunking import chunk_document
from tools.search.ingest import Progress, Summary
from tools.search.reading import UnreadableError
from tools.search.reading.isolation import IsolatedReader
from tools.search.reading.snapshot import VanishedError, take_snapshot
from tools.search.scanning import Skipped, assign_names, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tools.search.azure.batches import Action
    from tools.search.azure.definition import EmbeddingModel
    from tools.search.azure.embedding import Vectors
    from tools.search.azure.service import SearchService
    from tools.search.document import Chunk
    from tools.search.scanning import Found, Scan

_VERSION: Final = 1  # of how documents are cut and stored; another number takes all of them in anew
_EMBEDDED: Final = 64  # chunks embedded at once
_SETTLED: Final = 500  # passages that wait before they are sent
_REASONS: Final = 5  # files named when none could be read


@dataclass(frozen=True, slots=True)
class Destination:
    """Where documents are pushed to.

    Attributes:
        service: The search service.
        index: The index's name; made if missing.
        vectors: Makes the vectors of chunks.
        embedding: The model with which the index is to embed queries; it has to be the one that `vectors` uses.
        groups: Who may read the documents that no file `.vocative-access` is about; everybody, if empty.
    """

    service: SearchService
    index: str
    vectors: Vectors
    embedding: EmbeddingModel | None = None
    groups: tuple[str, ...] = ()


async def push(
    paths: Sequence[Path], destination: Destination, *, progress: Callable[[Progress], None] | None = None
) -> Summary:
    """Bring an index up to date with files and folders.

    The index itself says what it holds, so a run goes on where another was killed, from any machine. A document's old
    passages are taken out when its new ones are in.

    Args:
        paths: Files and folders; what the index holds from elsewhere stays.
        destination: Where they go.
        progress: Told before each document, after each batch of its chunks, and at the end.

    Returns:
        What was done, and what could not be read or stored.

    Raises:
        IngestError: A path does not exist, there are no documents in it, or a rule of access is wrong or names users.
        SearchError: The index cannot be written.
    """
    started = time.monotonic()
    scanned = await asyncio.to_thread(scan, paths)
    summary = Summary(skipped=list(scanned.skipped), ignored=scanned.ignored)
    if not scanned.found:
        raise IngestError(f"there are no documents in {', '.join(map(str, paths))}: nothing was changed")
    service, index = destination.service, destination.index
    readers = await asyncio.to_thread(_readers, scanned, destination.groups, summary)
    try:
        vectors = destination.vectors
        made = await ensure_index(service, index, vectors.dimensions, destination.embedding, filled_by=vectors.name)
        held = {} if made else await contents(service, index)
    except AzureError as error:
        raise explained(error, service, f"the index {index!r}", Task.DEFINE) from error
    with IsolatedReader() as reader:
        await _Push(destination, held, readers, summary, reader, progress or (lambda _: None)).run(scanned)
    summary.seconds = time.monotonic() - started
    return summary


@dataclass(frozen=True, slots=True)
class _Finished:
    keys: set[str]
    pages: int


class _Push:
    def __init__(
        self,
        destination: Destination,
        held: dict[str, Held],
        readers: Mapping[Path, tuple[str, ...]],
        summary: Summary,
        reader: IsolatedReader,
        report: Callable[[Progress], None],
    ) -> None:
        self._destination = destination
        self._uploader = Uploader(destination.service, destination.index)
        self._held = held
        self._readers = readers
        self._summary = summary
        self._reader = reader
        self._report = report
        self._waiting: list[Action] = []
        self._finished: dict[str, _Finished] = {}  # documents all of which waits or was sent
        self._failed: dict[str, str] = {}
        self._done = self._total = 0

    async def run(self, scanned: Scan) -> None:
        sources = {name: held.source for name, held in self._held.items()}
        named = assign_names(scanned.found, sources)
        gone = set(_gone(sources, named, scanned))
        self._total = len(named)
        for name, found in named.items():
            self._tell(name)
            try:
                await self._take(name, found)
            except VanishedError as error:
                self._summary.skipped.append(Skipped(name, str(error)))
                gone |= {name} & self._held.keys()
            except UnreadableError as error:
                kept = "; the version pushed earlier stays in the index" if name in self._held else ""
                self._summary.skipped.append(Skipped(name, f"{error}{kept}"))
                self._grant(name, self._readers[found.path])
            self._done += 1
        await self._settle()
        if not self._summary.added + self._summary.updated + self._summary.unchanged:
            raise _nothing(scanned.roots, self._summary.skipped)
        await self._uploader.send([_delete(key) for name in gone for key in self._held[name].keys])
        self._summary.removed = len(gone)
        self._tell("")

    async def _take(self, name: str, found: Found) -> None:
        snapshot = await asyncio.to_thread(take_snapshot, found.path)
        groups = self._readers[found.path]
        fingerprint = self._fingerprint(snapshot.sha256, found.source, groups)
        held = self._held.get(name)
        if held is not None and held.is_whole(fingerprint):
            self._summary.unchanged += 1
            return
        document = await asyncio.to_thread(self._reader.parse, snapshot.data, found.path.name)
        chunks = chunk_document(document, name)
        common = {
            "title": document.title,
            "source": found.source,
            "groups": list(groups),
            "chunks": len(chunks),
            FINGERPRINT: fingerprint,
        }
        for start in range(0, len(chunks), _EMBEDDED):
            some = chunks[start : start + _EMBEDDED]
            vectors = await self._destination.vectors.embed([chunk.meaning for chunk in some])
            self._waiting += [_upload(chunk, common, vector) for chunk, vector in zip(some, vectors, strict=True)]
            self._summary.chunks += len(some)
            self._tell(name)
            if len(self._waiting) >= _SETTLED:
                await self._settle()
        self._finished[name] = _Finished({key_of(chunk.id) for chunk in chunks}, document.page_count or 0)

    def _grant(self, name: str, groups: tuple[str, ...]) -> None:
        """A document that cannot be read any more must not stay open to those shut out; it counts as changed now."""
        keys = self._held[name].keys if name in self._held else ()
        told = {"groups": list(groups), FINGERPRINT: ""}
        self._waiting += [{"@search.action": "merge", "id": key, **told} for key in sorted(keys)]

    def _fingerprint(self, sha256: str, source: str, groups: tuple[str, ...]) -> str:
        parts = [_VERSION, sha256, source, self._destination.vectors.name, sorted(groups)]
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()

    async def _settle(self) -> None:
        """Send what waits; then the documents that were sent whole lose their old passages."""
        self._failed |= await self._uploader.send(self._waiting)
        stale: list[Action] = []
        for name, one in self._finished.items():
            if refused := [self._failed[key] for key in one.keys if key in self._failed]:
                why = f"{len(refused)} of {len(one.keys)} passages were not stored: {refused[0]}"
                self._summary.skipped.append(Skipped(name, why))
                continue
            self._summary.pages += one.pages
            if name in self._held:
                self._summary.updated += 1
                stale += [_delete(key) for key in self._held[name].keys - one.keys]
            else:
                self._summary.added += 1
        await self._uploader.send(stale)
        self._waiting.clear()
        self._finished.clear()

    def _tell(self, name: str) -> None:
        self._report(Progress(name, self._done, self._total, self._summary.chunks))


def _readers(scanned: Scan, groups: tuple[str, ...], summary: Summary) -> dict[Path, tuple[str, ...]]:
    """The groups that may read each document, by its file."""
    rules, readers = AccessRules(), dict[Path, tuple[str, ...]]()
    for found in scanned.found:
        told = rules.of(found.path)
        named = [(label, group_of(label)) for label in told or ()]
        # Left out, the others would be everybody where nobody else is named.
        if users := [label for label, group in named if group is None]:
            raise IngestError(
                f"{found.path} is for {users[0]}, and what is pushed to Azure AI Search is for groups: name a group in "
                "its rule, or take it into an index file"
            )
        readers[found.path] = groups if told is None else tuple(group or "" for _, group in named)
    summary.unused = rules.unused(scanned.roots)
    return readers


def _nothing(roots: Sequence[Path], skipped: Sequence[Skipped]) -> IngestError:
    reasons = "".join(f"\n  {one.path}: {one.reason}" for one in skipped[:_REASONS])
    return IngestError(f"none of the documents in {', '.join(map(str, roots))} could be taken in:{reasons}")


def _upload(chunk: Chunk, common: Mapping[str, Any], vector: Sequence[float]) -> Action:
    return {
        "@search.action": "upload",
        "id": key_of(chunk.id),
        "document": chunk.document,
        "headings": json.dumps(chunk.headings, ensure_ascii=False),
        "text": chunk.text,
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        "ordinal": chunk.ordinal,
        VECTOR: vector,
        **common,
    }


def _delete(key: str) -> Action:
    return {"@search.action": "delete", "id": key}


def _gone(sources: Mapping[str, str], present: Mapping[str, Found], scanned: Scan) -> Iterator[str]:
    """The documents that were read from the places given, and are no longer found there."""
    for name, source in sources.items():
        places = {Path(source), *Path(source).parents}
        if source and name not in present and places & set(scanned.roots) and not places & set(scanned.unseen):
            yield name
