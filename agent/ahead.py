"""Ahead: runs tools before the model asks for them, and hands over what agrees with its call."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from agent.core.actions import Speculate
from tools import ToolContext
from tools.speculation import answers, arguments_for

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import TypeAlias

    from agent.core.actions import DropSpeculation
    from agent.staff import Staff
    from tools import Outcome, ToolSpec, User

    Spawn: TypeAlias = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]

_log = logging.getLogger(__name__)


class Ahead:
    """What is run ahead in one session: at most one run of each tool that allows it. No two sessions share one.

    Args:
        staff: Who answers, with the tools at present.
        spawn: Begins a task that ends with the session.
        session_id: Names the session in the logs and to the tools.
        user: Who is calling: a run ahead may see what the user may see.
        shows: Whether the client shows results at present, which tools and models are told.
    """

    def __init__(
        self,
        staff: Staff,
        spawn: Spawn,
        *,
        session_id: str,
        user: User | None,
        shows: Callable[[], bool] = lambda: False,
    ) -> None:
        self._staff = staff
        self._spawn = spawn
        self._session_id = session_id
        self._user = user
        self._shows = shows
        self._runs: dict[str, _Run] = {}

    def do(self, action: Speculate | DropSpeculation) -> None:
        """Run every tool that allows it, in the place of what was run before; or only stop and forget that."""
        for run in self._runs.values():
            run.task.cancel()
        self._runs.clear()
        if isinstance(action, Speculate):
            for spec in self._staff.toolset:
                arguments = arguments_for(spec, action.text)
                if arguments is not None:
                    self._runs[spec.name] = self._run(spec, action.text, arguments)

    async def outcome(self, name: str, arguments: str) -> Outcome | None:
        """What a call of the model's would give, where it was run ahead; waits for it when it still runs.

        Args:
            name: The tool that the model named.
            arguments: Its arguments as JSON text, as they came.

        Returns:
            The outcome; None where nothing that agrees was run by the agent that has the floor, or it failed: then the
            call has to be run.
        """
        run = self._runs.get(name)
        # Another agent may have taken over meanwhile, whose tool of this name is another one.
        if run is None or run.spec is not self._staff.toolset.get(name) or not answers(run.spec, run.said, arguments):
            return None
        # From here on it is the call's: what the user says next does not stop it, only the call's own end does.
        del self._runs[name]
        await run.task
        return run.outcome if run.outcome is not None and run.outcome.ok else None

    def _run(self, spec: ToolSpec, said: str, arguments: str) -> _Run:
        context = ToolContext(self._session_id, user=self._user, shows=self._shows())
        return _Run(spec, said, self._staff.invoke(spec.name, arguments, context), self._spawn)


class _Run:
    """One tool, run ahead, for as long as a call of it might last."""

    def __init__(self, spec: ToolSpec, said: str, work: Coroutine[None, None, Outcome], spawn: Spawn) -> None:
        self.spec = spec
        self.said = said
        self.outcome: Outcome | None = None
        self.task = spawn(self._go(work))

    async def _go(self, work: Coroutine[None, None, Outcome]) -> None:
        try:
            async with asyncio.timeout(self.spec.timeout_s):
                self.outcome = await work
        except TimeoutError:
            _log.debug("%s was run ahead and took too long", self.spec.name)
