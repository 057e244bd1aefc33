"""Utterances: the latest of what was said in a conversation, for tools that must know what it is about."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.core.history import History
    from agent.core.remembered import Remembered

MOST: Final = 12  # utterances: some six questions with their answers
LONGEST: Final = 1_000  # characters of one; who reads out a contract does not ask about its end


class Said(NamedTuple):
    """One utterance.

    Attributes:
        role: `"user"` or `"assistant"`.
        text: The words, as far as they were heard.
    """

    role: str
    text: str


def latest(history: History) -> tuple[Said, ...]:
    """What was said last, oldest first; what nobody wrote down is left out.

    Args:
        history: The conversation.
    """
    return tuple(islice(_backwards(history), MOST))[::-1]


def _backwards(history: History) -> Iterator[Said]:
    for item in reversed(tuple(history)):
        text = _text(item) if item.kind == "message" and item.role in {"user", "assistant"} else ""
        if text:
            yield Said(item.role, text[:LONGEST])


def _text(item: Remembered) -> str:
    heard = (part.heard.strip() for _, part in sorted(item.parts.items()))
    return " ".join(text for text in heard if text)
