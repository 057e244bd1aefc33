"""Showing: documents are read again to be shown; what callers brought takes its turn, so that it costs them alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar
from weakref import WeakValueDictionary

from agent.library import OWN
from tools.context import owner_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.library import Library
    from tools import User

    Shown = TypeVar("Shown")

# Documents of callers that are read at the same time, of all users: reading one may take half a minute, and the threads
# are those that everybody's searches need.
_AT_ONCE: Final = 2


class Showing:
    """Reads documents of a library.

    Args:
        library: The documents.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._reading = asyncio.Semaphore(_AT_ONCE)
        self._turns: WeakValueDictionary[str | None, asyncio.Lock] = WeakValueDictionary()

    async def read(self, look: Callable[[], Shown], document: str, user: User | None) -> Shown:
        """Read a document in a thread; of those that callers brought, one at a time for each of them.

        Args:
            look: Reads it.
            document: Its name.
            user: Who asks.
        """
        if self._library.uploads is None or not document.startswith(f"{OWN}/"):
            return await asyncio.to_thread(look)
        async with self._turns.setdefault(owner_of(user), asyncio.Lock()), self._reading:
            return await asyncio.to_thread(look)
