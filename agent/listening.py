"""Listening: an application at a port, until somebody stops the process."""

from __future__ import annotations

import asyncio
import gc
import signal

import aiofastnet
import click
from aiohttp import web

from agent.errors import UsageError

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


async def listen(application: web.Application, host: str, port: int, greeting: str, path: str = "") -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        application: What to serve.
        host: Address to listen on.
        port: Port; 0 for any free one.
        greeting: What is printed before the address once it is listened on.
        path: Path to print after it, where the address is that of a WebSocket.

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
        stop = _stop_signal()
        click.echo(f"{greeting} {scheme}://{shown(host)}:{bound}{path}  (Ctrl+C stops it)")
        await stop.wait()
    finally:
        await runner.cleanup()


def shown(host: str) -> str:
    """An address as one types it into a browser."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl+C arrives as KeyboardInterrupt instead
            continue
    return stop
