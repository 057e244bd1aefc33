"""Sentence embeddings that are remembered, so that tools, prototypes and repeated passages cost nothing twice."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from tools.search.embedder import Worded

_T = TypeVar("_T")

BATCH = 4  # texts of like length at once: more are padded to the longest, which costs more than it saves
CAPACITY = 8_192  # vectors of 384 floats: 12 MB at most
WORDED = 2_048  # texts whose words are kept too, some 20 rows of half floats each: 32 MB at most


class Embedder(Protocol):
    """What the reasoner needs of a text embedder. Safe to call from several threads."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts as rows of L2-normalised vectors."""
        ...

    def embed_words(self, texts: Sequence[str]) -> Sequence[Worded]:
        """Embed texts as wholes and word by word."""
        ...


class Memory:
    """An embedder that remembers the texts it was asked last.

    Args:
        embedder: Makes the vectors.
        capacity: How many are kept; the least recently used go first.
    """

    def __init__(self, embedder: Embedder, *, capacity: int = CAPACITY) -> None:
        self._embedder = embedder
        self._capacity = capacity
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._worded: OrderedDict[str, Worded] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts, running the model for those that are new."""
        known = self._remembered(texts, self._vectors, self._capacity, self._embedder.embed)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, 1), dtype=np.float32)

    def similarities(self, text: str, others: Sequence[str]) -> NDArray[np.float32]:
        """Cosine of one text with each of the others, from -1 to 1."""
        if not others:
            return np.zeros(0, dtype=np.float32)
        vectors = self.embed([text, *others])
        return vectors[1:] @ vectors[0]

    def worded(self, texts: Sequence[str]) -> list[Worded]:
        """Embed texts as wholes and word by word, running the model for those that are new.

        The words' meanings are half floats, which tell as much and take half the room.
        """
        known = self._remembered(texts, self._worded, WORDED, self._halved)
        return [known[text] for text in texts]

    def _halved(self, texts: Sequence[str]) -> list[Worded]:
        found = self._embedder.embed_words(texts)
        return [replace(each, meanings=each.meanings.astype(np.float16)) for each in found]

    def _remembered(
        self,
        texts: Sequence[str],
        kept: OrderedDict[str, _T],
        capacity: int,
        make: Callable[[Sequence[str]], Iterable[_T]],
    ) -> dict[str, _T]:
        """What is made of each text, made only for those that are not kept; the least recently used go first."""
        with self._lock:
            known = {text: kept[text] for text in texts if text in kept}
        new = sorted((text for text in dict.fromkeys(texts) if text not in known), key=len)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            known.update(zip(batch, make(batch), strict=True))
        with self._lock:
            for text in texts:
                kept[text] = known[text]
                kept.move_to_end(text)
            while len(kept) > capacity:
                kept.popitem(last=False)
        return known
