"""Correlation: which session, which call and which trace a log line belongs to."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from opentelemetry import trace

if TYPE_CHECKING:
    from collections.abc import Generator

    from opentelemetry.trace import SpanContext

_session: ContextVar[str] = ContextVar("vocative_session", default="")
_call: ContextVar[str] = ContextVar("vocative_call", default="")
_NAMED = "session %s"


@contextmanager
def within(session_id: str, call_id: str = "") -> Generator[None]:
    """What is logged in here belongs to a session, or to a call in it."""
    session, call = _session.set(session_id), _call.set(call_id)
    try:
        yield
    finally:
        _call.reset(call)
        _session.reset(session)


class Traces:
    """The traces of the sessions that run, by the names of the sessions."""

    def __init__(self) -> None:
        self._contexts: dict[str, SpanContext] = {}

    def began(self, session_id: str, context: SpanContext) -> None:
        """A session's trace has begun."""
        if context.is_valid:
            self._contexts[session_id] = context

    def ended(self, session_id: str) -> None:
        """It is over."""
        self._contexts.pop(session_id, None)

    def get(self, session_id: str) -> SpanContext | None:
        """The trace of a session that runs."""
        return self._contexts.get(session_id)


class Correlation(logging.Filter):
    """Gives each record the attributes `session`, `call`, `trace_id` and `span_id`, "" where there is none.

    Args:
        traces: Of the sessions that run.
    """

    def __init__(self, traces: Traces) -> None:
        super().__init__()
        self._traces = traces

    def filter(self, record: logging.LogRecord) -> bool:
        """Add them; every record passes."""
        session = getattr(record, "session", "") or _session.get() or _told(record)
        current = trace.get_current_span().get_span_context()
        context = current if current.is_valid else self._traces.get(session)
        record.session = session
        record.call = getattr(record, "call", "") or _call.get()
        record.trace_id = "" if context is None else trace.format_trace_id(context.trace_id)
        record.span_id = "" if context is None else trace.format_span_id(context.span_id)
        return True


def _told(record: logging.LogRecord) -> str:
    # Frames come in callbacks of the loop, which know nothing of sessions; but what is logged there names its own.
    named = isinstance(record.msg, str) and record.msg.startswith(_NAMED)
    return str(record.args[0]) if named and isinstance(record.args, tuple) and record.args else ""
