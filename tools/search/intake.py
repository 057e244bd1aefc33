"""Intake: what a reader does with one file: look whether it is new, read it, and cut it into chunks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tools.search.chunking import chunk_document
from tools.search.document import DocumentRecord
from tools.search.reading.snapshot import take_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tools.search.document import Chunk
    from tools.search.reading.isolation import IsolatedReader
    from tools.search.writer import Contents

# For each file, by its source: what its metadata said when it was read, and the hash of its content.
Seen: TypeAlias = "dict[str, tuple[tuple[int, int, int], str]]"
_SETTLED = 2.0  # seconds; a file changed later than that before it was read may change again without looking changed


@dataclass(frozen=True, slots=True)
class Job:
    """A file to look at.

    Attributes:
        name: The document's name within the index.
        path: The file.
        source: Its path as an index stores it.
        size: Its size in bytes when it was found; 0 where that could not be told.
    """

    name: str
    path: Path
    source: str
    size: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The index holds it already."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A document that is new, or has changed.

    Attributes:
        record: The document; None where an earlier ingest, which was killed, has staged it.
        chunks: All its chunks.
    """

    record: DocumentRecord | None
    chunks: Sequence[Chunk] = ()


class Intake:
    """Takes files in; for several threads at once.

    Args:
        before: What the index holds.
        staged: Content hash and source of what an earlier ingest has staged, by name.
        size_limit: Largest file accepted, in bytes.
        seen: What is known of files that were read before; filled on.
    """

    def __init__(
        self, before: Contents, staged: Mapping[str, tuple[str, str]], *, size_limit: int, seen: Seen | None = None
    ) -> None:
        self._seen: Seen = {} if seen is None else seen
        self._before = before
        self._staged = staged
        self._size_limit = size_limit

    def take(self, job: Job, reader: IsolatedReader) -> Taken | Unchanged:
        """Read a file, unless what came of it is there already.

        Args:
            job: The file.
            reader: This thread's reader.

        Raises:
            UnreadableError: It cannot be read; the text says why.
        """
        held = (self._before.known.get(job.name), self._before.sources.get(job.name))
        seen = self._seen.get(job.source)
        if seen and (seen[1], job.source) == held and seen[0] == metadata(job.path):
            return Unchanged()
        begun = time.time()
        before = metadata(job.path)
        snapshot = take_snapshot(job.path, size_limit=self._size_limit)
        if before and begun - before[1] / 1e9 > _SETTLED:
            self._seen[job.source] = (before, snapshot.sha256)
        state = (snapshot.sha256, job.source)
        if held == state:
            return Unchanged()
        if self._staged.get(job.name) == state:
            return Taken(None)
        document = reader.parse(snapshot.data, job.path.name)
        record = DocumentRecord(
            path=job.name,
            title=document.title,
            format=document.format,
            sha256=snapshot.sha256,
            pages=document.page_count,
            size=snapshot.size,
            source=job.source,
        )
        return Taken(record, chunk_document(document, job.name))


def metadata(path: Path) -> tuple[int, int, int] | None:
    """Size, time of change and number of a file, which tell whether it may have changed; None where it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None  # whoever reads it will tell why
    return status.st_size, status.st_mtime_ns, status.st_ino
