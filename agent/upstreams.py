"""Upstreams: how a session gets its model: the embedded engine, or a Realtime service at an address."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import aiohttp

from agent.assistant import EMBEDDED
from agent.transports.upstream import dial

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from agent.config import Settings
    from agent.engine.runtime import Engine
    from agent.transports.base import Transport

    Connect: TypeAlias = "Callable[[], Awaitable[Transport]]"


@asynccontextmanager
async def upstream(model: str, settings: Settings, make_engine: Callable[[], Engine]) -> AsyncGenerator[Connect]:
    """Make ready what sessions connect to.

    Args:
        model: `"engine"`, or the address of a Realtime service.
        settings: Where the credentials stand.
        make_engine: Builds the embedded engine; called only where it is wanted.

    Yields:
        A function that opens a transport to the model; it raises `DialError` where that fails.
    """
    if model == EMBEDDED:
        engine = make_engine()
        await engine.warm()
        try:

            async def connect_engine() -> Transport:
                return engine.connect()

            yield connect_engine
        finally:
            await engine.close()
        return
    headers = settings.headers_for(model)
    async with aiohttp.ClientSession() as http:

        async def connect_service() -> Transport:
            return await dial(http, model, headers)

        yield connect_service


def run_loop(work: Callable[[], Awaitable[int]]) -> int:
    """Run a command on the fastest event loop there is: uvloop where it has wheels."""

    async def main() -> int:
        return await work()

    if sys.platform == "win32":
        return asyncio.run(main())
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return asyncio.run(main())
    return uvloop.run(main())
