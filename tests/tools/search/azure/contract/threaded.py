"""The stand-in in a thread of its own, for commands, which have a loop of their own."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager

from aiohttp import web


@contextmanager
def threaded(application, context=None):
    """Serve an application, over TLS where a context is given; gives its address."""
    loop, ready, addresses = asyncio.new_event_loop(), threading.Event(), []
    stop = asyncio.Event()

    async def serve():
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        addresses.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield addresses[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
