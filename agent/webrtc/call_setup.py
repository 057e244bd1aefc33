"""Call setup: how an assistant's model comes to take WebRTC calls: the engine, a GA service, or Azure's preview."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp

from agent.credentials import Credentials
from agent.errors import ConfigurationError
from agent.webrtc.engine_calling import EngineCalling
from agent.webrtc.preview_calling import PreviewCalling, PreviewUrls
from agent.webrtc.service_calling import CallUrls, ServiceCalling

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from agent.config import Settings
    from agent.engine.runtime import Engine
    from agent.services.service import Service
    from agent.webrtc.calling import Calling


@asynccontextmanager
async def calls(
    service: Service, settings: Settings, engines: Sequence[Engine], *, webrtc: bool, preview: str | None, voice: object
) -> AsyncGenerator[Calling | PreviewCalling | None]:
    """Make ready what takes WebRTC calls.

    Args:
        service: Where the model is.
        settings: Where the credentials stand.
        engines: The embedded engine, if it was made.
        webrtc: Whether calls are wanted.
        preview: The region for Azure's preview, in place of `webrtc`.
        voice: One of the service's voices, which the preview fixes in its key.

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
        urls = CallUrls.of(service.url)
        async with aiohttp.ClientSession() as http, Credentials(settings) as credentials:

            async def headers() -> Mapping[str, str]:
                return await credentials.headers(service)

            yield ServiceCalling(http, urls, headers)
    else:
        urls = PreviewUrls.of(service.url, preview or "")
        key = settings.azure_openai_api_key
        if key is None:
            raise ConfigurationError(
                "Azure's preview of WebRTC takes an API key and no bearer token: set AZURE_OPENAI_API_KEY"
            )
        async with aiohttp.ClientSession() as http:
            yield PreviewCalling(http, urls, key.get_secret_value(), voice if isinstance(voice, str) else "alloy")
