"""Local search at growing sizes: a question in, passages out, the embedding of the question included.

The texts all differ. Their vectors are real for the first paragraphs and shifted copies of those for the rest: what a
search costs does not depend on what vectors mean, and embedding 100,000 chunks would take five minutes.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from harness.corpus import Corpus
from harness.window import quantiles

from tools.search.document import Chunk, DocumentRecord
from tools.search.embedder import shared_embedder
from tools.search.index import LocalIndex

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

_PER_DOCUMENT = 50
_SAMPLES = 512  # paragraphs embedded for real
_SHIFT = 0.5  # length of the random shift of a copy, so that its cosine to the original is about 0.9


class Growing:
    """An index that more and more documents are put into."""

    def __init__(self, path: Path, *, samples: int) -> None:
        self._corpus = Corpus(seed=2)
        self._embedder = shared_embedder()
        self.index = LocalIndex.open(path, create=True, embedder=self._embedder)
        self._chunks = 0
        self._random = np.random.default_rng(2)
        self._vectors = self._embedder.embed([self._new_paragraph() for _ in range(samples)])

    def grow_to(self, size: int) -> None:
        """Add documents until the index holds so many chunks."""
        with self.index.writing() as writer:
            while self._chunks < size:
                record, chunks = self._document(min(_PER_DOCUMENT, size - self._chunks))
                writer.put(record, chunks, self._near(len(chunks)))
                self._chunks += len(chunks)

    async def ask(self, count: int) -> tuple[list[float], float]:
        """Ask so many questions, one after the other.

        Returns:
            How long each took, and the processor time of one on average, all threads together (ms).
        """
        taken = []
        cpu = time.process_time()
        for question in [self._corpus.question() for _ in range(count)]:
            start = time.perf_counter()
            found = await self.index.search(question, top=5)
            taken.append((time.perf_counter() - start) * 1000)
            if not found:
                raise RuntimeError(f"nothing was found for {question!r}: the figures would mean nothing")
        return taken, (time.process_time() - cpu) * 1000 / count

    def _new_paragraph(self) -> str:
        self._corpus.turn_to_new_topic()
        return self._corpus.paragraph()

    def _document(self, count: int) -> tuple[DocumentRecord, list[Chunk]]:
        self._corpus.turn_to_new_topic()
        path = f"document-{self._chunks:06d}.md"
        title = self._corpus.title()
        record = DocumentRecord(path, title, "markdown", f"{self._chunks:064x}", None, count * 600)
        texts = [self._corpus.paragraph() for _ in range(count)]
        chunks = [Chunk(f"{path}#{n}", path, n, None, (), n * 700, n * 700 + len(text), text, title)
                  for n, text in enumerate(texts)]  # fmt: skip
        return record, chunks

    def _near(self, count: int) -> np.ndarray:
        picked = self._vectors[self._random.integers(len(self._vectors), size=count)]
        shift = self._random.normal(size=picked.shape)
        moved = picked + _SHIFT * shift / np.linalg.norm(shift, axis=1, keepdims=True)
        return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


async def measure(options: argparse.Namespace, emit: Callable[[dict[str, Any]], None]) -> None:
    """Grow one index from size to size and ask it natural questions at each."""
    chosen = options.sizes or ("200,1000" if options.quick else "1000,10000,100000")
    questions = 20 if options.quick else 200
    # On Windows a file cannot be removed while the index still holds it open.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        growing = Growing(Path(folder, "index.sqlite"), samples=64 if options.quick else _SAMPLES)
        for size in sorted(map(int, chosen.split(","))):
            growing.grow_to(size)
            (first,), _ = await growing.ask(1)
            await growing.ask(5)
            taken, cpu = await growing.ask(questions)
            costs = {"search_ms": quantiles(taken), "cpu_ms": round(cpu, 2), "first_ms": round(first, 1)}
            emit({"part": "search", "chunks": size, **costs})


def table(lines: list[dict[str, Any]]) -> list[list[str]]:
    """One row a size; the ratio is to the smallest."""
    rows = [["Chunks", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "first after a change ms", "p50 x smallest"]]
    mine = [line for line in lines if line["part"] == "search"]
    for line in mine:
        found, base = line["search_ms"], mine[0]["search_ms"]["p50"]
        rows.append([f"{line['chunks']:,}", *(f"{found[key]:.1f}" for key in ("p50", "p95", "p99")),
                     f"{line['cpu_ms']:.1f}", f"{line['first_ms']:.0f}", f"{found['p50'] / base:.1f}"])  # fmt: skip
    return rows
