"""Embeddings that are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agent.engine.thinking.embedding import Memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Counting:
    """Embeds a text as its length, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)


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
