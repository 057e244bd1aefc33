"""Spans: a session as a trace. A session holds turns; a turn holds its stages, the tools it called, and responses.

Spans of turns and tools are open while these last, so that what a tool does in another service hangs on to them.
All the others are made when they are over, with the times at which that happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from agent.core.facts import CallBegan, CallEnded, Met, Reconnected, ResponseEnded, SessionEnded, TurnBegan, TurnEnded

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, SpanContext, Tracer

    from agent.core.facts import Fact
    from agent.telemetry.about import About


class SessionSpans:
    """The trace of one session.

    Args:
        tracer: Of OpenTelemetry's API.
        about: The session.
        began: When it began, in seconds on the clock of its facts.
        unix: What to add to that to have seconds since 1970.
        parent: The trace that the caller is part of; None where it told of none.
    """

    def __init__(self, tracer: Tracer, about: About, *, began: float, unix: float, parent: Context | None) -> None:
        self._tracer, self._about, self._unix = tracer, about, unix
        self._turns: dict[int, Span] = {}
        self._calls: dict[str, Span] = {}
        self._tokens: dict[str, int] = {}
        self._latest: Span | None = None
        self.session = tracer.start_span(
            "session",
            context=parent,
            kind=SpanKind.SERVER,
            start_time=self._at(began),
            attributes={
                "session.id": about.session_id,
                "gen_ai.conversation.id": about.session_id,
                "gen_ai.agent.name": about.agent,
                **about.attributes,
            },
        )

    @property
    def context(self) -> SpanContext:
        """Of the session's own span."""
        return self.session.get_span_context()

    def call(self, call_id: str) -> Span | None:
        """The span of a call that runs."""
        return self._calls.get(call_id)

    def take(self, fact: Fact) -> None:
        """Take a fact of the session."""
        match fact:
            case Met():
                self.session.set_attributes(self._about.attributes)
            case TurnBegan():
                self._turn_began(fact)
            case TurnEnded():
                self._turn_ended(fact)
            case CallBegan():
                self._call_began(fact)
            case CallEnded():
                self._call_ended(fact)
            case ResponseEnded():
                self._response_ended(fact)
            case Reconnected():
                told = {"vocative.side": fact.side, "vocative.outcome": fact.outcome, "vocative.reason": fact.reason}
                self.session.add_event("reconnected", told)
            case SessionEnded():
                self._session_ended(fact)
            case _:
                pass

    def _at(self, seconds: float) -> int:
        return round((seconds + self._unix) * 1e9)

    def _within(self, span: Span | None) -> Context:
        return trace.set_span_in_context(self.session if span is None else span)

    def _turn_began(self, fact: TurnBegan) -> None:
        attributes = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": self._about.agent,
            "gen_ai.conversation.id": self._about.session_id,
            "vocative.turn.number": fact.number,
            "vocative.turn.kind": fact.kind,
            **self._about.attributes,
        }
        name = f"invoke_agent {self._about.agent}"
        self._tokens = {}
        self._latest = self._turns[fact.number] = self._tracer.start_span(
            name, context=self._within(None), start_time=self._at(fact.began), attributes=attributes
        )

    def _turn_ended(self, fact: TurnEnded) -> None:
        span = self._turns.pop(fact.number, None)
        if span is None:
            return
        for stage in fact.stages:
            if stage.call_id is None:
                self._tracer.start_span(
                    stage.name,
                    context=self._within(span),
                    start_time=self._at(stage.began),
                    attributes={"vocative.stage": stage.name},
                ).end(self._at(stage.ended))
        span.set_attributes({"vocative.turn.outcome": fact.outcome, "vocative.turn.playback_reported": fact.reported})
        span.set_attributes({f"gen_ai.usage.{name}": count for name, count in self._tokens.items()})
        if fact.latency is not None:
            span.set_attribute("vocative.turn.response_latency", fact.latency)
        if fact.outcome == "failed":
            span.set_status(Status(StatusCode.ERROR, "the model did not answer"))
        span.end(self._at(fact.ended))
        self._latest = None

    def _call_began(self, fact: CallBegan) -> None:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": fact.name,
            "gen_ai.tool.call.id": fact.call_id,
            "gen_ai.tool.type": "function",
        }
        self._calls[fact.call_id] = self._tracer.start_span(
            f"execute_tool {fact.name}",
            context=self._within(self._latest),
            start_time=self._at(fact.began),
            attributes=attributes,
        )

    def _call_ended(self, fact: CallEnded) -> None:
        span = self._calls.pop(fact.call_id, None)
        if span is None:
            return
        stage = "retrieval" if fact.passages else "tool"
        span.set_attributes({"vocative.stage": stage, "vocative.outcome": fact.outcome})
        if fact.passages:
            span.set_attribute("vocative.retrieval.passages", fact.passages)
        if fact.speculated:
            span.set_attribute("vocative.speculated", value=True)
        if fact.outcome in {"error", "timeout"}:
            _failed(span, fact.error or fact.outcome)
        span.end(self._at(fact.ended))

    def _response_ended(self, fact: ResponseEnded) -> None:
        usage = fact.usage
        tokens = {
            "input_tokens": usage.tokens_in,
            "output_tokens": usage.tokens_out,
            "cache_read.input_tokens": usage.tokens_cached,
        }
        for name, count in tokens.items():
            self._tokens[name] = self._tokens.get(name, 0) + count
        model = self._about.model
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.id": fact.response_id,
            "gen_ai.response.finish_reasons": [fact.status],
            "gen_ai.output.type": "speech" if fact.spoken else "text",
            "gen_ai.conversation.id": self._about.session_id,
            **{f"gen_ai.usage.{name}": count for name, count in tokens.items()},
            **self._about.attributes,
        }
        span = self._tracer.start_span(
            f"chat {model}" if model else "chat",
            context=self._within(self._latest),
            kind=SpanKind.CLIENT,
            start_time=self._at(fact.began),
            attributes=attributes,
        )
        if fact.status == "failed":
            _failed(span, fact.error or "failed")
        span.end(self._at(fact.ended))

    def _session_ended(self, fact: SessionEnded) -> None:
        # What the session did not tell the end of, ends with it: a span that is never ended is never seen.
        for span in (*self._calls.values(), *self._turns.values()):
            span.end(self._at(fact.ended))
        if fact.failed:
            _failed(self.session, str(fact.code), fact.reason)
        self.session.end(self._at(fact.ended))


def _failed(span: Span, error: str, reason: str = "") -> None:
    # Under a name of ours too: the exporter of Azure Monitor leaves out `error.type`.
    span.set_attributes({"error.type": error, "vocative.error": error})
    span.set_status(Status(StatusCode.ERROR, reason or error))
