"""Keeping: looks now and then for documents that have been kept long enough."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from agent.alongside import while_served
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tools.search.personal.shelves import OwnShelves

_log = logging.getLogger(__name__)
EVERY: Final = 3600.0  # seconds


def keeping(shelves: OwnShelves, *, every: float = EVERY) -> Callable[[Any], AsyncGenerator[None]]:
    """What an application does about it as long as it runs: look at once, and then at intervals.

    Args:
        shelves: The documents of all users.
        every: Seconds between two looks.
    """

    async def work() -> None:
        while True:
            try:
                removed = await asyncio.to_thread(shelves.expire)
                if removed:
                    _log.info("%d uploaded documents were kept long enough and are removed", removed)
            except (ToolsError, OSError) as error:
                # It is tried again; a message with a path in it is for the operator.
                _log.warning("uploaded documents could not be cleared away: %s", error)
            await asyncio.sleep(every)

    return while_served(work)
