"""Wires: the transports to an MCP server, watched so that their end is known at once and not with the next call."""

from __future__ import annotations

import inspect
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import httpx2
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tools.proxies import proxy_for

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from typing import Self

    from mcp.client._transport import ReadStream, TransportStreams

    from tools.context import User
    from tools.mcp.server import McpServer
    from tools.mcp.stderr import Stderr

# Seconds to connect and to send, and to wait for a piece of an answer: a server may hold a stream open.
_SENDING, _READING = 30.0, 300.0


@asynccontextmanager
async def wires(
    server: McpServer, user: User | None, stderr: Stderr, ended: Callable[[], None]
) -> AsyncGenerator[TransportStreams]:
    """Reach a server.

    Args:
        server: How.
        user: Who is calling, where the connection is one session's.
        stderr: Takes what it writes there; open.
        ended: Called when nothing more will come from it.
    """
    if server.command:
        started = StdioServerParameters(
            command=server.command, args=list(server.args), env=dict(server.env), cwd=server.cwd
        )
        async with stdio_client(started, stderr.file) as (reading, writing):
            yield cast("ReadStream[Any]", _Watched(reading, ended)), writing
        return
    headers: Any = server.headers(user) if callable(server.headers) else server.headers
    headers = await headers if inspect.isawaitable(headers) else headers
    timeout = httpx2.Timeout(_SENDING, read=_READING)
    proxy = proxy_for(server.url)
    # Without a proxy a transport of its own, or the client would look for one in the environment by its own rules.
    way: dict[str, Any] = {"transport": httpx2.AsyncHTTPTransport()} if proxy is None else {"proxy": proxy.url}
    async with (
        httpx2.AsyncClient(headers=dict(headers), timeout=timeout, **way) as http,
        streamable_http_client(server.url, http_client=http) as (reading, writing),
    ):
        yield reading, writing


class _Watched:
    """A stream of a server's messages that tells when it has come to its end."""

    def __init__(self, stream: Any, ended: Callable[[], None]) -> None:
        self._stream = stream
        self._ended = ended

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._stream.__anext__()
        except BaseException:
            self._ended()
            raise

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        return await self._stream.__aexit__(*error)
