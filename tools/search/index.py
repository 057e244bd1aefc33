"""LocalIndex: documents in one SQLite file, searched by words and by meaning."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tools.search import catalogue
from tools.search.caching import Recent, access_key
from tools.search.document import meaning
from tools.search.duplicates import merged
from tools.search.embedder import Embedder, shared_embedder
from tools.search.evidence import Evidence
from tools.search.fusion import Weights, ranked
from tools.search.lexical import words
from tools.search.postings import lengths
from tools.search.queries import embedded
from tools.search.schema import ensure
from tools.search.storage import FileStorage, MemoryStorage, Storage
from tools.search.vectors import VectorTable, unpacked
from tools.search.visible import View, Visibility
from tools.search.writer import Contents, Writer, contents_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Generator, Hashable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray

    from tools.context import User
    from tools.search.backend import Passage
    from tools.search.document import DocumentRecord


_REMEMBERED = 256  # searches whose results are kept, and queries whose vectors are: together less than 2 MB
_SPARE = 4  # passages looked at for each one wanted, since some say the same


class Index(Protocol):
    """What an ingest needs of an index.

    Attributes:
        staging: Where to keep what was read and embedded until all of it is there, so that an ingest that was killed
            goes on where it stood; None: nowhere that outlives it.
    """

    @property
    def staging(self) -> Path | None: ...  # noqa: D102

    def contents(self) -> Contents:
        """Which documents it holds; see `LocalIndex.contents`."""
        ...

    def vectors(self, document: str) -> dict[str, NDArray[np.float32]]:
        """The vectors of a document; see `LocalIndex.vectors`."""
        ...

    def writing(self) -> AbstractContextManager[Writer]:
        """One transaction; see `LocalIndex.writing`."""
        ...


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """One state of the index, as far as it is kept in memory; rows are in the order of their numbers."""

    generation: int
    numbers: NDArray[np.int64]
    pages: NDArray[np.int64]
    vectors: VectorTable
    visible: Visibility


class LocalIndex:
    """An index of documents that needs no server; safe to use from several threads.

    Args:
        storage: The database.
        embedder: Makes the vectors of queries; the chunks' vectors must come from one of the same name.
        weights: How scores are put together.
    """

    def __init__(self, storage: Storage, *, embedder: Embedder, weights: Weights | None = None) -> None:
        self.weights = weights or Weights()
        self._storage = storage
        self._embedder = embedder
        self._loading = threading.Lock()
        self._snapshot: _Snapshot | None = None
        storage.beside = self._load_beside
        # Shared by all sessions of the process. A change of the index makes a new generation, and so new keys.
        self._results: Recent[Hashable, tuple[Passage, ...]] = Recent(_REMEMBERED)
        self._vectors: Recent[str, NDArray[np.float32]] = Recent(_REMEMBERED)

    @classmethod
    def open(
        cls, path: Path, *, create: bool = False, embedder: Embedder | None = None, weights: Weights | None = None
    ) -> LocalIndex:
        """Open an index file. Whatever is wrong with it, it is not changed.

        Args:
            path: The file.
            create: Make it, folders included, when it is missing.
            embedder: Instead of the one that the process shares.
            weights: Instead of those that were tuned.

        Raises:
            SearchError: It is missing, no index, of another version, or made with another embedder.
        """
        embedder = embedder or shared_embedder()
        ensure(path, create=create, embedder=embedder.name, dimensions=embedder.dimensions)
        return cls(FileStorage(path), embedder=embedder, weights=weights)

    @classmethod
    def in_memory(cls, *, embedder: Embedder | None = None, weights: Weights | None = None) -> LocalIndex:
        """Make an empty index that is gone when the process ends; for the arguments see `open`."""
        embedder = embedder or shared_embedder()
        return cls(MemoryStorage(embedder.name, embedder.dimensions), embedder=embedder, weights=weights)

    @contextmanager
    def writing(self) -> Generator[Writer]:
        """Change the index: all at once when the block ends, nothing when it raises or the process is killed.

        Raises:
            SearchError: Another process is writing, the disk is full, or the index was closed.
        """
        with self._storage.writing() as connection:
            yield Writer(connection, self._embedder.dimensions)
            connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    @property
    def staging(self) -> Path | None:
        """The file beside the index in which an ingest gathers; None where the index is in memory."""
        path = self._storage.path
        return None if path is None else path.with_name(f"{path.name}-staged")

    def contents(self) -> Contents:
        """Which documents there are, and what tells whether they must be read again."""
        with self._storage.reading() as connection:
            return contents_of(connection)

    def vectors(self, document: str) -> dict[str, NDArray[np.float32]]:
        """What is known of a document's meaning, so that only what is new in it need be embedded.

        Args:
            document: Its path.

        Returns:
            The vector of each of its chunks, by what was embedded of it (`Chunk.meaning`).
        """
        with self._storage.reading() as connection:
            rows = connection.execute(
                "SELECT context, text, vector FROM chunks WHERE document = ?", (document,)
            ).fetchall()
        vectors = unpacked([row[2] for row in rows], self._embedder.dimensions)
        return {meaning(about, text): vector for (about, text, _), vector in zip(rows, vectors, strict=True)}

    def documents(self, user: User | None = None) -> list[DocumentRecord]:
        """The documents that a caller may read, by path; see `Shelf.documents`."""
        with self._storage.reading() as connection:
            return catalogue.records(connection, user)

    def document(self, path: str, user: User | None = None) -> DocumentRecord | None:
        """One document that a caller may read, or None; see `Shelf.document`."""
        with self._storage.reading() as connection:
            return catalogue.record(connection, path, user)

    def text_of(self, path: str, page: int | None = None, user: User | None = None) -> list[Passage]:
        """What a document says; see `Shelf.text_of`."""
        with self._storage.reading() as connection:
            return catalogue.text_of(connection, path, page, user)

    def count(self) -> int:
        """How many chunks there are."""
        with self._storage.reading() as connection:
            return connection.execute("SELECT count(*) FROM chunks").fetchone()[0]

    def warm(self) -> None:
        """Load the vectors and the embedder, so that the first search does not wait for them.

        Raises:
            SearchError: The index cannot be read or the model not loaded.
        """
        self.search_now("warm")

    async def search(self, query: str, *, top: int = 5, user: User | None = None) -> list[Passage]:
        """Find passages without holding up the event loop; see `search_now`."""
        return await asyncio.to_thread(self.search_now, query, top, user)

    def search_now(self, query: str, top: int = 5, user: User | None = None) -> list[Passage]:
        """Find the passages that answer a query best, at most one for each page and each text once; blocks.

        Args:
            query: A question or keywords; every character in it is taken as text.
            top: How many passages at most.
            user: Who is calling, as the server verified them: nothing is found that they may not read, and nothing of
                it shows in the scores of what is found. None finds what everybody may read.

        Returns:
            Passages, best first, with scores from 0 to 1 that can be compared between queries.

        Raises:
            SearchError: The index cannot be read or the model not loaded.
        """
        if not words(query):
            return []
        # Outside the transaction: it takes longer than all else, and depends on nothing in the index.
        vector = self._vectors.get(query, lambda: embedded([query], self._embedder)[0])
        with self._storage.reading() as connection:
            key = (_generation(connection), query, top, self.weights, access_key(user))
            return list(self._results.get(key, lambda: self._found(connection, query, vector, top, user)))

    def evidence(self, query: str, vector: NDArray[np.float32]) -> Evidence:
        """What speaks for each chunk, whoever may read it; for those who tune the weights.

        Args:
            query: The query.
            vector: Its embedding.
        """
        with self._storage.reading() as connection:
            snapshot = self._current(connection)
            return self._evidence(connection, query, vector, snapshot, snapshot.visible.everything)

    def places(self) -> list[tuple[str, int | None]]:
        """Document and page of each chunk, in the order of `evidence`."""
        with self._storage.reading() as connection:
            return connection.execute("SELECT document, page FROM chunks ORDER BY number").fetchall()

    def close(self) -> None:
        """Let go of the file; searching afterwards raises SearchError."""
        self._storage.close()

    def _found(
        self, connection: sqlite3.Connection, query: str, vector: NDArray[np.float32], top: int, user: User | None
    ) -> tuple[Passage, ...]:
        snapshot = self._current(connection)
        evidence = self._evidence(connection, query, vector, snapshot, snapshot.visible.to(user))
        best = ranked(evidence.scores(self.weights), evidence.pages, _SPARE * top, self.weights)
        found = (catalogue.passage(connection, int(evidence.numbers[position]), score) for position, score in best)
        return tuple(merged(found, top))

    def _evidence(
        self, connection: sqlite3.Connection, query: str, vector: NDArray[np.float32], snapshot: _Snapshot, view: View
    ) -> Evidence:
        shares = view.lexicon.shares(
            connection,
            query,
            context_weight=self.weights.context,
            phrase_weight=self.weights.phrase,
            length_weight=self.weights.length,
        )
        # Of what the caller may find only: what the first passages mean moves the query, too.
        vectors = snapshot.vectors.part(view.at)
        near = vectors.similarities(vector)
        return Evidence(snapshot.numbers[view.at], snapshot.pages[view.at], near, shares, vectors)

    def _current(self, connection: sqlite3.Connection) -> _Snapshot:
        """What memory holds of the state that this transaction sees, loaded anew after a change by anyone."""
        generation = _generation(connection)
        with self._loading:
            if self._snapshot is None or self._snapshot.generation != generation:
                self._snapshot = _load(connection, generation, self._embedder.dimensions)
            return self._snapshot

    def _load_beside(self, connection: sqlite3.Connection) -> Callable[[], None]:
        """Load what memory holds of a state that is to take the place of the present one; see `Storage.beside`."""
        if self._snapshot is None:
            return lambda: None  # nobody has searched yet
        loaded = _load(connection, _generation(connection), self._embedder.dimensions)

        def switch() -> None:
            self._snapshot = loaded

        return switch


def _generation(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


def _load(connection: sqlite3.Connection, generation: int, dimensions: int) -> _Snapshot:
    rows = connection.execute("SELECT number, vector, document, page FROM chunks ORDER BY number").fetchall()
    access = {each.path: each.access for each in catalogue.every_record(connection)}
    pages: dict[object, int] = {}
    numbers = np.array([row[0] for row in rows], dtype=np.int64)
    return _Snapshot(
        generation,
        numbers,
        # Where there are no pages, each chunk stands for itself.
        np.array(
            [
                pages.setdefault(number if page is None else (document, page), number)
                for number, _, document, page in rows
            ],
            dtype=np.int64,
        ),
        VectorTable([row[1] for row in rows], dimensions),
        Visibility(numbers, lengths(connection), [access[row[2]] for row in rows]),
    )
