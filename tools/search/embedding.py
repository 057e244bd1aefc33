"""Embeds the chunks of many documents together, each text once, and stages the documents that are complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.search.staging import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tools.search.document import Chunk, DocumentRecord
    from tools.search.embedder import Embedder
    from tools.search.index import Index
    from tools.search.staging import Staging

# Texts embedded together: enough that texts of like length find each other, few enough that little is lost when the
# process is killed. An ingest is told to be further after each batch.
BATCH = 128


class ChunkEmbedder:
    """Gathers chunks until there are enough for a batch.

    Args:
        index: Asked for the vectors of a document's older version.
        staging: Where vectors and documents go.
        embedder: Makes the vectors.
        report: Told after each batch of a document: its name, how many chunks, and how many of these were known.
    """

    def __init__(
        self, index: Index, staging: Staging, embedder: Embedder, report: Callable[[str, int, int], None]
    ) -> None:
        self._index = index
        self._staging = staging
        self._embedder = embedder
        self._report = report
        self._waiting: list[tuple[DocumentRecord, Sequence[Chunk]]] = []
        self._count = 0

    def take(self, record: DocumentRecord, chunks: Sequence[Chunk]) -> None:
        """Take a document; it is staged once its batch is full.

        Args:
            record: The document.
            chunks: All its chunks.
        """
        self._waiting.append((record, chunks))
        self._count += len(chunks)
        if self._count >= BATCH:
            self.finish()

    def finish(self) -> None:
        """Embed and stage what is still waiting."""
        known = self._known()
        texts = {
            key: chunk.meaning
            for _, chunks in self._waiting
            for chunk in chunks
            if (key := key_of(chunk.meaning)) not in known
        }
        if known:
            self._staging.keep(known)
        name = self._waiting[-1][0].path if self._waiting else ""
        total = sum(len(chunks) for _, chunks in self._waiting)
        self._report(name, total - len(texts), total - len(texts))
        # Like lengths together, so that one long text does not make its whole batch long.
        keys = sorted(texts, key=lambda key: len(texts[key]))
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            vectors = self._embedder.embed([texts[key] for key in batch])
            self._staging.keep(dict(zip(batch, vectors, strict=True)))
            self._report(name, len(batch), 0)
        for record, chunks in self._waiting:
            self._staging.put(record, chunks)
        self._staging.commit()
        self._waiting.clear()
        self._count = 0

    def _known(self) -> dict[bytes, NDArray[np.float32]]:
        """Vectors of texts that were embedded before: in an older version, in another document, in a run cut short."""
        keys = [key_of(chunk.meaning) for _, chunks in self._waiting for chunk in chunks]
        known = self._staging.vectors(keys)
        wanted = set(keys) - known.keys()
        for record, _ in self._waiting if wanted else ():
            older = self._index.vectors(record.path)
            known.update((key, vector) for text, vector in older.items() if (key := key_of(text)) in wanted)
        return known
