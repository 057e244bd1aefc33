"""Takes documents into an index: reads what is new or changed, removes what is gone, and shows all of it at once."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tools.errors import IngestError, SearchError
from tools.search.access import labels
from tools.search.access_rules import AccessRules
from tools.search.embedding import ChunkEmbedder
from tools.search.intake import Intake, Unchanged
from tools.search.reading import SUFFIXES, UnreadableError
from tools.search.reading.isolation import DEFAULT_MEMORY_LIMIT, DEFAULT_TIME_LIMIT
from tools.search.reading.pool import ReaderPool, default_workers
from tools.search.reading.snapshot import DEFAULT_SIZE_LIMIT, VanishedError
from tools.search.reporting import Progress, Summary
from tools.search.scanning import Skipped, assign_names, gone, scan
from tools.search.staging import Staging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tools.search.embedder import Embedder
    from tools.search.index import Index
    from tools.search.intake import Job, Seen, Taken
    from tools.search.scanning import Found, Scan
    from tools.search.writer import Writer

__all__ = ["Progress", "Summary", "ingest"]

_REASONS = 5  # files named when none could be read


def ingest(  # noqa: PLR0913 - limits that nobody gives together
    paths: Sequence[Path],
    index: Index,
    *,
    embedder: Embedder,
    progress: Callable[[Progress], None] | None = None,
    size_limit: int = DEFAULT_SIZE_LIMIT,
    time_limit: float = DEFAULT_TIME_LIMIT,
    memory_limit: int = DEFAULT_MEMORY_LIMIT,
    workers: int | None = None,
    may_be_empty: bool = False,
    seen: Seen | None = None,
    access: Sequence[str] | None = None,
) -> Summary:
    """Bring an index up to date with files and folders.

    It blocks, so call it off the event loop. Either all of it comes to pass or, if it fails or is killed, nothing; what
    had been embedded until then is kept beside an index file, and the next ingest goes on from there.

    Args:
        paths: Files and folders; what the index holds from elsewhere stays.
        index: The index to write to. Searches go on in its old state until the new one is complete.
        embedder: Makes the vectors of new chunks.
        progress: Told before each document, after each batch of chunks, and at the end.
        size_limit: Largest file accepted, in bytes.
        time_limit: Seconds that reading a document may take.
        memory_limit: Bytes of memory that reading a document may take, where the system can limit that (Linux).
        workers: How many documents are read at once, each in a process; None: one for each core.
        may_be_empty: Accept that there is no document (any more), instead of taking it for a mistake.
        seen: What an earlier ingest of this process has learnt of the files, filled on: one whose metadata are the same
            is not read to see whether it has changed. None: every file is read.
        access: Who may read the documents that no file `.vocative-access` is about, such as `["group:hr"]`. Where
            neither says anything, what was said of the same place before holds, else a document keeps what it has, and
            a new one is for everybody.

    Returns:
        What was done, and what could not be read.

    Raises:
        IngestError: A path does not exist, nothing could be read, or a rule of access is wrong. The index stays as it
            was.
        tools.errors.SearchError: The index cannot be written, another ingest is at it, or the embedding model cannot
            be loaded.
    """
    started = time.monotonic()
    said = None if access is None else _checked(access)
    scanned = scan(paths)
    summary = Summary(skipped=list(scanned.skipped), ignored=scanned.ignored)
    if not scanned.found and not may_be_empty:
        raise _nothing(paths, summary)
    staging = Staging(index.staging, embedder.name)
    keep = True
    try:
        run = _Run(index, staging, embedder, summary, progress or _silent)
        run.choose(scanned)
        intake = Intake(run.before, staging.held(), size_limit=size_limit, seen=seen)
        with ReaderPool(
            intake.take, workers=workers or default_workers(), time_limit=time_limit, memory_limit=memory_limit
        ) as pool:
            run.read(pool)
        if not (summary.added + summary.updated + summary.unchanged or may_be_empty):
            keep = False
            raise _nothing(paths, summary)
        run.publish(scanned, said)
        keep = False
    finally:
        staging.close(keep=keep)
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
    """One ingest: first everything is read, embedded and staged, then the index is written."""

    def __init__(
        self,
        index: Index,
        staging: Staging,
        embedder: Embedder,
        summary: Summary,
        report: Callable[[Progress], None],
    ) -> None:
        self.before = index.contents()
        self._index = index
        self._staging = staging
        self._summary = summary
        self._report = report
        self._embedder = ChunkEmbedder(index, staging, embedder, self._embedded)
        self._named: dict[str, Found] = {}
        self._staged: set[str] = set()
        self._gone: list[str] = []
        self._total = self._done = 0
        self._size = self._left = 0  # bytes
        self._started = time.monotonic()

    def choose(self, scanned: Scan) -> None:
        """Name the documents, and find mistakes in the rules of access before hours are spent on reading."""
        self._named = assign_names(scanned.found, self.before.sources)
        self._total = len(self._named)
        self._gone = gone(self.before.sources, set(self._named), scanned)
        rules = AccessRules()
        for found in self._named.values():
            rules.of(found.path)

    def read(self, pool: ReaderPool[Job, Taken | Unchanged]) -> None:
        """Read, embed and stage what is new or has changed."""
        jobs = [found.job(name) for name, found in self._named.items()]
        self._left = sum(job.size for job in jobs)
        skipped: list[Skipped] = []
        for job, future in pool.results(self._announced(jobs)):
            try:
                self._take(job, future.result())
            except VanishedError as error:
                skipped.append(Skipped(job.name, str(error)))
                if job.name in self.before.known:
                    self._gone.append(job.name)
            except UnreadableError as error:
                kept = "; the version read earlier stays in the index" if job.name in self.before.known else ""
                skipped.append(Skipped(job.name, f"{error}{kept}"))
            self._done += 1
            self._left -= job.size
        self._embedder.finish()
        # In the order of their names, whichever reader was first.
        order = list(self._named)
        self._summary.skipped += sorted(skipped, key=lambda one: order.index(one.path))

    def publish(self, scanned: Scan, said: tuple[str, ...] | None) -> None:
        """Write all of it into the index, in one transaction, with who may read it.

        Args:
            scanned: Where the documents were looked for.
            said: Who may read, from now on, what no rule is about; None where nothing was said of that.
        """
        self._tell("")
        with self._index.writing() as writer:
            if writer.contents() != self.before:
                raise SearchError(
                    "the index was changed by somebody else while documents were read for it: "
                    "ingest them again, which is quick, since what was read is kept"
                )
            if said is not None:
                writer.default(scanned.roots, said)
            rules = AccessRules(writer.defaults())
            access = self._grant(writer, rules)
            for name in self._gone:
                writer.remove(name)
            staged = (name for name in self._named if name in self._staged)
            for record, chunks, vectors in self._staging.documents(staged):
                writer.put(replace(record, access=access[record.path]), chunks, vectors)
                self._tell("")
        self._summary.removed = len(self._gone)
        self._summary.unused = rules.unused(scanned.roots)
        self._tell("")

    def _grant(self, writer: Writer, rules: AccessRules) -> dict[str, tuple[str, ...]]:
        """Bring up to date who may read each document, those included that are as they were or cannot be read any more.

        The rules are read now, when all documents have been: who shut a folder before putting something into it must
        not find that open because reading took an hour.
        """
        before = writer.access()
        access: dict[str, tuple[str, ...]] = {}
        for name, found in self._named.items():
            told = rules.of(found.path)
            access[name] = before.get(name, ()) if told is None else told
            if name in before and access[name] != before[name]:
                writer.grant(name, access[name])
                self._summary.granted += name not in self._gone
        return access

    def _announced(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, int]]:
        for job in jobs:
            self._tell(job.name)
            yield job, job.size

    def _take(self, job: Job, taken: Taken | Unchanged) -> None:
        if isinstance(taken, Unchanged):
            self._summary.unchanged += 1
            return
        self._staged.add(job.name)
        self._size += job.size
        if job.name in self.before.known:
            self._summary.updated += 1
        else:
            self._summary.added += 1
        if taken.record is None:
            pages, chunks = self._staging.measure(job.name)
            self._summary.pages += pages
            self._embedded(job.name, chunks, chunks)
        else:
            self._summary.pages += taken.record.pages or 0
            self._embedder.take(taken.record, taken.chunks)

    def _embedded(self, name: str, chunks: int, reused: int) -> None:
        self._summary.chunks += chunks
        self._summary.reused += reused
        self._tell(name)

    def _tell(self, name: str) -> None:
        seconds = time.monotonic() - self._started
        self._report(Progress(name, self._done, self._total, self._summary.chunks, seconds, self._size, self._left))
