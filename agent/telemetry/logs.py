"""Logs: how the lines of a running assistant look: for people, or one JSON object each for a collector."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from agent.telemetry.correlation import Correlation

if TYPE_CHECKING:
    from collections.abc import Generator

    from agent.telemetry.correlation import Traces
    from agent.telemetry.settings import LogFormat, LogLevel, TelemetrySettings

# Ours; of everybody else's loggers, warnings and errors are shown.
OURS = ("agent", "tools", "vocative")
# Control characters but tabs and line feeds, and what else some programs take for the end of a line.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: found for name in ("session", "call", "trace_id", "span_id") if (found := _own(record, name))},
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """Time, level, logger and message; fields and ids behind it. Whatever is told below it is set in."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the lines of an exception below it."""
        names = ("session", "call", "trace_id")
        ids = {name: found for name in names if (found := _own(record, name)) and found not in record.getMessage()}
        told = "".join(f" {name}={value}" for name, value in (_fields(record) | ids).items())
        line = f"{_time(record)} {record.levelname.lower():7} {record.name}: {record.getMessage()}{told}"
        return _one(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)


@contextmanager
def logged(settings: TelemetrySettings, traces: Traces) -> Generator[None]:
    """Write log lines meanwhile, if the settings say how.

    Args:
        settings: What is asked for.
        traces: Of the sessions that run.
    """
    if settings.log_format is None:
        yield
        return
    handler = begin_logging(settings.log_format, settings.log_level, traces)
    try:
        yield
    finally:
        end_logging(handler)


def begin_logging(form: LogFormat, level: LogLevel, traces: Traces, stream: TextIO | None = None) -> logging.Handler:
    """Write log lines from now on.

    Args:
        form: How.
        level: Of our own loggers.
        traces: Of the sessions that run.
        stream: Where to; by default standard error.

    Returns:
        What writes them, for `end_logging`.
    """
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    handler.addFilter(Correlation(traces))
    logging.getLogger().addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    return handler


def end_logging(handler: logging.Handler) -> None:
    """Write no more."""
    logging.getLogger().removeHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    handler.close()


def _one(line: str) -> str:
    """What callers, models and documents say may hold anything: it shall neither look like a line nor move a cursor."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), line).replace("\n", "\n  ")


def _own(record: logging.LogRecord, name: str) -> str:
    return str(getattr(record, name, ""))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return getattr(record, "fields", {})


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
