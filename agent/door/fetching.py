"""Fetching: a small JSON document over HTTP, such as the keys of a sign-in service."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import aiohttp

from tools.errors import ProxyError
from tools.proxies import proxy_for

TIMEOUT = 5.0  # seconds
MAX_BYTES = 1024 * 1024


class Fetcher:
    """Gets documents; it holds one HTTP session, made when it is first needed."""

    def __init__(self) -> None:
        self._http: aiohttp.ClientSession | None = None

    async def get(self, url: str) -> object:
        """The JSON document at an address, through the proxy that the environment names for it, if any.

        Raises:
            OSError: There is no answer, or none that says 200.
            ValueError: What came is too long, or no JSON.
        """
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
        proxy = None
        try:
            proxy = proxy_for(url)
            way = None if proxy is None else proxy.url
            # Redirects would let somebody else answer.
            async with self._http.get(url, allow_redirects=False, proxy=way) as answer:
                if answer.status != 200:
                    raise OSError(f"it answers with HTTP {answer.status}")
                body = b""
                async for piece in answer.content.iter_any():
                    body += piece
                    if len(body) > MAX_BYTES:
                        break
        except ProxyError as error:
            raise OSError(str(error)) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            by_proxy = None if proxy is None else proxy.explained(error, urlsplit(url).netloc)
            raise OSError(by_proxy or str(error) or f"no answer within {TIMEOUT:g} s") from None
        if len(body) > MAX_BYTES:
            raise ValueError(f"it is longer than {MAX_BYTES} bytes")
        return json.loads(body)

    async def close(self) -> None:
        """Close the HTTP session."""
        if self._http is not None:
            await self._http.close()
            self._http = None
