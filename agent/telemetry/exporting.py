"""Exporting: OpenTelemetry's SDK, set up by what the environment says; it is imported only where it is wanted."""

from __future__ import annotations

import importlib.metadata
import logging
import threading
import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from opentelemetry.util.re import parse_env_headers

from agent.telemetry import azure_monitor
from agent.telemetry.azure_monitor import NotInstalledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry._logs import LoggerProvider
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from agent.telemetry.settings import TelemetrySettings

# Seconds that what was not sent yet may take when the process ends; within what the drain leaves.
FLUSH = 3.0
# Its own words about every single failure; ours is said once (`outage`).
_SDK_LOGGERS = ("opentelemetry.exporter", "opentelemetry.sdk", "azure.monitor.opentelemetry")


class Exporting:
    """Where traces, metrics and log lines are sent.

    Attributes:
        tracers: Makes spans that are sent; None where none are.
        meters: Takes measurements that are sent; None where none are.
        loggers: Takes log lines that are sent; None where none are.
        problems: What was asked for and cannot be done, in sentences.
    """

    def __init__(self, settings: TelemetrySettings) -> None:
        self.tracers: TracerProvider | None = None
        self.meters: MeterProvider | None = None
        self.loggers: LoggerProvider | None = None
        self.problems: list[str] = []
        self._spans: list[Any] = []
        self._metrics: list[Any] = []
        self._logs: list[Any] = []
        self._shutdowns: list[Callable[[], None]] = []
        self._quiet: list[tuple[logging.Logger, int]] = []
        self._listening = ExitStack()
        if settings.otel_sdk_disabled:
            return
        for destination in (self._otlp, self._insights):
            try:
                destination(settings)
            except (NotInstalledError, ValueError) as problem:
                # Nobody is kept from being served because nobody watches.
                self.problems.append(str(problem))
        if self._spans or self._metrics:
            self._begin(settings)

    def shutdown(self, seconds: float = FLUSH) -> None:
        """Send what was not sent yet, for so long, and no more.

        Args:
            seconds: How long that may take; what is left then is lost.
        """

        def flush() -> None:
            for shut in self._shutdowns:
                shut()

        # A daemon: an exporter that waits for its collector must not keep the process from ending.
        thread = threading.Thread(target=flush, name="telemetry flush", daemon=True)
        thread.start()
        thread.join(seconds)
        for logger, level in self._quiet:
            logger.setLevel(level)
        self._listening.close()

    def _otlp(self, settings: TelemetrySettings) -> None:
        traces = settings.otlp_traces_endpoint or _below(settings.otlp_endpoint, "traces")
        metrics = settings.otlp_metrics_endpoint or _below(settings.otlp_endpoint, "metrics")
        traces = None if settings.otel_traces_exporter == "none" else traces
        metrics = None if settings.otel_metrics_exporter == "none" else metrics
        if traces is None and metrics is None:
            return
        if settings.otlp_protocol != "http/protobuf":
            raise ValueError(
                f"OTEL_EXPORTER_OTLP_PROTOCOL is {settings.otlp_protocol!r:.40}, and no traces or metrics are sent: "
                "only http/protobuf is spoken, which collectors take at port 4318"
            )
        try:
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        except ImportError:
            raise NotInstalledError(
                "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends traces and metrics there is not installed: "
                "pip install 'vocative[otel]'"
            ) from None

        given = settings.otlp_headers
        headers = None if given is None else parse_env_headers(given.get_secret_value(), liberal=True)
        from agent.telemetry.outage import Outage, SteadyMetrics, SteadySpans  # noqa: PLC0415

        outage = Outage(f"the collector of {traces or metrics}")
        if traces is not None:
            self._spans.append(SteadySpans(OTLPSpanExporter(endpoint=traces, headers=headers), outage))
        if metrics is not None:
            self._metrics.append(SteadyMetrics(OTLPMetricExporter(endpoint=metrics, headers=headers), outage))

    def _insights(self, settings: TelemetrySettings) -> None:
        if settings.insights is None:
            return
        made = azure_monitor.exporters(settings.insights.get_secret_value(), settings.insights_authentication)
        from agent.telemetry.outage import Outage, SteadyLogs, SteadyMetrics, SteadySpans  # noqa: PLC0415

        listener = self._listening.enter_context(azure_monitor.heard())
        outage = Outage("Azure Monitor", "traces, metrics or log lines", listener.told)
        self._spans.append(SteadySpans(made.spans, outage))
        self._metrics.append(SteadyMetrics(made.metrics, outage))
        self._logs.append(SteadyLogs(made.logs, outage))

    def _begin(self, settings: TelemetrySettings) -> None:
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        self._quiet = [(logger, logger.level) for logger in map(logging.getLogger, _SDK_LOGGERS)]
        for logger, _level in self._quiet:
            logger.setLevel(logging.CRITICAL + 1)
        about = {
            "service.name": settings.otel_service_name,
            "service.version": importlib.metadata.version("vocative"),
            "service.instance.id": str(uuid.uuid4()),
        }
        resource = Resource.create(about)
        if self._spans:
            # It is shut down by us, with a limit; the SDK's own way at the end of the process has none.
            tracers = self.tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
            for exporter in self._spans:
                tracers.add_span_processor(BatchSpanProcessor(exporter))
            self._shutdowns.append(tracers.shutdown)
        if self._metrics:
            readers = [PeriodicExportingMetricReader(exporter) for exporter in self._metrics]
            meters = self.meters = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
            self._shutdowns.append(lambda: meters.shutdown(FLUSH * 1000))
        if self._logs:
            self._begin_logs(resource)

    def _begin_logs(self, resource: Any) -> None:
        from opentelemetry.sdk._logs import LoggerProvider  # noqa: PLC0415
        from opentelemetry.sdk._logs.export import BatchLogRecordProcessor  # noqa: PLC0415

        loggers = self.loggers = LoggerProvider(resource, shutdown_on_exit=False)
        for exporter in self._logs:
            loggers.add_log_record_processor(BatchLogRecordProcessor(exporter))
        self._shutdowns.append(loggers.shutdown)


def _below(endpoint: str | None, signal: str) -> str | None:
    return None if endpoint is None else f"{endpoint.rstrip('/')}/v1/{signal}"
