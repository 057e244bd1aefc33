"""Staffing: tools run within their own span, so that what they log and call elsewhere is known to be theirs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opentelemetry import trace

from agent.telemetry.correlation import within
from tools.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.trace import Span

    from agent.core.config import SessionConfig
    from agent.staff import Staff
    from tools import Outcome, ToolContext, Toolset

_log = logging.getLogger(__name__)


class TracedStaff:
    """Who answers, with a span around each of their tools.

    Args:
        staff: Who answers.
        span_of: Gives the span of a call; None for one that runs ahead of the model's asking.
        content: Write down what tools are asked and what they answer, as far as their policies allow that.
    """

    def __init__(self, staff: Staff, span_of: Callable[[str], Span | None], *, content: bool) -> None:
        self._staff, self._span_of, self._content = staff, span_of, content

    @property
    def toolset(self) -> Toolset:
        """The tools at present."""
        return self._staff.toolset

    async def invoke(self, name: str, arguments: str, context: ToolContext) -> Outcome:
        """Run a call."""
        span = self._span_of(context.call_id) or trace.INVALID_SPAN
        with (
            within(context.session_id, context.call_id),
            trace.use_span(span, record_exception=False, set_status_on_exception=False),
        ):
            outcome = await self._staff.invoke(name, arguments, context)
            if self._content and name in self._staff.toolset:
                self._write(name, arguments, outcome.output, span)
            return outcome

    async def hand_over(self, outcome: Outcome) -> tuple[Outcome, SessionConfig | None]:
        """Let another agent take over."""
        return await self._staff.hand_over(outcome)

    def watch(self, changed: Callable[[SessionConfig], None]) -> None:
        """Be told when the tools change."""
        self._staff.watch(changed)

    def _write(self, name: str, arguments: str, output: str, span: Span) -> None:
        policy = self._staff.toolset.spec(name).policy
        asked, answered = redacted(policy, arguments), redacted(policy, output)
        span.set_attributes({"gen_ai.tool.call.arguments": asked, "gen_ai.tool.call.result": answered})
        _log.info("tool content", extra={"fields": {"tool": name, "arguments": asked, "result": answered}})
