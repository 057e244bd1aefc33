"""All users' documents: a backend that finds for each caller what that caller brought, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from tools.errors import ToolsError
from tools.search.personal.naming import folder_of
from tools.search.personal.quota import Quota
from tools.search.personal.shelf import OwnShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from tools.context import User
    from tools.search.backend import Passage
    from tools.search.document import DocumentRecord
    from tools.search.embedder import Embedder
    from tools.search.index import LocalIndex
    from tools.search.ingest import Progress
    from tools.search.personal.shelf import Sent

_log = logging.getLogger(__name__)
_DAY: Final = 86_400.0  # seconds
_AT_ONCE: Final = 2  # uploads that are read at the same time, of all users: sessions need the processor too


class OwnShelves:
    """The documents of all users, each only for its owner.

    Whoever has not signed in shares one shelf with all others of this machine, if there is one for them at all.

    Args:
        folder: Where they are kept; a folder for each user is made in it.
        embedder: Makes the vectors.
        quota: What each user may have.
        keep_days: Days after which a document is taken away; None for never.
        anonymous: Callers who have not signed in have a shelf. Only where they are all of this machine.
        open_at_once: How many users' indexes are held open; the one that was used longest ago is closed first.
    """

    def __init__(
        self,
        folder: Path,
        *,
        embedder: Embedder,
        quota: Quota | None = None,
        keep_days: float | None = None,
        anonymous: bool = False,
        open_at_once: int = 64,
    ) -> None:
        self.quota = quota or Quota()
        self.anonymous = anonymous
        self._folder = folder
        self._embedder = embedder
        self._keep_days = keep_days
        self._most_open = open_at_once
        self._shelves: OrderedDict[str, OwnShelf] = OrderedDict()
        self._used: dict[str, int] = {}
        self._lock = threading.Lock()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._reading = asyncio.Semaphore(_AT_ONCE)

    def has_shelf(self, user: User | None) -> bool:
        """Whether a caller may bring documents."""
        return user is not None or self.anonymous

    async def search(self, query: str, *, top: int = 5, user: User | None = None) -> Sequence[Passage]:
        """Find passages in what the caller brought; see `Backend.search`."""
        return await asyncio.to_thread(self._search, query, top, user)

    def documents(self, user: User | None = None) -> list[DocumentRecord]:
        """What the caller brought; see `Shelf.documents`."""
        with self._index_of(user) as index:
            return [] if index is None else index.documents()

    def allowance(self, records: Sequence[DocumentRecord]) -> dict[str, Any]:
        """How much a user has brought and may bring: `used{files, bytes}` and `limits`, the fields of the quota.

        Args:
            records: What the user has brought.
        """
        limits = {name: getattr(self.quota, name) for name in ("max_bytes", "max_files", "max_total")}
        return {
            "used": {"files": len(records), "bytes": sum(each.size for each in records)},
            "limits": {**limits, "formats": list(self.quota.formats)},
        }

    def document(self, path: str, user: User | None = None) -> DocumentRecord | None:
        """One document that the caller brought; see `Shelf.document`."""
        with self._index_of(user) as index:
            return None if index is None else index.document(path)

    def text_of(self, path: str, page: int | None = None, user: User | None = None) -> list[Passage]:
        """What one of them says; see `Shelf.text_of`."""
        with self._index_of(user) as index:
            return [] if index is None else index.text_of(path, page)

    def turn(self, user: User | None) -> asyncio.Lock:
        """A lock that a caller's uploads and deletions are made under, one after the other."""
        return self._turns.setdefault(folder_of(user), asyncio.Lock())

    def incoming(self, user: User | None) -> Path:
        """A new place for a file that a caller who has a shelf is sending."""
        with self._mine(user) as shelf:
            return shelf.incoming()

    async def take(self, sent: Sequence[Sent], user: User | None, report: Callable[[Progress], None]) -> None:
        """Make documents of what a caller who has a shelf has sent; see `OwnShelf.take`.

        Args:
            sent: The files.
            user: Who sent them.
            report: Told how far it is, from another thread.
        """

        def work() -> None:
            with self._mine(user) as shelf:
                shelf.take(sent, self.quota, report)

        async with self._reading:
            await asyncio.to_thread(work)

    def remove(self, document: str, user: User | None) -> bool:
        """Take a caller's document away; see `OwnShelf.remove`."""
        with self._of(user) as shelf:
            return shelf is not None and shelf.remove(document)

    def expire(self) -> int:
        """Take away what has been kept long enough, of all users.

        Returns:
            How many documents were removed.
        """
        oldest = None if self._keep_days is None else time.time() - self._keep_days * _DAY
        removed = 0
        for folder in sorted(self._folder.iterdir()) if self._folder.is_dir() else []:
            # Nothing but what we named ourselves.
            if folder.is_dir() and len(folder.name) == len(folder_of(None)):
                try:
                    with self._leased(folder.name) as shelf:
                        removed += shelf.expire(oldest)
                except (ToolsError, OSError) as error:
                    # What others brought is taken away in time all the same.
                    _log.warning("what one user brought could not be cleared away: %s", error)
        return removed

    def close(self) -> None:
        """Close all indexes."""
        with self._lock:
            for shelf in self._shelves.values():
                shelf.close()
            self._shelves.clear()

    def _search(self, query: str, top: int, user: User | None) -> list[Passage]:
        with self._index_of(user) as index:
            return [] if index is None else index.search_now(query, top)

    @contextmanager
    def _index_of(self, user: User | None) -> Generator[LocalIndex | None]:
        """The index of what a caller has brought; None where that is nothing."""
        with self._of(user) as shelf:
            yield shelf.index() if shelf is not None and shelf.exists else None

    @contextmanager
    def _of(self, user: User | None) -> Generator[OwnShelf | None]:
        if not self.has_shelf(user):
            yield None
            return
        with self._leased(folder_of(user)) as shelf:
            yield shelf

    @contextmanager
    def _mine(self, user: User | None) -> Generator[OwnShelf]:
        with self._of(user) as shelf:
            if shelf is None:
                raise PermissionError("who has not signed in has no documents of their own here")
            yield shelf

    @contextmanager
    def _leased(self, key: str) -> Generator[OwnShelf]:
        """A shelf that is not closed while it is used."""
        with self._lock:
            shelf = self._shelves.get(key)
            if shelf is None:
                shelf = self._shelves[key] = OwnShelf(self._folder / key, embedder=self._embedder)
            self._shelves.move_to_end(key)
            self._used[key] = self._used.get(key, 0) + 1
        try:
            yield shelf
        finally:
            with self._lock:
                self._used[key] -= 1
                if not self._used[key]:
                    del self._used[key]
                idle = [name for name in self._shelves if name not in self._used]
                for name in idle[: max(0, len(self._shelves) - self._most_open)]:
                    self._shelves.pop(name).close()
