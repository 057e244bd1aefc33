"""Companion: the client's end of a call: a page's own socket, which comes after the call has begun, or never.

What happens before it comes, or while it is away, waits for it. A stock client has only the model's data channel and
never sends for a companion; then nothing is kept for long.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import deque
from typing import TYPE_CHECKING

from agent.core import notices
from agent.core.frames import Frame
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from agent.transports.base import Pull

# Seconds in which a page sends for its companion, and in which one that was lost may come again.
COMING_TIME, GRACE = 30.0, 10.0
_MOST_KEPT = 2_000
_MOST_WAITING = 256
# Codes of an end that was meant: the page hung up (a browser's `close()` without a code sends none), or was closed.
_MEANT = frozenset({1000, 1001, 1005})


class Companion:
    """The client of a call, as a transport for the relay.

    Args:
        coming_time: Seconds in which it must have come, or nothing is kept for it any more.
        grace: Seconds after which the loss of one ends the call.
        owner: Whose call it is, by id; None for somebody unknown.

    Attributes:
        owner: As handed in.
    """

    def __init__(self, *, coming_time: float = COMING_TIME, grace: float = GRACE, owner: str | None = None) -> None:
        self.owner = owner
        self._inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue(_MOST_WAITING)
        self._kept: deque[str] | None = deque(maxlen=_MOST_KEPT)
        self._holder: Pull | None = None  # whose turn it is; the socket once it has got all that was kept
        self._socket: Pull | None = None
        self._extensions = True
        self._came, self._over = asyncio.Event(), asyncio.Event()
        self._closed: TransportClosed | None = None
        self._grace = grace
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(coming_time, self._forget)

    # ── the relay's side ──

    async def receive(self) -> str | bytes:
        """Wait for the client's next message.

        Raises:
            TransportClosed: The client hung up, was lost for too long, or the call was closed.
        """
        message = await self._inbox.get() if self._closed is None else None
        if message is None:
            raise self._closed or TransportClosed()
        return message

    async def send(self, text: str) -> None:
        """Send an event to the client, or keep it.

        Raises:
            TransportClosed: The call is over.
        """
        if self._closed is not None:
            raise self._closed
        if self._socket is not None:
            try:
                await self._deliver(self._socket, text)
            except TransportClosed:
                self._keep(text)  # `hold` sees the same end and decides what follows
        else:
            self._keep(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the call; closing twice is harmless."""
        self._end(TransportClosed(code, reason))
        if self._holder is not None:
            await self._holder.close(code, reason)

    async def ended(self) -> None:
        """Wait until the client is gone for good, or the call was closed."""
        await self._over.wait()

    async def came(self, within: float) -> None:
        """Wait until a page has come and got all that was kept for it, but no longer than so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._came.wait()

    # ── the page's side ──

    async def hold(self, socket: Pull, *, extensions: bool = True) -> None:
        """Let a page's socket be the client until it closes or another one comes.

        One that comes again is told so by `extension.resumed`, and then what it missed.

        Args:
            socket: The socket, open.
            extensions: It opted in to our own events; one that did not gets none of them.
        """
        if self._closed is not None:  # it ended while the socket was being opened
            await socket.close(self._closed.code, self._closed.reason)
            return
        before, self._holder, self._socket = self._holder, socket, None
        self._extensions = extensions
        self._timer.cancel()
        if before is not None:
            await before.close(1000, "continued on another connection")
        closed = TransportClosed()
        try:
            if self._came.is_set() and self._closed is None:
                await self._welcome_back(socket, complete=before is None)
            await self._deliver_kept(socket)
            while self._closed is None:
                await self._inbox.put(await socket.receive())
        except TransportClosed as end:
            closed = end
        if self._holder is not socket:
            return
        self._holder = self._socket = None
        if self._closed is None and closed.code not in _MEANT:
            self._timer = self._loop.call_later(self._grace, self._end, closed)
        else:
            self._end(closed)

    async def _welcome_back(self, socket: Pull, *, complete: bool) -> None:
        # Of what was sent to a socket that nobody knew to be dead, nobody knows whether it arrived.
        missed = len(self._kept or ())
        complete = complete and missed < _MOST_KEPT
        resumed = notices.resumed(f"event_{secrets.token_hex(8)}", missed, complete=complete)
        await self._deliver(socket, resumed.text)

    async def _deliver_kept(self, socket: Pull) -> None:
        # What happens meanwhile is kept as well, so that nothing overtakes what is older.
        kept = self._kept = deque(maxlen=_MOST_KEPT) if self._kept is None else self._kept
        while kept:
            text = kept.popleft()
            try:
                await self._deliver(socket, text)
            except TransportClosed:
                if len(kept) < _MOST_KEPT:
                    kept.appendleft(text)  # it was not sent, so the next one is to get it
                raise
        if self._holder is socket:
            self._socket = socket
            self._came.set()

    async def _deliver(self, socket: Pull, text: str) -> None:
        if self._extensions or not Frame(text).type.startswith("extension."):
            await socket.send(text)

    def _keep(self, text: str) -> None:
        if self._kept is not None:
            self._kept.append(text)

    def _forget(self) -> None:
        self._kept = None

    def _end(self, closed: TransportClosed) -> None:
        if self._closed is None:
            self._closed = closed
            self._over.set()
            self._came.set()
            self._timer.cancel()
            self._kept = None
            # What was not read yet is not wanted any more, and may have held up whoever brings the rest.
            while not self._inbox.empty():
                self._inbox.get_nowait()
            self._inbox.put_nowait(None)
