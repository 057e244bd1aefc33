"""What an ingest tells: how far it is, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.search.scanning import Skipped

_SOON = 2.0  # seconds of work before which nobody can tell how long the rest takes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is.

    Attributes:
        document: The document at hand; empty while all of them are written into the index.
        done: Documents finished.
        total: Documents found.
        chunks: Chunks embedded so far.
        seconds: How long it has been at work.
        size: Bytes of the documents that were read and embedded; those that are as they were do not count.
        left: Bytes of the documents that are not finished.
    """

    document: str
    done: int
    total: int
    chunks: int
    seconds: float = 0.0
    size: int = 0
    left: int = 0

    @property
    def rate(self) -> float:
        """Chunks a second, on the average until now."""
        return self.chunks / self.seconds if self.seconds else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest will take if it is like what was done; None where that cannot be told yet."""
        if not self.size or self.seconds < _SOON:
            return None
        return self.seconds / self.size * self.left


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
        granted: Documents that were there before, changed or not, and that others may read now.
        unused: Rules of access that are about no document, each with its file and line.
        chunks: Chunks made of the added and updated documents.
        reused: How many of these were not embedded again: the same was, in this index or before the ingest was killed.
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
    reused: int = 0
    pages: int = 0
    seconds: float = 0.0
