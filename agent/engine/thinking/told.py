"""Told: what the middle tier has the engine say, besides answers: a sentence as it stands, and news of a long job.

A language model reads the same words and does the same; the engine knows them by their wording.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from agent.engine.thinking.conversation import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The second is for models of many languages; this one says it in its own.
_SAY = re.compile(
    r"Say exactly this and nothing else: (.+)|Say one sentence and nothing else\. .*This is the sentence: (.+)",
    re.DOTALL,
)
_NEWS = re.compile(
    r"The tool '[\w-]{1,64}', which was started earlier, has finished\. Tell the user now\. Its result: (.*)", re.DOTALL
)


def verbatim(instructions: str) -> str | None:
    """The sentence that a response is to consist of, or None."""
    found = _SAY.fullmatch(instructions)
    return None if found is None else (found[1] or found[2]).strip()


def news(items: Sequence[Mapping[str, Any]]) -> tuple[list[str], bool]:
    """Results of jobs that the assistant has not spoken after.

    Args:
        items: The conversation.

    Returns:
        The results, oldest first, and whether the user has said something since the latest.
    """
    found: list[str] = []
    asked_since = False
    for item in reversed(items):
        role = item.get("role")
        if role == "assistant" and text_of(item):
            break
        if role == "user" and not found:
            asked_since = True
        told = _NEWS.fullmatch(text_of(item)) if role == "system" else None
        if told is not None:
            found.append(told[1])
    return found[::-1], asked_since and bool(found)
