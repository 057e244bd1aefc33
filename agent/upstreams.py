"""Upstreams: how a session gets its model: the embedded engine, or a Realtime service at an address."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

from agent.credentials import Credentials
from agent.services.choice import choose
from agent.transports.upstream import dial

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from agent.config import Settings
    from agent.engine.runtime import Engine
    from agent.transports.base import Transport

    Connect: TypeAlias = "Callable[[], Awaitable[Transport]]"


@asynccontextmanager
async def upstream(model: str | None, settings: Settings, make_engine: Callable[[], Engine]) -> AsyncGenerator[Connect]:
    """Make ready what sessions connect to.

    Args:
        model: A short form or the address of a Realtime service, or None for what the settings configure; see
            `agent.services.choice`.
        settings: What the environment says.
        make_engine: Builds the embedded engine; called only where it is wanted.

    Yields:
        A function that opens a transport to the model; it raises `DialError` where that fails.

    Raises:
        ConfigurationError: No service can be told from model and settings.
    """
    service = choose(model, settings)
    if service.profile == "engine":
        engine = make_engine()
        await engine.warm()
        try:

            async def connect_engine() -> Transport:
                return engine.connect()

            yield connect_engine
        finally:
            await engine.close()
        return
    async with Credentials(settings) as credentials:
        credentials.prepare(service)

        async def connect_service() -> Transport:
            access = await credentials.access(service)
            return await dial(access.url, access.headers, service)

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
