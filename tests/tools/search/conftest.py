import hashlib

import numpy as np
import pytest

from tools.search.document import Chunk, DocumentRecord
from tools.search.index import LocalIndex


class WordEmbedder:
    """Embeds a text as the sum of its words' own random directions: near enough to meaning, and instant."""

    dimensions = 32
    name = "words"

    def embed(self, texts):
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for number, text in enumerate(texts):
            rows[number] = sum((_direction(word) for word in text.lower().split()), rows[number])
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _direction(word):
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).standard_normal(WordEmbedder.dimensions).astype(np.float32)


@pytest.fixture
def words_embedder():
    return WordEmbedder()


@pytest.fixture
def small_index(words_embedder):
    index = LocalIndex.in_memory(embedder=words_embedder)
    yield index
    index.close()


@pytest.fixture
def put(words_embedder):
    """Puts texts into an index as one document; a text may come as (page, text)."""

    def put_into(index, path, *texts, title="", sha256="0" * 64):
        chunks = []
        for ordinal, given in enumerate(texts):
            page, text = given if isinstance(given, tuple) else (None, given)
            chunks.append(Chunk(f"{path}:{ordinal}", path, ordinal, page, ("Top", "Deeper"), 0, len(text), text, title))
        record = DocumentRecord(path, title or path, "text", sha256, None, 1, f"/somewhere/{path}")
        vectors = words_embedder.embed([chunk.meaning for chunk in chunks])
        with index.writing() as writer:
            writer.put(record, chunks, vectors)

    return put_into
