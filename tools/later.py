"""Later: what a tool returns when its work goes on after the conversation does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tools.errors import DefinitionError

STARTED = "Started. The result will follow by itself; do not call the tool again for it."


@dataclass(frozen=True, slots=True)
class Later:
    """A long job: the model reads `started` at once, and the result of the work when there is one.

    The result comes into the conversation at a quiet moment, and the model tells the user unasked. The job survives a
    renewal of the model's session, and ends with the caller's.

        @tool
        async def export(context: ToolContext, year: int) -> Later:
            return Later(make_export(year, context), started="The export has begun; it takes some minutes.")

    Attributes:
        work: A coroutine, or a function without arguments, which runs in a thread. What it returns or raises counts
            as it would from the tool itself.
        started: What the model reads at once.

    Raises:
        DefinitionError: The work is neither.
    """

    work: Awaitable[Any] | Callable[[], Any]
    started: Any = STARTED

    def __post_init__(self) -> None:
        if not isinstance(self.work, Awaitable) and not callable(self.work):
            raise DefinitionError(f"Later({self.work!r}): give a coroutine, or a function without arguments")
