"""Listening: an application at a port, until somebody stops the process."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from typing import TYPE_CHECKING, Any

import aiofastnet
import click
from aiohttp import web

from agent.workers.console import has_terminal
from agent.workers.orders import Order
from agent.workers.port import BACKLOG, bind, cannot_listen

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine

    from agent.workers.post import Post

# Characters of one header: a token of somebody in the 200 groups that one can list is longer than aiohttp's own 8 KiB.
MAX_HEADER = 32 * 1024
SHUTDOWN = 5.0  # seconds that requests get to end when the server stops
# Seconds between leaving a port that others listen at as well, and turning callers away: whoever was accepted before
# is still let in.
LINGER = 0.25


class _Site(web.BaseSite):
    """A socket whose connections are aiofastnet's: a read or a write goes to it with nothing in between."""

    def __init__(self, runner: web.AppRunner, bound: socket.socket) -> None:
        super().__init__(runner)
        self._socket = bound

    @property
    def name(self) -> str:
        """The address, as aiohttp names its sites."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{shown(host)}:{port}"

    async def start(self) -> None:
        """Begin to listen."""
        await super().start()
        server = self._runner.server
        assert server is not None  # noqa: S101  (the runner has been set up)
        loop = asyncio.get_running_loop()
        self._server = await aiofastnet.create_server(loop, server, sock=self._socket, backlog=BACKLOG)


async def listen(  # noqa: PLR0913  (one for each thing that may happen meanwhile)
    application: web.Application,
    host: str,
    port: int,
    greeting: str,
    path: str = "",
    *,
    drain: Callable[[], Coroutine[Any, Any, None]] | None = None,
    reload: Callable[[], None] | None = None,
    post: Post | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        application: What to serve.
        host: Address to listen on.
        port: Port; 0 for any free one.
        greeting: What is printed before the address once it is listened on.
        path: Path to print after it, where the address is that of a WebSocket.
        drain: After SIGTERM, and while it is still listened, waits until what runs has ended or its time is up.
        reload: Called on SIGHUP.
        post: Where this process stands as one worker among several: it listens there, leaves the port to the others
            when it alone is to stop, and lets its supervisor greet.

    Raises:
        UsageError: The port cannot be listened on.
    """
    runner = web.AppRunner(
        application, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN, max_field_size=MAX_HEADER
    )
    try:
        # Within it: where something that starts is stopped or fails, what has started is ended.
        await runner.setup()
        sites = [_Site(runner, each) for each in (bind(host, port) if post is None else post.sockets)]
        try:
            for site in sites:
                await site.start()
        except OSError as error:
            raise cannot_listen(host, port, error) from None
        bound = runner.addresses[0][1]
        # What is loaded by now stays for good: models, indexes, code. Collecting it again and again would cost pauses.
        gc.collect()
        gc.freeze()
        # Before the greeting: who reads it may stop us at once.
        stop = Stop(reload)
        if post is None:
            click.echo(greeted(greeting, host, bound, path))
        else:
            post.follow(stop.obey, asyncio.get_running_loop())
            post.ready(greeting)
        await stop.asked.wait()
        if post is not None and stop.leaves:
            for site in sites:
                await site.stop()
            post.leaving()
            await _first(asyncio.sleep(LINGER), stop.at_once.wait())
        if drain is not None and not stop.at_once.is_set():
            await _first(drain(), stop.at_once.wait())
    finally:
        await runner.cleanup()


def greeted(greeting: str, host: str, port: int, path: str = "") -> str:
    """The line that says where it is listened."""
    scheme = "ws" if path else "http"
    return f"{greeting} {scheme}://{shown(host)}:{port}{path}  (Ctrl+C stops it)"


async def _first(*work: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def shown(host: str) -> str:
    """An address as one types it into a browser."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


class Stop:
    """Tells when the process is to stop: SIGTERM leaves what runs some time, SIGINT or a second signal does not.

    Args:
        reload: Called on SIGHUP, unless that means that the terminal is gone.

    Attributes:
        asked: Set when it is to stop.
        at_once: Set when it is to stop without waiting for anything.
        leaves: Only this process is to stop, and others go on.
    """

    def __init__(self, reload: Callable[[], None] | None = None) -> None:
        self.asked = asyncio.Event()
        self.at_once = asyncio.Event()
        self.leaves = True
        self._reload = reload
        self._loop = loop = asyncio.get_running_loop()
        self._terminal = has_terminal()
        handlers = [(signal.SIGINT, self._signalled), (signal.SIGTERM, self._signalled)]
        if reload is not None and hasattr(signal, "SIGHUP"):
            handlers.append((signal.SIGHUP, self._hung_up))
        for number, handler in handlers:
            try:
                loop.add_signal_handler(number, handler, number)
            except NotImplementedError:  # Windows: Ctrl+C arrives as KeyboardInterrupt instead
                continue

    def obey(self, order: Order) -> None:
        """Do as a supervisor says; to be called from another thread, and as often as it likes."""
        with contextlib.suppress(RuntimeError):  # the loop has ended: there is nothing to stop any more
            self._loop.call_soon_threadsafe(self._ordered, order)

    def _ordered(self, order: Order) -> None:
        if order is Order.HALT:
            self.at_once.set()
        elif order is Order.DRAIN and not self.asked.is_set():
            self.leaves = False
        self.asked.set()

    def _signalled(self, number: int) -> None:
        if number == signal.SIGINT or self.asked.is_set():
            self.at_once.set()
        self.asked.set()

    def _hung_up(self, number: int) -> None:
        if self._terminal and not has_terminal():
            self._signalled(number)
        elif self._reload is not None:
            self._reload()
