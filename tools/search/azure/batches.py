"""Batches: actions on an index, cut so that the service takes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Action = dict[str, Any]

MOST: Final = 1000  # actions in one request
LARGEST: Final = 15 * 1024 * 1024  # bytes of one request; the service takes 16 MB, and the SDK adds a frame
_COMMA: Final = 2  # bytes between two actions


def size_of(action: Mapping[str, Any]) -> int:
    """How many bytes an action takes up in a request."""
    return len(json.dumps(action)) + _COMMA


def batches(actions: Iterable[Action], *, most: int = MOST, largest: int = LARGEST) -> Iterator[list[Action]]:
    """Cut actions into batches, in order.

    Args:
        actions: The actions.
        most: How many a batch may hold.
        largest: Bytes that a batch may hold; an action that is larger by itself makes a batch of its own.
    """
    batch: list[Action] = []
    size = 0
    for action in actions:
        length = size_of(action)
        if batch and (len(batch) == most or size + length > largest):
            yield batch
            batch, size = [], 0
        batch.append(action)
        size += length
    if batch:
        yield batch
