"""Persistence: a request is made again while the service is busy, later and later, as long as there is time."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Final, TypeVar

from azure.core.exceptions import AzureError

from tools.search.azure.failures import is_busy, retry_after

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_T = TypeVar("_T")
FIRST: Final = 0.25  # seconds before the second attempt; doubled each time
LONGEST: Final = 60.0  # seconds between two attempts


async def persist(
    attempt: Callable[[], Awaitable[_T]],
    *,
    tries: int,
    until: float | None = None,
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> _T:
    """Make a request until it is answered.

    Args:
        attempt: Makes it once.
        tries: How often at most.
        until: The loop's time after which no attempt is begun; None for no limit.
        pause: Waits so many seconds.

    Returns:
        What the attempt returned.

    Raises:
        AzureError: The last attempt's error, or the first that is not about the service being busy.
    """
    number = 0
    while True:
        number += 1
        try:
            return await attempt()
        except AzureError as error:
            # Half of it by chance: the sessions that were refused together shall not come back together.
            wait = retry_after(error) or min(LONGEST, FIRST * 2 ** (number - 1)) * random.uniform(0.5, 1)  # noqa: S311
            late = until is not None and asyncio.get_running_loop().time() + wait >= until
            if number == tries or late or not is_busy(error):
                raise
        await pause(wait)
