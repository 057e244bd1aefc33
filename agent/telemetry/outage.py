"""Outage: exporters whose failures are said once, and never cost a call anything."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

_log = logging.getLogger(__name__)


class Outage:
    """Whether one destination takes what is sent to it.

    Args:
        destination: What it is called in a sentence.
    """

    def __init__(self, destination: str) -> None:
        self._destination = destination
        self._since = False
        self._lock = threading.Lock()

    def told(self, *, taken: bool, error: Exception | None = None) -> None:
        """Something was sent there."""
        with self._lock:
            changed, self._since = self._since is taken, not taken
        if changed and not taken:
            why = "" if error is None else f" ({type(error).__name__})"
            _log.warning(
                "%s takes no traces or metrics%s: they are lost until it does, and calls go on",
                self._destination,
                why,
            )
        elif changed:
            _log.warning("%s takes traces and metrics again", self._destination)


class SteadySpans(SpanExporter):
    """Exports spans.

    Args:
        inner: Does it.
        outage: Told what came of it.
    """

    def __init__(self, inner: SpanExporter, outage: Outage) -> None:
        self._inner, self._outage = inner, outage

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them; a failure is told of, not raised."""
        return _sent(
            self._outage, lambda: self._inner.export(spans), SpanExportResult.SUCCESS, SpanExportResult.FAILURE
        )

    def shutdown(self) -> None:
        """Send no more."""
        self._inner.shutdown()


class SteadyMetrics(MetricExporter):
    """Exports metrics.

    Args:
        inner: Does it.
        outage: Told what came of it.
    """

    def __init__(self, inner: MetricExporter, outage: Outage) -> None:
        super().__init__(inner._preferred_temporality, inner._preferred_aggregation)  # noqa: SLF001  (the reader's door)
        self._inner, self._outage = inner, outage

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> MetricExportResult:
        """Send them; a failure is told of, not raised."""
        inner: Any = self._inner
        success, failure = MetricExportResult.SUCCESS, MetricExportResult.FAILURE
        return _sent(self._outage, lambda: inner.export(metrics_data, timeout_millis, **kwargs), success, failure)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Send what waits."""
        return self._inner.force_flush(timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """Send no more."""
        inner: Any = self._inner
        inner.shutdown(timeout_millis, **kwargs)


def _sent(outage: Outage, send: Callable[[], Any], success: Any, failure: Any) -> Any:
    error: Exception | None = None
    try:
        result = send()
    except Exception as failed:  # whatever an exporter raises
        result, error = failure, failed
    outage.told(taken=result is success, error=error)
    return result
