"""ToolDesk: runs calls that a browser brings from its own channel, for the preview, which has no sideband."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from agent.core.messages import timeout_output
from agent.staff import Fixed
from tools import ToolContext, invoke

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from tools import Outcome, Toolset, User

# What one session may ask for in all, and at once: far more than a conversation does, far less than an attack wants.
MOST_CALLS, MOST_AT_ONCE = 500, 16


class TooManyCallsError(Exception):
    """The session has asked for more than a conversation needs."""


class ToolDesk:
    """The tool calls of one session. A call is run once, however often it is brought.

    Args:
        toolset: The tools.
        session_id: Names the session in the logs and to the tools.
        url_of: Where a citation opens.
        user: Who is calling, if known.
        over: Called when the session is over, to close what was opened for it.
    """

    def __init__(
        self,
        toolset: Toolset,
        session_id: str,
        url_of: Callable[[Mapping[str, Any]], str],
        user: User | None = None,
        *,
        over: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._over = over
        self._toolset = toolset
        self._session_id = session_id
        self._url_of = url_of
        self._user = user
        self._calls: dict[str, asyncio.Task[dict[str, Any]]] = {}

    async def run(self, call_id: str, name: str, arguments: str) -> dict[str, Any]:
        """Run a call, or wait for the one of that id that runs already.

        Args:
            call_id: As the model named it.
            name: The tool.
            arguments: Its arguments as the model wrote them.

        Returns:
            `output` for the model; `status`, `duration_ms`, `result`, `error` and `citations` for the page.

        Raises:
            TooManyCallsError: The session has run too many.
        """
        task = self._calls.get(call_id)
        if task is None:
            running = sum(not each.done() for each in self._calls.values())
            if len(self._calls) >= MOST_CALLS or running >= MOST_AT_ONCE:
                raise TooManyCallsError
            work = self._run(call_id, name, arguments)
            task = self._calls[call_id] = asyncio.get_running_loop().create_task(work)
        # Whoever brought it first may leave; the call then runs on for whoever brings it again.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop what runs."""
        for task in self._calls.values():
            task.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)
        if self._over is not None:
            await self._over()

    async def _run(self, call_id: str, name: str, arguments: str) -> dict[str, Any]:
        spec = self._toolset.get(name)
        limit = None if spec is None else spec.timeout_s
        context = ToolContext(self._session_id, call_id, self._user, shows=True)
        began = time.monotonic()
        try:
            async with asyncio.timeout(limit):
                outcome = await invoke(self._toolset, name, arguments, context)
            if outcome.later is not None:
                # Nothing can be told here unasked, so the page waits for what the tool would have sent later.
                limit = None if spec is None else spec.policy.job_timeout_s
                async with asyncio.timeout(limit):
                    outcome = await outcome.later()
            if outcome.hand_off is not None:
                outcome, _ = await Fixed(self._toolset).hand_over(outcome)
        except TimeoutError:
            return _shown(timeout_output(name, limit or 0), "timed_out", began, error="timeout")
        return self._of(outcome, began)

    def _of(self, outcome: Outcome, began: float) -> dict[str, Any]:
        citations = [{**citation, "url": self._url_of(citation)} for citation in outcome.citations]
        status = "completed" if outcome.ok else "failed"
        shown = _shown(outcome.output, status, began, error=outcome.error, citations=citations)
        return {**shown, "result": outcome.for_client}


def _shown(
    output: str, status: str, began: float, *, error: str | None, citations: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    duration = round((time.monotonic() - began) * 1000)
    return {
        "output": output,
        "status": status,
        "duration_ms": duration,
        "result": None,
        "error": error,
        "citations": list(citations),
    }
