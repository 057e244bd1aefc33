"""Exporting: OpenTelemetry's SDK, set up by what the environment says; it is imported only where it is wanted."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import threading
import uuid
from typing import TYPE_CHECKING, Any

from opentelemetry.util.re import parse_env_headers

from agent.telemetry import azure_monitor
from agent.telemetry.azure_monitor import NotInstalledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from agent.telemetry.settings import TelemetrySettings

# Seconds that what was not sent yet may take when the process ends; within what the drain leaves.
FLUSH = 3.0
# Its own words about every single failure; ours is said once (`outage`).
_SDK_LOGGERS = ("opentelemetry.exporter", "opentelemetry.sdk")


class Exporting:
    """Where traces and metrics are sent.

    Attributes:
        tracers: Makes spans that are sent; None where none are.
        meters: Takes measurements that are sent; None where none are.
        problems: What was asked for and cannot be done, in sentences.
    """

    def __init__(self, settings: TelemetrySettings) -> None:
        self.tracers: TracerProvider | None = None
        self.meters: MeterProvider | None = None
        self.problems: list[str] = []
        self._spans: list[Any] = []
        self._metrics: list[Any] = []
        self._shutdowns: list[Callable[[], None]] = []
        self._quiet: list[tuple[logging.Logger, int]] = []
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
        self._sends(
            f"the collector of {traces or metrics}",
            None if traces is None else OTLPSpanExporter(endpoint=traces, headers=headers),
            None if metrics is None else OTLPMetricExporter(endpoint=metrics, headers=headers),
        )

    def _insights(self, settings: TelemetrySettings) -> None:
        if settings.insights is not None:
            if importlib.util.find_spec("opentelemetry.sdk") is None:
                raise NotInstalledError(
                    "APPLICATIONINSIGHTS_CONNECTION_STRING is set, but what sends traces and metrics there is not "
                    f"installed: pip install --pre 'vocative[otel]' {azure_monitor.PACKAGE}"
                )
            self._sends("Azure Monitor", *azure_monitor.exporters(settings.insights.get_secret_value()))

    def _sends(self, destination: str, spans: Any, metrics: Any) -> None:
        from agent.telemetry.outage import Outage, SteadyMetrics, SteadySpans  # noqa: PLC0415

        outage = Outage(destination)
        if spans is not None:
            self._spans.append(SteadySpans(spans, outage))
        if metrics is not None:
            self._metrics.append(SteadyMetrics(metrics, outage))

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


def _below(endpoint: str | None, signal: str) -> str | None:
    return None if endpoint is None else f"{endpoint.rstrip('/')}/v1/{signal}"
