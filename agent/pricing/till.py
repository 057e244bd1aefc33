"""Till: where the spending of one session is entered in the books, in its order; at its end nothing is lost."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from agent.pricing import metrics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agent.core.account import Account
    from agent.core.actions import Spent
    from agent.pricing.ledger import Totals

_log = logging.getLogger(__name__)

# Seconds that what was spent last has to reach the ledger when the session is over.
CLOSING = 5.0


class Till:
    """One session's.

    Args:
        name: The session's, for the log.
        enter: Writes an amount down, and gives what was spent today; None where that cannot be told now.
        unpriced: Told of a model that has no known price.
    """

    def __init__(
        self,
        name: str,
        enter: Callable[[float], Awaitable[Totals | None]],
        unpriced: Callable[[str], None],
    ) -> None:
        self._name = name
        self._enter, self._unpriced = enter, unpriced
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, spent: Spent, told: Callable[[Totals], None]) -> None:
        """Something was spent.

        Args:
            spent: What.
            told: Called with what was spent today, once that is known.
        """
        if not spent.whole:
            self._unpriced(spent.model)
        if spent.cost > 0:
            metrics.cost(spent.cost, spent.model)
            task = asyncio.ensure_future(self._take(spent.cost, told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self, account: Account, *, goes_on: bool = False) -> None:
        """The session is over: say what it has cost, and wait until that is written down.

        Args:
            account: Its sums.
            goes_on: Another worker goes on with it, and will say so in the end.
        """
        if account.count or account.transcriptions.seconds or account.transcriptions.tokens_in:
            _log.info("session %s: %s%s", self._name, "so far, " if goes_on else "", summary(account))
        if account.reached:
            metrics.reached(account.reached)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSING)
            for task in late:
                task.cancel()
                _log.error("session %s: the ledger took too long to take what was spent", self._name)

    async def _take(self, cost: float, told: Callable[[Totals], None]) -> None:
        async with self._turn:
            totals = await self._enter(cost)
        if totals is not None:
            told(totals)


def summary(account: Account) -> str:
    """What a session has used and cost, in words."""
    used, heard = account.responses, account.transcriptions
    parts = [
        f"{account.count} responses",
        f"{used.tokens_in} tokens read, {used.tokens_cached} of them from a cache",
        f"{used.tokens_out} written",
    ]
    if heard.seconds:
        parts.append(f"{heard.seconds:g} s transcribed")
    if heard.tokens_in or heard.tokens_out:
        parts.append(f"{heard.tokens_in + heard.tokens_out} tokens for transcripts")
    if account.cost is None:
        return f"{', '.join(parts)}; the cost is not known (no price for {', '.join(account.unpriced)})"
    return f"{', '.join(parts)}; {account.cost:.6f} USD"
