"""Fetching: a small JSON document over HTTP, such as the keys of a sign-in service."""

from __future__ import annotations

import json

import aiohttp

TIMEOUT = 5.0  # seconds
MAX_BYTES = 1024 * 1024


class Fetcher:
    """Gets documents; it holds one HTTP session, made when it is first needed."""

    def __init__(self) -> None:
        self._http: aiohttp.ClientSession | None = None

    async def get(self, url: str) -> object:
        """The JSON document at an address.

        Raises:
            OSError: There is no answer, or none that says 200.
            ValueError: What came is too long, or no JSON.
        """
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
        try:
            # Redirects would let somebody else answer.
            async with self._http.get(url, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise OSError(f"it answers with HTTP {answer.status}")
                body = b""
                async for piece in answer.content.iter_any():
                    body += piece
                    if len(body) > MAX_BYTES:
                        break
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OSError(str(error) or f"no answer within {TIMEOUT:g} s") from None
        if len(body) > MAX_BYTES:
            raise ValueError(f"it is longer than {MAX_BYTES} bytes")
        return json.loads(body)

    async def close(self) -> None:
        """Close the HTTP session."""
        if self._http is not None:
            await self._http.close()
            self._http = None
