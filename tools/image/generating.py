"""Generating: one request for pictures over HTTP, bounded in time and size."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import aiohttp

from tools.errors import ProxyError, ToolError
from tools.image.picture import Picture, read_picture
from tools.image.refusals import refused
from tools.proxies import proxy_for

if TYPE_CHECKING:
    from tools.image.service import ImageService
    from tools.image.settings import ImageSettings

_log = logging.getLogger(__name__)

# Bytes of an answer: ten large pictures in base64 stay below it.
MOST_BYTES = 64 * 1024 * 1024
# Seconds that a busy service may ask us to wait and still be asked once more within the call.
WORTH_WAITING = 10.0


async def generate(service: ImageService, settings: ImageSettings, prompt: str, *, time_limit: float) -> list[Picture]:
    """Have pictures made, through the proxy that the environment names for the service, if any.

    Args:
        service: Where.
        settings: How; they have been checked.
        prompt: What is to be seen.
        time_limit: Seconds that it may take in all.

    Raises:
        ToolError: There is no picture; the text says why in words for the model.
    """
    request: dict[str, Any] = {"prompt": prompt, **settings.wire()}
    if service.in_body:
        request["model"] = service.name
    headers = await _headers(service)
    proxy = None
    try:
        proxy = proxy_for(service.url)
        way = None if proxy is None else proxy.url
        async with asyncio.timeout(time_limit), aiohttp.ClientSession() as session:
            status, body, retry_after = await _post(session, service.url, headers, request, way)
            if status == 429 and retry_after is not None and retry_after <= WORTH_WAITING:
                await asyncio.sleep(retry_after)
                status, body, retry_after = await _post(session, service.url, headers, request, way)
    except TimeoutError:
        raise ToolError(
            f"The image service did not answer within {time_limit:g} s. Tell the user that it took too long."
        ) from None
    except (aiohttp.ClientError, ProxyError) as error:
        by_proxy = str(error) if proxy is None else proxy.explained(error, urlsplit(service.url).netloc)
        _log.warning("the image service cannot be reached: %s", by_proxy or type(error).__name__)
        raise ToolError("The image service cannot be reached. It may work when tried again later.") from None
    if status != 200:
        raise refused(status, body, retry_after, service.name)
    data = cast("dict[str, Any]", body).get("data") if isinstance(body, dict) else None
    entries = cast("list[object]", data) if isinstance(data, list) else []
    return [read_picture(cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}) for entry in entries or [{}]]


async def _headers(service: ImageService) -> dict[str, str]:
    try:
        return await service.headers()
    except Exception as error:  # a token provider is anybody's code, and may raise anything
        _log.warning("no token for the image service: %s: %s", type(error).__name__, str(error)[:300])
        raise ToolError(
            "The assistant could not sign in to the image service; its operator has to look at it."
        ) from None


async def _post(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], request: dict[str, Any], way: str | None
) -> tuple[int, object, float | None]:
    # A redirect would carry the credential to whoever it names.
    async with session.post(url, json=request, headers=headers, allow_redirects=False, proxy=way) as response:
        content = bytearray()
        async for piece in response.content.iter_chunked(1 << 16):
            content += piece
            if len(content) > MOST_BYTES:
                raise ToolError("The image service's answer is too large. Ask for fewer or smaller pictures.")
        return response.status, _json(bytes(content)), _seconds(response.headers)


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _seconds(headers: Any) -> float | None:
    """What `Retry-After` says, in seconds; Azure says it in milliseconds besides. A date is of no use here."""
    for name, unit in (("retry-after-ms", 1000.0), ("Retry-After", 1.0)):
        value = str(headers.get(name, "")).strip()
        if value.replace(".", "", 1).isdecimal():
            return float(value) / unit
    return None
