"""ToolDesk: runs calls that a browser brings from its own channel, for the preview, which has no sideband."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from agent.core.repeats import canonical
from agent.webrtc.errand_run import ErrandRun

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from agent.webrtc.errand import Errand
    from tools import Toolset, User

# What one session may ask for in all, and at once: far more than a conversation does, far less than an attack wants.
MOST_CALLS, MOST_AT_ONCE = 500, 16


class TooManyCallsError(Exception):
    """The session has asked for more than a conversation needs."""


class UnknownCallError(Exception):
    """A decision on a call that nobody has brought: what is approved has to be seen first."""


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
        self._runs: dict[str, ErrandRun] = {}
        self._turn: str | None = None
        # Which call of the user's turn was the first of its kind; those that repeat it stand under their own ids, too.
        self._first: dict[tuple[str, str], ErrandRun] = {}

    async def run(self, errand: Errand) -> dict[str, Any]:
        """Run a call, or wait for the one of that id that runs already.

        Args:
            errand: The call; with a decision, what the user has decided on it.

        Returns:
            `output` for the model; `status`, `duration_ms`, `result`, `error` and `citations` for the page. Where the
            user has to be asked first: the status `approval_requested`, with `arguments` to show, `timeout_ms` for
            the decision, and a `note` for the model.

        Raises:
            TooManyCallsError: The session has run too many.
            UnknownCallError: A decision came before its call.
        """
        run = self._runs.get(errand.call_id)
        if run is None:
            run = self._begin(errand)
        elif errand.decision is not None:
            run.decide(errand.decision, errand.reason)
        if run.errand.call_id != errand.call_id:
            # Another call's answer is its own: the passages are known from there, and there the user is asked.
            return {**await asyncio.shield(run.task), "citations": []}
        # Whoever brought it first may leave; the call then runs on for whoever brings it again.
        return await run.reply()

    async def close(self) -> None:
        """Stop what runs."""
        tasks = {run.task for run in self._runs.values()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._over is not None:
            await self._over()

    def _begin(self, errand: Errand) -> ErrandRun:
        if errand.decision is not None:
            raise UnknownCallError
        if len(self._runs) >= MOST_CALLS:
            raise TooManyCallsError
        if errand.turn is None or errand.turn != self._turn:
            self._turn = errand.turn
            self._first.clear()
        spec, kind = self._toolset.get(errand.name), (errand.name, canonical(errand.arguments))
        run = self._first.get(kind)
        if run is None or run.failed or spec is None or not spec.policy.idempotent:
            if sum(not each.done() for each in {run.task for run in self._runs.values()}) >= MOST_AT_ONCE:
                raise TooManyCallsError
            run = self._first[kind] = ErrandRun(errand, self._toolset, self._session_id, self._url_of, self._user)
        self._runs[errand.call_id] = run
        return run
