"""Listening: an application at a port, until somebody stops the process."""

from __future__ import annotations

import asyncio
import gc
import signal
from typing import TYPE_CHECKING, Any

import aiofastnet
import click
from aiohttp import web

from agent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

# Characters of one header: a token of somebody in the 200 groups that one can list is longer than aiohttp's own 8 KiB.
MAX_HEADER = 32 * 1024
SHUTDOWN = 5.0  # seconds that requests get to end when the server stops


class _Site(web.BaseSite):
    """A port whose connections are aiofastnet's: a read or a write goes to the socket with nothing in between."""

    def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
        super().__init__(runner)
        self._host, self._port = host, port

    @property
    def name(self) -> str:
        """The address, as aiohttp names its sites."""
        return f"http://{shown(self._host)}:{self._port}"

    async def start(self) -> None:
        """Begin to listen."""
        await super().start()
        server = self._runner.server
        assert server is not None  # noqa: S101  (the runner has been set up)
        loop = asyncio.get_running_loop()
        self._server = await aiofastnet.create_server(loop, server, self._host, self._port, backlog=128)


async def listen(
    application: web.Application,
    host: str,
    port: int,
    greeting: str,
    path: str = "",
    drain: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        application: What to serve.
        host: Address to listen on.
        port: Port; 0 for any free one.
        greeting: What is printed before the address once it is listened on.
        path: Path to print after it, where the address is that of a WebSocket.
        drain: After SIGTERM, and while it is still listened, waits until what runs has ended or its time is up.

    Raises:
        UsageError: The port cannot be listened on.
    """
    runner = web.AppRunner(
        application, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN, max_field_size=MAX_HEADER
    )
    await runner.setup()
    try:
        try:
            await _Site(runner, host, port).start()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(f"cannot listen on {host} port {port} ({reason}): choose another with --port") from None
        bound = runner.addresses[0][1]
        # What is loaded by now stays for good: models, indexes, code. Collecting it again and again would cost pauses.
        gc.collect()
        gc.freeze()
        scheme = "ws" if path else "http"
        # Before the greeting: who reads it may stop us at once.
        stop = Stop()
        click.echo(f"{greeting} {scheme}://{shown(host)}:{bound}{path}  (Ctrl+C stops it)")
        await stop.asked.wait()
        if drain is not None and not stop.at_once.is_set():
            await _first(drain(), stop.at_once.wait())
    finally:
        await runner.cleanup()


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

    Attributes:
        asked: Set when it is to stop.
        at_once: Set when it is to stop without waiting for anything.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.at_once = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self._signalled, number)
            except NotImplementedError:  # Windows: Ctrl+C arrives as KeyboardInterrupt instead
                continue

    def _signalled(self, number: int) -> None:
        if number == signal.SIGINT or self.asked.is_set():
            self.at_once.set()
        self.asked.set()
