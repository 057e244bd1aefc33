"""Telemetry of a process: where traces and measurements go. A server that has none makes no observer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import metrics, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from agent.telemetry.about import About
from agent.telemetry.correlation import Traces
from agent.telemetry.instruments import Instruments
from agent.telemetry.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

SCOPE = "vocative"


class Telemetry:
    """Watches the sessions of one server.

    Args:
        tracers: Where traces go; by default what is set for the process, which may be nowhere.
        meters: Where measurements go; likewise.
        model: What is known of the model before it has told of itself: its name, or that of its deployment.
        content: Write down what is said, and what tools are asked and answer, as far as their policies allow that.
        traces: Of the sessions that run, for the log.

    Attributes:
        tracer: Begins spans.
        instruments: What is measured.
        content: As handed in.
        traces: As handed in.
    """

    def __init__(
        self,
        *,
        tracers: TracerProvider | None = None,
        meters: MeterProvider | None = None,
        model: str = "",
        content: bool = False,
        traces: Traces | None = None,
    ) -> None:
        self.tracer = (tracers or trace.get_tracer_provider()).get_tracer(SCOPE)
        self.instruments = Instruments((meters or metrics.get_meter_provider()).get_meter(SCOPE))
        self.content = content
        self.traces = traces or Traces()
        self._model = model

    def watch(
        self, session_id: str, agent: str, profile: str, *, began: float, unix: float, headers: Mapping[str, str] | None
    ) -> Watch:
        """Watch a session that begins.

        Args:
            session_id: Its name.
            agent: Who answers.
            profile: The name of its model's profile.
            began: When, in seconds on the session's clock.
            unix: What to add to that to have seconds since 1970.
            headers: Of the request that it began with, if any: its `traceparent` says which trace it is part of.
        """
        # One that makes no sense is as none, as W3C has it.
        parent = None if headers is None else TraceContextTextMapPropagator().extract(headers)
        about = About(session_id, agent, profile, self._model)
        return Watch(self, about, began=began, unix=unix, parent=parent)

    def unbegun(self, session_id: str, agent: str, profile: str, reason: str) -> None:
        """A session could not begin.

        Args:
            session_id: Its name.
            agent: Who was to answer.
            profile: The name of its model's profile.
            reason: `assistant_unavailable`, or a code of what failed.
        """
        about = About(session_id, agent, profile, self._model)
        outcome = "refused" if reason == "assistant_unavailable" else "failed"
        self.instruments.add("vocative.sessions", 1, about.attributes | {"outcome": outcome, "reason": reason})

    def refused(self, reason: str) -> None:
        """Somebody was turned away.

        Args:
            reason: The code of the refusal.
        """
        self.instruments.add("vocative.refusals", 1, {"reason": reason})
