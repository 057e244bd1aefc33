"""Scraping: `/metrics` for Prometheus, at a port of its own, so that it is never where callers are."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder

from agent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from agent.telemetry.prometheus import PrometheusMeters


def metrics_app(meters: PrometheusMeters) -> web.Application:
    """What answers a scrape.

    Args:
        meters: What was measured. What the process uses of memory, time and files is told beside.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(meters)
    ProcessCollector(registry=registry)

    async def scrape(request: web.Request) -> web.Response:
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": kind})

    application = web.Application()
    application.router.add_get("/metrics", scrape)
    return application


@asynccontextmanager
async def scraped(meters: PrometheusMeters, listen: str) -> AsyncGenerator[int]:
    """Answer scrapes while something runs.

    Args:
        meters: What was measured.
        listen: HOST:PORT; 0 for any free port.

    Yields:
        The port.

    Raises:
        UsageError: The port cannot be listened on.
    """
    host, _, port = listen.rpartition(":")
    runner = web.AppRunner(metrics_app(meters), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(
                f"cannot serve /metrics on {listen} ({reason}): choose another with VOCATIVE_METRICS"
            ) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
