"""Building: the telemetry of a process, by its settings; nothing at all where none is asked for."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from opentelemetry import metrics, trace

from agent.telemetry.exporting import Exporting
from agent.telemetry.fanout import Meters
from agent.telemetry.lag import lag_measured
from agent.telemetry.log_records import handed_on
from agent.telemetry.logs import logged
from agent.telemetry.prometheus import PrometheusMeters
from agent.telemetry.scraping import scraped
from agent.telemetry.telemetry import Telemetry
from agent.telemetry.unwatched import UNWATCHED

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from typing import Any

    from agent.telemetry.settings import TelemetrySettings
    from agent.telemetry.unwatched import Watcher

_log = logging.getLogger(__name__)

_OPTIONS = frozenset({"metrics", "log_format", "log_level", "log_content"})


def settled(settings: TelemetrySettings, options: Mapping[str, Any]) -> TelemetrySettings:
    """What the environment says, and in its place what the command line does.

    Args:
        settings: Of the environment.
        options: Of the command line: `metrics`, `log_format`, `log_level`, `log_content`; others are passed over.
    """
    given = {name: value for name, value in options.items() if name in _OPTIONS and value}
    # Who asks for a level or for content wants lines.
    asked = given.keys() & {"log_level", "log_content"} or "log_level" in settings.model_fields_set
    form = settings.log_format or ("text" if asked or settings.log_content else None)
    return settings.model_copy(update={"log_format": form} | given)


@asynccontextmanager
async def telemetry(
    settings: TelemetrySettings, options: Mapping[str, Any] | None = None, *, model: str = "", for_process: bool = True
) -> AsyncGenerator[Watcher]:
    """What an assistant is watched by while it runs.

    Args:
        settings: What the environment says.
        options: What the command line says, in place of that: `metrics`, `log_format`, `log_level`, `log_content`.
        model: The model or deployment, as far as it is known beforehand.
        for_process: Let everybody in the process who asks OpenTelemetry's API for it, such as a tool, have it too.

    Yields:
        What watches; where nobody wants that, what does not.

    Raises:
        UsageError: The port of `/metrics` cannot be listened on.
    """
    settings = settled(settings, options or {})
    theirs = not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    exporting = Exporting(settings)
    scrape = None if settings.metrics is None else PrometheusMeters()
    measured = [each for each in (scrape, exporting.meters) if each is not None]
    meters = None if not measured else measured[0] if len(measured) == 1 else Meters(*measured)
    if for_process and not theirs:
        if exporting.tracers is not None:
            trace.set_tracer_provider(exporting.tracers)
        if meters is not None:
            metrics.set_meter_provider(meters)
    wanted = theirs or measured or exporting.tracers is not None or settings.log_format is not None
    made = Telemetry(tracers=exporting.tracers, meters=meters, model=model, content=settings.log_content)
    async with AsyncExitStack() as stack:
        stack.enter_context(logged(settings, made.traces))
        stack.callback(exporting.shutdown)
        if exporting.loggers is not None:
            stack.enter_context(handed_on(exporting.loggers, made.traces))
        for problem in exporting.problems:
            _log.error(problem)
        if scrape is not None and settings.metrics is not None:
            port = await stack.enter_async_context(scraped(scrape, settings.metrics))
            _log.info("metrics are at http://%s:%d/metrics", settings.metrics.rpartition(":")[0], port)
        if measured or theirs:
            record = made.instruments.record
            await stack.enter_async_context(lag_measured(lambda lag: record("vocative.event_loop.lag", lag, {})))
        yield made if wanted else UNWATCHED
