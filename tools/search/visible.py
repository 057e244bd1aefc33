"""Visible: the chunks of an index that one caller may find, chosen before anything is ranked.

Whoever may not read a document must not learn of it by the scores of others either. So what BM25 counts (how many
chunks there are, how long, how many hold a word) is counted over what the caller may read.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tools.search.access import labels_of
from tools.search.lexical import Lexicon
from tools.search.postings import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.context import User

_MOST_VIEWS: Final = 16  # kept; each costs some bytes a chunk, and callers of the same groups share one


@dataclass(frozen=True, slots=True)
class View:
    """What one caller may find.

    Attributes:
        at: Positions of the chunks among all; a slice where they are all of them.
        lexicon: Counts words over these chunks only.
    """

    at: NDArray[np.int64] | slice
    lexicon: Lexicon


class Visibility:
    """Who may find what in one state of an index.

    Args:
        numbers: The chunks' row numbers, rising.
        lengths: How many words each has.
        access: The labels of each chunk's document; none for everybody.
    """

    def __init__(
        self, numbers: NDArray[np.int64], lengths: NDArray[np.float64], access: Sequence[tuple[str, ...]]
    ) -> None:
        self._numbers = numbers
        self._lengths = lengths
        kinds: dict[tuple[str, ...], int] = {}
        self._kind_of = np.array([kinds.setdefault(labels, len(kinds)) for labels in access], dtype=np.int64)
        self._kinds = [frozenset(labels) for labels in kinds]
        self._everything = View(slice(None), Lexicon(numbers, lengths))
        self._views: OrderedDict[frozenset[int], View] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def everything(self) -> View:
        """All chunks, whoever may read them."""
        return self._everything

    def to(self, user: User | None) -> View:
        """What a caller may find.

        Args:
            user: As the server verified them.
        """
        own = labels_of(user)
        kinds = frozenset(number for number, kind in enumerate(self._kinds) if not kind or not kind.isdisjoint(own))
        if len(kinds) == len(self._kinds):
            return self._everything
        with self._lock:
            view = self._views.get(kinds)
            if view is None:
                at = np.flatnonzero(np.isin(self._kind_of, list(kinds)))
                view = self._views[kinds] = View(at, PartialLexicon(self._numbers[at], self._lengths[at]))
            self._views.move_to_end(kinds)
            while len(self._views) > _MOST_VIEWS:
                self._views.popitem(last=False)
            return view


class PartialLexicon(Lexicon):
    """Words of a part of an index: what FTS5 says of the rest is left out."""

    def places(self, connection: sqlite3.Connection, stem: str) -> NDArray[np.int64]:
        """See `Lexicon.places`."""
        found = super().places(connection, stem)
        return found[np.isin(rows(found), self.numbers)]

    def chunks(self, connection: sqlite3.Connection, stem: str) -> int:
        """See `Lexicon.chunks`."""
        return len(np.unique(rows(self.places(connection, stem))))
