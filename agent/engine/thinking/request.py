"""A request while arguments are taken out of it, so that no two are made of the same words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from agent.engine.thinking.embedding import Memory

_FILLER = re.compile(
    r"^(?:(?:please|kindly|(?:can|could|would|will) you|i(?:'d| would) like to|i (?:want|need) to"
    r"|help me(?: to)?)\s+)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What a request is read by.

    Attributes:
        now: The local time, for "tomorrow" and its like.
        memory: Compares meanings.
    """

    now: datetime
    memory: Memory


@dataclass(slots=True)
class Request:
    """What is said, and what of it has been used up.

    Attributes:
        whole: The words as they came.
        context: What they are read by.
        text: The words; parts that have become an argument are blanked out.
        names: Names that are arguments already.
        nouns: Words of the tool's own name: what stands before one may be a name ("the kitchen lights").
    """

    whole: str
    context: Context
    text: str = ""
    names: list[str] = field(default_factory=list[str])
    nouns: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.text = self.text or self.whole

    def use(self, start: int, end: int) -> None:
        """Blank out a part."""
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]

    def used(self, found: str | None) -> str | None:
        """Blank out words that were found, and hand them on."""
        at = self.text.find(found) if found else -1
        if found and at >= 0:
            self.use(at, at + len(found))
        return found


def bare(request: str) -> str:
    """A request without "please", "can you" and their like."""
    return _FILLER.sub("", request.strip()).strip()
