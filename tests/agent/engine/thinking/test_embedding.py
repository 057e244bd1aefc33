"""Embeddings that are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agent.engine.thinking import embedding
from agent.engine.thinking.embedding import Memory
from tools.search.embedder import Worded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from numpy.typing import NDArray


class Counting:
    """Embeds a text as its length, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    def embed_words(self, texts: Sequence[str]) -> list[Worded]:
        vectors = self.embed(texts)
        words = [tuple(text.split()) for text in texts]
        return [
            Worded(vector, each, np.ones((len(each), 2), dtype=np.float32))
            for vector, each in zip(vectors, words, strict=True)
        ]


def test_a_text_is_embedded_once() -> None:
    counting = Counting()
    memory = Memory(counting)

    memory.embed(["a", "bb", "a"])
    vectors = memory.embed(["bb", "ccc"])

    assert counting.asked == ["a", "bb", "ccc"]
    assert vectors[:, 0].tolist() == [2, 3]


def test_what_was_used_least_recently_is_forgotten() -> None:
    counting = Counting()
    memory = Memory(counting, capacity=2)

    memory.embed(["a", "bb"])
    memory.embed(["a"])
    memory.embed(["ccc"])
    memory.embed(["a"])
    memory.embed(["bb"])

    assert counting.asked == ["a", "bb", "ccc", "bb"]


def test_nothing_is_like_nothing() -> None:
    memory = Memory(Counting())

    assert memory.similarities("a", []).shape == (0,)
    assert len(memory.embed([])) == 0


def test_the_words_of_a_text_are_embedded_once_and_kept_in_half_the_room() -> None:
    counting = Counting()
    memory = Memory(counting)

    memory.worded(["a b", "c"])
    again, new = memory.worded(["c", "d e f"])

    assert counting.asked == ["c", "a b", "d e f"]
    assert again.words == ("c",)
    assert new.meanings.shape == (3, 2)
    assert new.meanings.dtype == np.float16
    assert memory.worded([]) == []


def test_words_that_were_used_least_recently_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "WORDED", 2)
    counting = Counting()
    memory = Memory(counting)

    memory.worded(["a", "bb"])
    memory.worded(["a"])
    memory.worded(["ccc"])
    memory.worded(["a"])
    memory.worded(["bb"])

    assert counting.asked == ["a", "bb", "ccc", "bb"]
