"""Trimming: which items to keep when a conversation has grown too long. Whole turns go, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.core.remembered import Remembered


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be kept.

    Attributes:
        items: Conversation items.
        characters: Of text in them together; some four make a token.
    """

    items: int = 160
    characters: int = 48_000


# For a memory, and for what a new session is given: far below any model's context, and given within a second.
MEMORY = Bounds()
SEED = Bounds(items=120, characters=32_000)


def fit(items: Sequence[Remembered], bounds: Bounds) -> list[Remembered]:
    """The items to keep, in their order.

    A turn runs from one user's message to the next. System messages at the head stay, so does the latest turn, and so
    do calls that have no output yet; a call and its output stay or go together.
    """
    if _fits(items, bounds):
        return list(items)
    turns = _turns(items)
    kept = list(items)
    for turn in range(1, max(turns)):
        kept = [item for item, number in zip(items, turns, strict=True) if number > turn or number == 0]
        if _fits(kept, bounds):
            return kept
    return _shorten(kept, bounds)


def _fits(items: Sequence[Remembered], bounds: Bounds) -> bool:
    return len(items) <= bounds.items and sum(item.size for item in items) <= bounds.characters


def _turns(items: Sequence[Remembered]) -> list[int]:
    """The number of each item's turn; 0 for what must not go."""
    waiting = _waiting(items)
    of_call: dict[str, int] = {}
    numbers: list[int] = []
    current, head = 1, True
    for item in items:
        head = head and item.role == "system"
        current += item.opens_turn and bool(numbers)
        number = 0 if head else current
        if item.kind == "function_call":
            number = 0 if item.call_id in waiting else number
            of_call[item.call_id] = number
        elif item.kind == "function_call_output":
            number = of_call.get(item.call_id, number)
        numbers.append(number)
    return numbers


def _waiting(items: Sequence[Remembered]) -> set[str]:
    """Calls whose outputs are still to come."""
    calls = {item.call_id for item in items if item.kind == "function_call"}
    return calls - {item.call_id for item in items if item.kind == "function_call_output"} - {""}


def _shorten(items: Sequence[Remembered], bounds: Bounds) -> list[Remembered]:
    """One turn alone is too long: leave out what is oldest in it, after the question that began it."""
    kept, waiting = list(items), _waiting(items)
    head = list(takewhile(lambda item: item.role == "system", items))
    for item in items[len(head) : -1]:
        if _fits(kept, bounds):
            break
        if not item.opens_turn and item.call_id not in waiting:
            kept = [other for other in kept if not _together(item, other)]
    return kept


def _together(item: Remembered, other: Remembered) -> bool:
    return other is item or (item.call_id != "" and other.call_id == item.call_id)
