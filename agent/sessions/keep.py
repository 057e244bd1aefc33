"""Keep: one session's writings to the store: behind its back, coalesced, and never in its way."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.sessions.store import Stored, StoreDown

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.calls import CallResult
    from agent.sessions.sealing import Seal
    from agent.sessions.store import SessionStore

_log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]

# Seconds until an item of the conversation or a call is written, and until anything else is, such as what was heard.
SOON, LATER = 0.005, 1.0
# Seconds that a tool waits for its call to be written before it runs.
PATIENCE = 0.5


class Keep:
    """One session's place in a store.

    Args:
        handle: Under which it lies there.
        fence: Ours.
        worker: Our name.
        grace: Seconds for which it can be found when we write no more.
        store: Where.
        seal: Makes it fit for that.
        pack: Gives the session as JSON.
        changes: Grows with everything that is to be written soon.
        fenced: Told that another worker has the session.
        deliver: Takes what came of a call that ran on after the session had gone.

    Attributes:
        fence: As handed in.
        digest: Of the token by which the client can come back.
        to: The worker that has the session now, if it has gone and that is known.
    """

    def __init__(  # noqa: PLR0913  (what it joins)
        self,
        handle: str,
        fence: int,
        worker: str,
        grace: float,
        *,
        store: SessionStore,
        seal: Seal,
        pack: Callable[[], Json],
        changes: Callable[[], int],
        fenced: Callable[[Keep], None],
        deliver: Callable[[Keep, str, CallResult, bool], None],
    ) -> None:
        self.handle, self.digest, self.to = handle, "", ""
        self.fence = fence
        self._worker, self._refresh, self._ttl = worker, grace / 4, grace * 5 / 4
        self._store, self._seal, self._pack, self._changes = store, seal, pack, changes
        self._fenced, self._deliver = fenced, deliver
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.Handle | None = None
        # Kept here: a timer that is due at once is none in uvloop, and cannot say when it is.
        self._due = 0.0
        self._writing: asyncio.Task[None] | None = None
        self._written = -1
        self._over = False

    def changed(self) -> None:
        """Something has happened; see `Keeps`."""
        self._arm(LATER if self._changes() == self._written else SOON)

    async def noted(self) -> None:
        """Wait until what has happened is written; see `Keeps`."""
        if self._over or self._store.trouble:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._flushed()

    def outcome(self, call_id: str, result: CallResult, *, job: bool) -> None:
        """A call has ended after the session had gone; see `Keeps`."""
        self._deliver(self, call_id, result, job)

    def token(self, digest: str) -> None:
        """The client has been given another token."""
        self.digest = digest
        self._arm(0.0)

    def again(self) -> None:
        """The store may have forgotten it. Many come at once, so they do not all write at once."""
        self._arm(random.uniform(0.0, LATER))  # noqa: S311

    def packed(self) -> Json:
        """The session as it stands, for `last`."""
        return self._pack()

    async def last(self, packed: Json) -> None:
        """Write it a last time, and no more: another worker may have it."""
        await self._quiet()
        with contextlib.suppress(StoreDown):
            await self._save(packed)

    async def ended(self) -> None:
        """The session is over: nothing of it stays."""
        await self._quiet()
        with contextlib.suppress(StoreDown):
            await self._store.drop(self.handle, self.fence)

    def gone(self) -> None:
        """Another worker has it: write no more."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _quiet(self) -> None:
        self.gone()
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)

    def _arm(self, delay: float) -> None:
        if self._over:
            return
        due = self._loop.time() + delay
        if self._timer is not None:
            if self._due <= due:
                return
            self._timer.cancel()
        self._timer, self._due = self._loop.call_at(due, self._ring), due

    def _ring(self) -> None:
        self._timer = None
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        else:
            self._arm(SOON)

    async def _flushed(self) -> None:
        while self._writing is not None and not self._writing.done():
            await asyncio.shield(self._writing)  # it may have been packed before
        if not self._over:
            self._writing = asyncio.create_task(self._write())
            await asyncio.shield(self._writing)

    async def _write(self) -> None:
        self._written = self._changes()
        try:
            kept = await self._save(self._pack())
        except StoreDown:
            return  # `again` is called when it is back
        except Exception:
            # A bug of ours, which costs this caller the way back, and not the call.
            _log.exception("session %s cannot be kept", self.handle)
            return
        if not kept and not self._over:
            self._fenced(self)
        self._arm(self._refresh)

    async def _save(self, packed: Json) -> bool:
        sealed = self._seal.seal(packed, self.handle)
        return await self._store.save(self.handle, Stored(sealed, self.digest, self._worker, self.fence), self._ttl)
