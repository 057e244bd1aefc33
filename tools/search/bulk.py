"""Embedding in bulk: every core runs a batch of its own, which is faster than all of them sharing one batch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from tools.search.embedder import MiniLM, shared_embedder
from tools.search.reading.pool import default_workers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_FEW = 48  # texts; fewer are not worth loading the model a second time
_TOGETHER = 16  # texts that one core takes at a time


class BulkEmbedder:
    """Makes the vectors that MiniLM makes; uses the process's shared one for a few texts, its own model for many.

    Args:
        cores: How many cores to use.
        shared: The one for a few texts.
    """

    def __init__(self, *, cores: int | None = None, shared: MiniLM | None = None) -> None:
        self._cores = cores or default_workers()
        self._shared = shared or shared_embedder()
        self._own: MiniLM | None = None

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._shared.dimensions

    @property
    def name(self) -> str:
        """As the shared one's: vectors of both can be compared."""
        return self._shared.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; see `Embedder.embed`. For one thread at a time."""
        if self._own is None:
            if len(texts) < _FEW:
                return self._shared.embed(texts)
            self._own = MiniLM(threads=1)
        own = self._own
        # Like lengths together: what is padded is computed for nothing.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        parts = [order[start : start + _TOGETHER] for start in range(0, len(order), _TOGETHER)]
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        with ThreadPoolExecutor(self._cores, "embedder") as pool:
            parts.reverse()  # the longest first, so that no core is left with one when the others have finished

        def work(part: list[int]) -> NDArray[np.float32]:
            return own.embed([texts[at] for at in part])

        with ThreadPoolExecutor(self._cores, "embedder") as pool:
            for part, vectors in zip(parts, pool.map(work, parts), strict=True):
                rows[part] = vectors
        return rows
