"""Staff: what a relay needs to know of who answers: the tools at present, and how another agent takes over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tools import invoke
from tools.failure import failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.config import SessionConfig
    from tools import Outcome, ToolContext, Toolset


class Staff(Protocol):
    """Who answers in one session."""

    @property
    def toolset(self) -> Toolset:
        """The tools at present."""
        ...

    async def invoke(self, name: str, arguments: str, context: ToolContext) -> Outcome:
        """Run a call; see `tools.invoke`."""
        ...

    async def hand_over(self, outcome: Outcome) -> tuple[Outcome, SessionConfig | None]:
        """Let the agent that an outcome names take over.

        Args:
            outcome: Its `hand_off` is not None.

        Returns:
            What the model reads of the call, and what the new agent enforces; None where nobody has taken over.
        """
        ...

    def watch(self, changed: Callable[[SessionConfig], None]) -> None:
        """Be told what is enforced from now on when the tools of the present agent change."""
        ...


class Fixed:
    """One agent, whose tools stay as they are.

    Args:
        toolset: The tools.

    Attributes:
        toolset: As handed in.
    """

    def __init__(self, toolset: Toolset) -> None:
        self.toolset = toolset

    async def invoke(self, name: str, arguments: str, context: ToolContext) -> Outcome:
        """Run a call."""
        return await invoke(self.toolset, name, arguments, context)

    async def hand_over(self, outcome: Outcome) -> tuple[Outcome, SessionConfig | None]:
        """There is nobody else."""
        return failed("no_such_agent", f"There is no agent {outcome.hand_off!r:.80} to hand over to; go on."), None

    def watch(self, changed: Callable[[SessionConfig], None]) -> None:
        """They never change."""
