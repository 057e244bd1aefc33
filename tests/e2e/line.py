"""A line between a page and its server that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit


class Line:
    """A wire between a page and its server that can be cut."""

    def __init__(self, server: str) -> None:
        self._to = urlsplit(server)
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()

    async def lay(self) -> str:
        """Where the page is to be opened."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    def cut(self) -> None:
        """Without a word to either side, as networks do."""
        for end in self._ends:
            end.transport.abort()

    async def take_down(self) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        theirs, ours = await asyncio.open_connection(self._to.hostname, self._to.port)
        self._ends |= {writer, ours}
        await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))
        self._ends -= {writer, ours}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
