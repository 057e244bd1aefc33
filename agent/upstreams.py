"""Upstreams: how a session gets its model: the embedded engine, or a Realtime service at an address."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import aiohttp

from agent.assistant import EMBEDDED
from agent.engine_calling import EngineCalling
from agent.errors import ConfigurationError
from agent.preview_calling import PreviewCalling, PreviewUrls
from agent.service_calling import CallUrls, ServiceCalling
from agent.transports.upstream import dial

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

    from agent.assistant import Agent
    from agent.calling import Calling
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


@asynccontextmanager
async def calls(
    agent: Agent, settings: Settings, engines: Sequence[Engine], *, webrtc: bool, preview: str | None
) -> AsyncGenerator[Calling | PreviewCalling | None]:
    """Make ready what takes WebRTC calls.

    Args:
        agent: Whose model it is.
        settings: Where the credentials stand.
        engines: The embedded engine, if it was made.
        webrtc: Whether calls are wanted.
        preview: The region for Azure's preview, in place of `webrtc`.

    Yields:
        The model as one that takes calls; None when none are wanted.

    Raises:
        ConfigurationError: The model takes no calls, or something that they need is missing.
    """
    if not webrtc and preview is None:
        yield None
    elif webrtc and engines:
        calling = EngineCalling(engines[0])
        try:
            yield calling
        finally:
            await calling.close()
    elif webrtc:
        urls = CallUrls.of(agent.model)

        async def headers() -> Mapping[str, str]:
            return settings.headers_for(agent.model)

        async with aiohttp.ClientSession() as http:
            yield ServiceCalling(http, urls, headers)
    else:
        urls = PreviewUrls.of(agent.model, preview or "")
        key = settings.azure_openai_api_key
        if key is None:
            raise ConfigurationError(
                "Azure's preview of WebRTC takes an API key and no bearer token: set AZURE_OPENAI_API_KEY"
            )
        async with aiohttp.ClientSession() as http:
            yield PreviewCalling(http, urls, key.get_secret_value(), agent.voice)


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
