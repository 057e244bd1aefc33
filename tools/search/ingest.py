"""Takes documents into an index: reads what is new or changed, removes what is gone, in one transaction."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tools.errors import IngestError
from tools.search.access import labels
from tools.search.access_rules import AccessRules
from tools.search.chunking import chunk_document
from tools.search.document import DocumentRecord
from tools.search.reading import SUFFIXES, UnreadableError
from tools.search.reading.isolation import DEFAULT_TIME_LIMIT, IsolatedReader
from tools.search.reading.snapshot import DEFAULT_SIZE_LIMIT, VanishedError, take_snapshot
from tools.search.scanning import Scan, Skipped, assign_names, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tools.search.document import Chunk
    from tools.search.embedder import Embedder
    from tools.search.index import Index, Writer
    from tools.search.scanning import Found

_BATCH = 32  # chunks embedded between two reports of progress
_REASONS = 5  # files named when none could be read


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is.

    Attributes:
        document: The document at hand.
        done: Documents finished.
        total: Documents found.
        chunks: Chunks embedded so far.
    """

    document: str
    done: int
    total: int
    chunks: int


@dataclass(slots=True)
class Summary:
    """What an ingest did.

    Attributes:
        added: Documents that are new in the index.
        updated: Documents whose content had changed.
        unchanged: Documents that were left as they were.
        removed: Documents taken out because their files are gone.
        skipped: Files that could not be read, and why. A version read earlier stays in the index.
        ignored: Hidden files and files of other kinds, passed over.
        granted: Documents whose content is as before, and which others may read now.
        unused: Rules of access that are about no document, each with its file and line.
        chunks: Chunks made of the added and updated documents.
        pages: Pages and slides of the added and updated documents.
        seconds: How long it took.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: list[Skipped] = field(default_factory=list[Skipped])
    ignored: int = 0
    granted: int = 0
    unused: list[str] = field(default_factory=list[str])
    chunks: int = 0
    pages: int = 0
    seconds: float = 0.0


def ingest(  # noqa: PLR0913  (one for each thing that may be decided)
    paths: Sequence[Path],
    index: Index,
    *,
    embedder: Embedder,
    progress: Callable[[Progress], None] | None = None,
    size_limit: int = DEFAULT_SIZE_LIMIT,
    time_limit: float = DEFAULT_TIME_LIMIT,
    access: Sequence[str] | None = None,
) -> Summary:
    """Bring an index up to date with files and folders.

    It blocks, so call it off the event loop. Either all of it comes to pass or, if it fails or is killed, nothing.

    Args:
        paths: Files and folders; what the index holds from elsewhere stays.
        index: The index to write to.
        embedder: Makes the vectors of new chunks.
        progress: Told before each document, after each batch of its chunks, and at the end.
        size_limit: Largest file accepted, in bytes.
        time_limit: Seconds that reading a document may take.
        access: Who may read the documents that no file `.vocative-access` is about, such as `["group:hr"]`. Where
            neither says anything, what was said of the same place before holds, else a document keeps what it has, and
            a new one is for everybody.

    Returns:
        What was done, and what could not be read.

    Raises:
        IngestError: A path does not exist, nothing could be read, or a rule of access is wrong. The index stays as it
            was.
        tools.errors.SearchError: The index cannot be written, or the embedding model not loaded.
    """
    started = time.monotonic()
    said = None if access is None else _checked(access)
    scanned = scan(paths)
    summary = Summary(skipped=list(scanned.skipped), ignored=scanned.ignored)
    if not scanned.found:
        raise _nothing(paths, summary)
    with index.writing() as writer, IsolatedReader(time_limit=time_limit) as reader:
        if said is not None:
            writer.default(scanned.roots, said)
        rules = AccessRules(writer.defaults())
        run = _Run(writer, reader, embedder, summary, rules, size_limit=size_limit, report=progress or _silent)
        run.update(scanned)
        summary.unused = rules.unused(scanned.roots)
        if not summary.added + summary.updated + summary.unchanged:
            raise _nothing(paths, summary)
    summary.seconds = time.monotonic() - started
    return summary


def _checked(access: Sequence[str]) -> tuple[str, ...]:
    try:
        return labels(access)
    except IngestError as error:
        raise IngestError(f"access: {error}") from None


def _silent(_: Progress) -> None:
    pass


def _nothing(paths: Sequence[Path], summary: Summary) -> IngestError:
    where = ", ".join(str(path) for path in paths)
    if not summary.skipped:
        kinds = ", ".join(sorted(SUFFIXES))
        return IngestError(f"there are no documents in {where}: put files there of the kinds {kinds}")
    reasons = [f"  {one.path}: {one.reason}" for one in summary.skipped[:_REASONS]]
    more = len(summary.skipped) - len(reasons)
    listed = "\n".join([*reasons, f"  and {more} more"] if more else reasons)
    return IngestError(f"none of the documents in {where} could be read; the index stays as it was:\n{listed}")


class _Run:
    """One ingest, within its transaction."""

    def __init__(  # noqa: PLR0913  (what it works with)
        self,
        writer: Writer,
        reader: IsolatedReader,
        embedder: Embedder,
        summary: Summary,
        rules: AccessRules,
        *,
        size_limit: int,
        report: Callable[[Progress], None],
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._embedder = embedder
        self._summary = summary
        self._size_limit = size_limit
        self._report = report
        self._rules = rules
        self._known = dict(writer.known())
        self._access = writer.access()
        self._sources = dict(writer.sources())
        self._done = 0
        self._total = 0

    def update(self, scanned: Scan) -> None:
        named = assign_names(scanned.found, self._sources)
        self._total = len(named)
        gone = _gone(self._sources, set(named), scanned)
        for name, found in named.items():
            self._tell(name)
            self._grant(name, found)
            try:
                self._take(name, found)
            except VanishedError as error:
                self._skip(name, str(error))
                if name in self._known:
                    gone.append(name)
            except UnreadableError as error:
                kept = "; the version read earlier stays in the index" if name in self._known else ""
                self._skip(name, f"{error}{kept}")
            self._done += 1
        for name in gone:
            self._writer.remove(name)
        self._summary.removed = len(gone)
        self._tell("")

    def _grant(self, name: str, found: Found) -> None:
        """Before the document is read: one that cannot be read any more must not stay open to those shut out."""
        before = self._access.get(name, ())
        self._access[name] = before if (told := self._rules.of(found.path)) is None else told
        if name in self._known and self._access[name] != before:
            self._writer.grant(name, self._access[name])
            self._summary.granted += 1

    def _take(self, name: str, found: Found) -> None:
        snapshot = take_snapshot(found.path, size_limit=self._size_limit)
        if self._known.get(name) == snapshot.sha256 and self._sources.get(name) == found.source:
            self._summary.unchanged += 1
            return
        document = self._reader.parse(snapshot.data, found.path.name)
        chunks = chunk_document(document, name)
        vectors = self._embed(name, chunks)
        record = DocumentRecord(
            path=name,
            title=document.title,
            format=document.format,
            sha256=snapshot.sha256,
            pages=document.page_count,
            size=snapshot.size,
            source=found.source,
            access=self._access[name],
        )
        self._writer.put(record, chunks, vectors)
        if name in self._known:
            self._summary.updated += 1
        else:
            self._summary.added += 1
        self._summary.pages += document.page_count or 0

    def _embed(self, name: str, chunks: Sequence[Chunk]) -> NDArray[np.float32]:
        vectors = np.zeros((len(chunks), self._embedder.dimensions), dtype=np.float32)
        for start in range(0, len(chunks), _BATCH):
            batch = chunks[start : start + _BATCH]
            vectors[start : start + len(batch)] = self._embedder.embed([chunk.meaning for chunk in batch])
            self._summary.chunks += len(batch)
            self._tell(name)
        return vectors

    def _skip(self, name: str, reason: str) -> None:
        self._summary.skipped.append(Skipped(name, reason))

    def _tell(self, name: str) -> None:
        self._report(Progress(name, self._done, self._total, self._summary.chunks))


def _gone(sources: Mapping[str, str], present: set[str], scanned: Scan) -> list[str]:
    """The documents that were read from the places given, and are no longer found there."""

    def below(source: Path, places: Sequence[Path]) -> bool:
        return any(source == place or place in source.parents for place in places)

    return [
        name
        for name, source in sources.items()
        if name not in present
        and source
        and below(Path(source), scanned.roots)
        and not below(Path(source), scanned.unseen)
    ]
