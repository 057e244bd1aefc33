"""Doubt: whether the passages answer the question at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.engine.thinking.answering import Reading

ALIKE = 0.35


def doubtful(reading: Reading) -> bool:
    """Whether the passages had better be said not to answer."""
    return not len(reading.meaning) or float(reading.meaning.max()) < ALIKE
