"""Log records: log lines for whoever takes them by OpenTelemetry, each with the trace and the session it belongs to."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry import context, trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY  # pyright: ignore[reportPrivateUsage]

from agent.telemetry.correlation import Correlation

if TYPE_CHECKING:
    from collections.abc import Generator

    from opentelemetry._logs import LoggerProvider

    from agent.telemetry.correlation import Traces

# Level, from which on → OpenTelemetry's severity.
_SEVERITIES = (
    (logging.CRITICAL, SeverityNumber.FATAL),
    (logging.ERROR, SeverityNumber.ERROR),
    (logging.WARNING, SeverityNumber.WARN),
    (logging.INFO, SeverityNumber.INFO),
    (logging.NOTSET, SeverityNumber.DEBUG),
)
_PLAIN = (str, bool, int, float)


class LogRecords(logging.Handler):
    """Hands on what is logged.

    Args:
        loggers: Where it goes.
        traces: Of the sessions that run.
    """

    def __init__(self, loggers: LoggerProvider, traces: Traces) -> None:
        super().__init__()
        self._loggers = loggers
        self.addFilter(Correlation(traces))

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one on."""
        # What is logged while something is sent would have to be sent as well, and so on for ever.
        if context.get_value(_SUPPRESS_INSTRUMENTATION_KEY):
            return
        try:
            self._loggers.get_logger(record.name).emit(_record(record))
        except Exception:  # a handler never raises
            self.handleError(record)


@contextmanager
def handed_on(loggers: LoggerProvider, traces: Traces) -> Generator[None]:
    """Hand on what is logged meanwhile: what is written, and where nothing is set up to be written, the same.

    Args:
        loggers: Where it goes.
        traces: Of the sessions that run.
    """
    root = logging.getLogger()
    added: list[logging.Handler] = [LogRecords(loggers, traces)]
    if not root.handlers and logging.lastResort is not None:
        # Python writes warnings to standard error as long as nobody takes them; now somebody does.
        added.append(logging.lastResort)
    for handler in added:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in added:
            root.removeHandler(handler)


def _record(record: logging.LogRecord) -> LogRecord:
    attributes = {name: _plain(value) for name, value in getattr(record, "fields", {}).items()}
    known = {"session.id": getattr(record, "session", ""), "call": getattr(record, "call", "")}
    attributes |= {name: found for name, found in known.items() if found}
    return LogRecord(
        timestamp=int(record.created * 1e9),
        context=_context(record),
        severity_number=next(number for level, number in _SEVERITIES if record.levelno >= level),
        severity_text=record.levelname,
        body=record.getMessage(),
        attributes=attributes,
        exception=record.exc_info[1] if record.exc_info else None,
    )


def _context(record: logging.LogRecord) -> context.Context:
    """The session's, where the line stands in no span of its own."""
    trace_id, span_id = getattr(record, "trace_id", ""), getattr(record, "span_id", "")
    if not trace_id or not span_id:
        return context.get_current()
    found = trace.SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False)
    return trace.set_span_in_context(trace.NonRecordingSpan(found))


def _plain(value: Any) -> str | bool | float:
    return value if isinstance(value, _PLAIN) else str(value)
