"""Sharing: the tools that sessions share, also where older sessions still use those from before a reload."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agent.roster import Roster
from tools.opening import Shared, refuse_doubles

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from agent.assistant import Agent


class Sharing:
    """Has what is shared at present, and closes what was shared before.

    Attributes:
        shared: For new sessions.
    """

    def __init__(self) -> None:
        self.shared = Shared()
        self._keys: set[object] | None = None
        self._former: set[Shared] = set()
        self._waiting: set[asyncio.Task[None]] = set()

    async def prepare(self, agent: Agent) -> None:
        """Open the tools that all sessions of an agent share.

        Raises:
            tools.SourceError: One cannot be opened, or two tools have the same name; what was open stays as it is.
        """
        roster = Roster(agent)
        sources = [each for one in roster.agents for each in one.declared.sources if not each.per_session]
        keys: set[object] = {each.shared_by for each in sources}
        shared = self.shared if self._keys in (None, keys) else Shared()
        try:
            for each in sources:
                await shared.get(each)
            for one in roster.agents:
                # What each session would be refused for is told before anybody calls.
                open_already = [await shared.get(each) for each in one.declared.sources if not each.per_session]
                refuse_doubles(one.declared.functions + roster.tools_of(one), open_already)
        except BaseException:
            if shared is not self.shared:
                await shared.close()
            raise
        if shared is not self.shared:
            self._former.add(self.shared)
        self.shared, self._keys = shared, keys

    def forget(self, over: Callable[[], Awaitable[None]]) -> None:
        """Close what is shared no more.

        Args:
            over: Waits for the sessions that may still use it: those that run, or are being opened.
        """
        former, self._former = self._former, set()
        if former:
            task = asyncio.create_task(_close_after(over, former))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def close(self) -> None:
        """Close everything; the sessions are over."""
        await asyncio.gather(*self._waiting)
        await _close({self.shared, *self._former})


async def _close_after(over: Callable[[], Awaitable[None]], shared: Iterable[Shared]) -> None:
    await over()
    await _close(shared)


async def _close(shared: Iterable[Shared]) -> None:
    await asyncio.gather(*(each.close() for each in shared))
