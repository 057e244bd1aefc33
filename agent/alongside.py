"""Alongside: work that goes on as long as something else lasts, and ends with it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine


_log = logging.getLogger(__name__)


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Have work done while the context lasts; it is cancelled, and has ended, when that is left.

    Args:
        work: It goes on until it is cancelled; an error of its own ends it early, is logged, and ends nothing else.
    """
    task = asyncio.create_task(work, name=work.__qualname__)
    task.add_done_callback(_noted)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _noted(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("%s has ended with %s", task.get_name(), type(error).__name__, exc_info=error)


def while_served(work: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[Any], AsyncGenerator[None]]:
    """Have work done while an aiohttp application runs, as an entry of its `cleanup_ctx`.

    Args:
        work: Begins it.
    """

    async def run(_application: Any) -> AsyncGenerator[None]:
        async with alongside(work()):
            yield

    return run
