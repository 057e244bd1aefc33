"""Outage: exporters whose failures are said once, and never cost a call anything."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.trace import ReadableSpan

_log = logging.getLogger(__name__)


class Outage:
    """Whether one destination takes what is sent to it.

    Args:
        destination: What it is called in a sentence.
        signals: What is sent there, in words.
        said: Gives what its exporter said of the latest failure; "" where that is nothing.
    """

    def __init__(
        self, destination: str, signals: str = "traces or metrics", said: Callable[[], str] = lambda: ""
    ) -> None:
        self._destination, self._signals, self._said = destination, signals, said
        self._since = False
        self._lock = threading.Lock()

    def told(self, *, taken: bool, error: Exception | None = None) -> None:
        """Something was sent there."""
        with self._lock:
            changed, self._since = self._since is taken, not taken
        if changed and not taken:
            why = self._said() if error is None else type(error).__name__
            _log.warning(
                "%s takes no %s%s: they are lost until it does, and calls go on",
                self._destination,
                self._signals,
                f" ({why})" if why else "",
            )
        elif changed:
            _log.warning("%s takes %s again", self._destination, self._signals.replace(" or ", " and "))


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


class SteadyLogs(LogRecordExporter):
    """Exports log lines.

    Args:
        inner: Does it.
        outage: Told what came of it.
    """

    def __init__(self, inner: LogRecordExporter, outage: Outage) -> None:
        self._inner, self._outage = inner, outage

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Send them; a failure is told of, not raised."""
        success, failure = LogRecordExportResult.SUCCESS, LogRecordExportResult.FAILURE
        return _sent(self._outage, lambda: self._inner.export(batch), success, failure)

    def force_flush(self, timeout_millis: int = 10_000) -> bool:
        """Send what waits."""
        return self._inner.force_flush(timeout_millis)

    def shutdown(self) -> None:
        """Send no more."""
        self._inner.shutdown()


def _sent(outage: Outage, send: Callable[[], Any], success: Any, failure: Any) -> Any:
    error: Exception | None = None
    try:
        result = send()
    except Exception as failed:  # whatever an exporter raises
        result, error = failure, failed
    outage.told(taken=result is success, error=error)
    return result
