"""ErrandRun: one call at the tool desk, from its beginning to what the page carries back; it may wait for approval."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from agent.core import policies
from agent.core.messages import timeout_output
from agent.staff import Fixed
from tools import ToolContext, ToolPolicy, invoke
from tools.citation import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agent.webrtc.errand import Errand
    from tools import Outcome, Toolset, User


class ErrandRun:
    """A call that runs. It waits for its user where its tool's policy wants that and the page can ask.

    Args:
        errand: The call.
        toolset: The tools.
        session_id: Names the session in the logs and to the tools.
        url_of: Where a citation opens.
        user: Who is calling, if known.

    Attributes:
        errand: As handed in.
        task: Does it; it gives what came of the call.
    """

    def __init__(
        self,
        errand: Errand,
        toolset: Toolset,
        session_id: str,
        url_of: Callable[[Mapping[str, Any]], str],
        user: User | None,
    ) -> None:
        self.errand, self._toolset, self._url_of = errand, toolset, url_of
        spec = toolset.get(errand.name)
        self._policy = ToolPolicy() if spec is None else spec.policy
        self._context = ToolContext(
            session_id,
            errand.call_id,
            user,
            conversation=errand.conversation,
            ask=self._ask if errand.asks else None,
            shows=True,
        )
        loop = asyncio.get_running_loop()
        self._asked: asyncio.Future[tuple[str, float]] = loop.create_future()
        self._approved: asyncio.Future[None] = loop.create_future()
        self._refusal: tuple[str, str] | None = None
        self._clock = asyncio.timeout(None)
        self._began = time.monotonic()
        self.task = loop.create_task(self._run())

    @property
    def failed(self) -> bool:
        """Whether it has ended without a result: the same may be tried again."""
        return self.task.done() and (self.task.cancelled() or self.task.result()["error"] is not None)

    async def reply(self) -> dict[str, Any]:
        """What the page is told: what came of the call, or that its user has to be asked. It runs on in either case."""
        if not self._waits:
            await asyncio.wait({self.task, self._asked}, return_when=asyncio.FIRST_COMPLETED)
        if self.task.done() or not self._waits:
            return await asyncio.shield(self.task)
        arguments, due = self._asked.result()
        return {
            "status": "approval_requested",
            "arguments": arguments,
            "timeout_ms": max(0, round((due - asyncio.get_running_loop().time()) * 1000)),
            "note": policies.awaits_approval(self.errand.name),
        }

    def decide(self, decision: str, reason: str | None) -> None:
        """The user has decided. It counts once, and only where they were asked."""
        if not self._waits:
            return
        if decision == "approve":
            self._approved.set_result(None)
        else:
            self._refuse(policies.denied(self.errand.name, reason), "approval_denied")

    @property
    def _waits(self) -> bool:
        return self._asked.done() and not self._approved.done() and self._refusal is None

    def _refuse(self, output: str, error: str) -> None:
        self._refusal = output, error
        self.task.cancel()

    async def _ask(self, arguments: str) -> None:
        loop, limit = asyncio.get_running_loop(), self._policy.approval_timeout_s
        self._clock.reschedule(None)  # the call's own time begins with the approval
        expiry = loop.call_later(
            limit, lambda: self._waits and self._refuse(policies.expired(self.errand.name, limit), "approval_expired")
        )
        self._asked.set_result((arguments, loop.time() + limit))
        try:
            await self._approved  # a refusal cancels the call
        finally:
            expiry.cancel()
        self._began = time.monotonic()
        self._clock.reschedule(self._end_of_time())

    def _end_of_time(self) -> float | None:
        limit = self._policy.timeout_s
        return None if limit is None else asyncio.get_running_loop().time() + limit

    async def _run(self) -> dict[str, Any]:
        name, limit = self.errand.name, self._policy.timeout_s
        try:
            async with self._clock:
                self._clock.reschedule(self._end_of_time())
                outcome = await invoke(self._toolset, name, self.errand.arguments, self._context)
            if outcome.later is not None:
                # Nothing can be told here unasked, so the page waits for what the tool would have sent later.
                limit = self._policy.job_timeout_s
                async with asyncio.timeout(limit):
                    outcome = await outcome.later()
            if outcome.hand_off is not None:
                outcome, _ = await Fixed(self._toolset).hand_over(outcome)
        except TimeoutError:
            return self._shown(timeout_output(name, limit or 0), "timed_out", error="timeout")
        except asyncio.CancelledError:
            if self._refusal is None:
                raise
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            return self._shown(self._refusal[0], "denied", error=self._refusal[1])
        return self._of(outcome)

    def _of(self, outcome: Outcome) -> dict[str, Any]:
        citations = [{**citation, "url": self._url_of(citation)} for citation in map(whole, outcome.citations)]
        status = "completed" if outcome.ok else "failed"
        shown = self._shown(outcome.output, status, error=outcome.error, citations=citations)
        return {**shown, "result": outcome.for_client}

    def _shown(
        self, output: str, status: str, *, error: str | None, citations: Sequence[Mapping[str, Any]] = ()
    ) -> dict[str, Any]:
        duration = round((time.monotonic() - self._began) * 1000)
        return {
            "output": output,
            "status": status,
            "duration_ms": duration,
            "result": None,
            "error": error,
            "citations": list(citations),
        }
