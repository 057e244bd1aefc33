"""Recent: a bounded memory of answers, safe to share between threads; the one asked for longest ago goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tools.context import User

Key = TypeVar("Key", bound="Hashable")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Remembers the latest answers to questions that are asked again and again.

    It forgets nothing by itself but what there is no room for: all that an answer depends on must be in its key.

    Args:
        size: Answers kept at most; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The answer for a key.

        Args:
            key: All that the answer depends on.
            make: Makes it where it is not known. What it raises is raised, and nothing kept. Two threads that ask at
                the same time may both make it; better that than one waiting for the other.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made


def access_key(user: User | None) -> Hashable:
    """What distinguishes the callers who may find different things; nobody in particular is a caller, too.

    Everything that is known of a user counts, since an access rule may read any of it.

    Args:
        user: Who is calling, as the server verified them.
    """
    if user is None:
        return None
    return user.id, user.groups, repr(sorted(user.claims.items()))
