"""Readiness: cheap checks of what a session needs; load balancers ask all the time, so their results are kept."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tools.errors import ProxyError
from tools.proxies import proxy_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Check = Callable[[], Awaitable[str | None]]

_log = logging.getLogger(__name__)

KEPT = 5.0  # seconds for which a result holds
PATIENCE = 3.0  # seconds that a check may take
_PORTS = {"ws": 80, "http": 80, "wss": 443, "https": 443}


class Readiness:
    """Checks, by the names under which their problems are told.

    Args:
        checks: Each gives what is wrong, in words that hold no secret, or None.
        clock: Seconds.
    """

    def __init__(self, checks: Mapping[str, Check], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._checks = dict(checks)
        self._clock = clock
        self._known: dict[str, tuple[float, str | None]] = {}
        self._asking = asyncio.Lock()

    async def problems(self) -> dict[str, str]:
        """What is wrong; whoever asks at the same time, or soon, is told the same."""
        async with self._asking:
            stale = [name for name in self._checks if self._age(name) >= KEPT]
            found = await asyncio.gather(*(self._check(name) for name in stale))
            now = self._clock()
            for name, problem in zip(stale, found, strict=True):
                if problem is not None and self._known.get(name, (0.0, None))[1] != problem:
                    _log.warning("not ready: %s: %s", name, problem)
                self._known[name] = now, problem
        return {name: problem for name, (_, problem) in self._known.items() if problem is not None}

    def _age(self, name: str) -> float:
        known = self._known.get(name)
        return KEPT if known is None else self._clock() - known[0]

    async def _check(self, name: str) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._checks[name]()
        except TimeoutError:
            return f"no answer within {PATIENCE:g} s"


def reachable(url: str, what: str) -> Check:
    """A check that somebody listens at an address. Nothing is said there, so it costs nothing.

    Where the way leads through a proxy, it is the proxy that has to listen.

    Args:
        url: `wss://`, `https://` or the like.
        what: What is there, for the text.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)

    async def check() -> str | None:
        try:
            proxy = proxy_for(url)
        except ProxyError as error:
            return f"{what}: {error}"
        there = (host, port) if proxy is None else (proxy.host, proxy.port)
        try:
            _reader, writer = await asyncio.open_connection(*there)
        except OSError as error:
            _log.info("%s: %s port %d: %s", what, *there, error)
            # The number's own meaning: what the exception says names the address.
            known = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else "its name is unknown"
            return f"{what if proxy is None else f'the proxy to {what}'} cannot be reached ({known})"
        writer.transport.abort()  # a farewell of TLS would be more than was said
        return None

    return check
