"""Reloading: takes over what was edited while sessions run. They go on as they began; those that follow get the new."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import watchfiles

from agent.errors import VocativeError
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
    from pathlib import Path

    from agent.assistant import Agent

_log = logging.getLogger(__name__)

# In ms: without a change before a file is read, since an editor may write it in pieces; and between two looks in any
# case, for what changed before its folder was watched.
_QUIET, _TICK = 300, 2_000


class Reloading:
    """Reads an assistant anew when asked, and when its files change.

    Args:
        make: Reads it; called in another thread, since it runs the user's code.
        adopt: Takes it over for new sessions.
        files: What it is written in.
        say: Told in words what was done.
    """

    def __init__(
        self,
        make: Callable[[], Agent],
        adopt: Callable[[Agent], Awaitable[None]],
        files: Sequence[Path],
        say: Callable[[str], None],
    ) -> None:
        self._make, self._adopt, self._say = make, adopt, say
        self._files = [each.absolute() for each in files]
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def soon(self) -> None:
        """Read it anew; to be called on the event loop."""
        task = asyncio.ensure_future(self.reload())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def reload(self) -> None:
        """Read it anew. Where it cannot be used, the log says why and everything stays as it was."""
        async with self._turn:
            try:
                agent = await asyncio.to_thread(self._make)
                await self._adopt(agent)
            except (VocativeError, ToolsError) as error:
                _log.error("not reloaded, new sessions go on with the former: %s", error)
            except Exception as error:  # it is the user's own code; nobody's call shall end because of it
                _log.exception("not reloaded, new sessions go on with the former: %s", type(error).__name__)
            else:
                self._say(f"reloaded: new sessions are {agent.name!r} as it is now")

    @asynccontextmanager
    async def watched(self, wanted: bool) -> AsyncGenerator[None]:
        """Watch the files for the time of a block, if that is wanted and there are any."""
        # What it says now is known before anybody changes it.
        watching = asyncio.create_task(self.watch(self._digests())) if wanted and self._files else None
        try:
            yield
        finally:
            if watching is not None:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)

    async def watch(self, known: list[bytes | None]) -> None:
        """Read it anew whenever one of its files says something else; goes on until cancelled.

        Args:
            known: What they said when this began, as digests.
        """
        # Their folders, since an editor, or a volume of a cluster, puts a new file in the old one's place.
        places = sorted({each.parent for each in self._files})
        options: dict[str, Any] = {"watch_filter": None, "recursive": False, "ignore_permission_denied": True}
        looks = watchfiles.awatch(*places, step=_QUIET, rust_timeout=_TICK, yield_on_timeout=True, **options)  # pyright: ignore[reportUnknownMemberType]
        async for _ in looks:
            found = self._digests()
            if found != known:
                known = found
                await self.reload()

    def _digests(self) -> list[bytes | None]:
        return [_digest(each) for each in self._files]


def _digest(path: Path) -> bytes | None:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return None
