"""Opening: the tools of one session, made of functions and sources, and what the sessions of a process share."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from tools.errors import DefinitionError, SourceError
from tools.joining import LeftOut, join
from tools.source import DynamicToolset, Opened, Source, refuse_open_error
from tools.toolset import Toolset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tools.context import User
    from tools.spec import ToolSpec

_log = logging.getLogger(__name__)

# Seconds that a source has to open, and to close; a session does not wait for ever for one that hangs.
OPENING_TIME, CLOSING_TIME = 30.0, 10.0


def sorted_out(entries: Iterable[Any]) -> tuple[Toolset, tuple[Source, ...]]:
    """Tell tools that are there from sources, which have to be opened.

    Args:
        entries: Functions, descriptions, toolsets, sources and dynamic toolsets, in any order.

    Raises:
        DefinitionError: One is none of these, or two tools have the same name.
    """
    if not hasattr(entries, "__iter__"):
        raise DefinitionError(f"tools are given as a list, not {entries!r}; write tools=[…]")
    plain: list[Any] = []
    sources: list[Source] = []
    for entry in entries:
        if isinstance(entry, Source):
            sources.append(entry)
        elif isinstance(entry, DynamicToolset):
            sources.append(Opened(entry))
        elif isinstance(entry, Toolset):
            plain += entry
        else:
            plain.append(entry)
    return Toolset(plain), tuple(sources)


class Shared:
    """What the sessions of one process share: each source that is not `per_session` is opened once.

    Attributes:
        complained: What the log has said of tools whose names clash; it is not said again for each session.
    """

    def __init__(self) -> None:
        self.complained: set[str] = set()
        self._opened: dict[object, asyncio.Task[DynamicToolset]] = {}
        self._users: set[object] = set()
        self._unused = asyncio.Event()
        self._unused.set()

    def joined(self, user: object) -> None:
        """Somebody uses what is open, or is about to."""
        self._users.add(user)
        self._unused.clear()

    def left(self, user: object) -> None:
        """They do no more; leaving twice is harmless."""
        self._users.discard(user)
        if not self._users:
            self._unused.set()

    def left_by_all(self) -> None:
        """Nobody does any more, or is waited for."""
        self._users.clear()
        self._unused.set()

    async def unused(self) -> None:
        """Wait until nobody uses it."""
        await self._unused.wait()

    async def get(self, source: Source) -> DynamicToolset:
        """The open tools of a source, opened now if they are not yet.

        Raises:
            SourceError: They cannot be opened; the next session tries anew.
        """
        key = source.shared_by
        task = self._opened.get(key)
        if task is None:
            task = self._opened[key] = asyncio.create_task(_open(source, None))
            task.add_done_callback(lambda done: self._forget_failure(key, done))
        # Whoever asked first may leave; it is opened for the others as well.
        return await asyncio.shield(task)

    def _forget_failure(self, key: object, done: asyncio.Task[DynamicToolset]) -> None:
        """Also where nobody waits any more: the failure would refuse whoever comes next, however much later."""
        if done.cancelled() or done.exception() is not None:
            self._opened.pop(key, None)

    async def close(self) -> None:
        """Close all of them."""
        tasks, self._opened = list(self._opened.values()), {}
        for task in tasks:
            if not task.done():
                task.cancel()
        opened = await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(_close(each) for each in opened if isinstance(each, DynamicToolset)))


class OpenTools:
    """The tools of one session, while it lasts.

    Args:
        functions: Those that are there whatever is open.
        parts: What was opened for it alone, and what it shares.
        own: Those of `parts` that are closed with it.
        complained: What the log says already, here or in another session.
    """

    def __init__(
        self,
        functions: Toolset,
        parts: Iterable[DynamicToolset],
        own: Iterable[DynamicToolset],
        complained: set[str] | None = None,
    ) -> None:
        self._functions = functions
        self._parts, self._own = tuple(parts), tuple(own)
        self._undo: list[Callable[[], None]] = []
        self._complained: set[str] = set() if complained is None else complained

    @classmethod
    async def open(
        cls, functions: Toolset, sources: Iterable[Source], shared: Shared, user: User | None = None
    ) -> OpenTools:
        """Open the tools of a session.

        Args:
            functions: Tools that need no opening.
            sources: The others.
            shared: Has those that are opened once for the process.
            user: Who is calling, if known.

        Raises:
            SourceError: One cannot be opened, or two tools of ours have the same name. What was opened is closed again.
        """
        own: list[DynamicToolset] = []
        parts: list[DynamicToolset] = []
        try:
            for source in sources:
                part = await (_open(source, user) if source.per_session else shared.get(source))
                parts.append(part)
                if source.per_session:
                    own.append(part)
            refuse_doubles(functions, parts)
            opened = cls(functions, parts, own, shared.complained)
        except BaseException:
            await asyncio.gather(*map(_close, own))
            raise
        return opened

    @property
    def toolset(self) -> Toolset:
        """The tools at present. One whose name has come to be another's is left out, and the log says so once."""
        toolset, left_out = join(self._functions, self._parts)
        for each in left_out:
            if (said := str(each)) not in self._complained:
                self._complained.add(said)
                _log.warning("%s", said)
        return toolset

    @property
    def left_out(self) -> list[LeftOut]:
        """Tools that are not offered, because others have their names."""
        return join(self._functions, self._parts)[1]

    @property
    def troubles(self) -> list[str]:
        """Why some tools cannot be used at present, in words."""
        return [part.trouble for part in self._parts if part.trouble is not None]

    def watch(self, changed: Callable[[], None]) -> None:
        """Be told on the event loop when the tools change, until they are closed."""
        self._undo += [part.watch(changed) for part in self._parts]

    async def close(self) -> None:
        """Close what was opened for this session."""
        undo, self._undo = self._undo, []
        for each in undo:
            each()
        own, self._own = self._own, ()
        await asyncio.gather(*map(_close, own))


def refuse_doubles(functions: Iterable[ToolSpec], parts: Iterable[DynamicToolset]) -> None:
    """Check that no two tools of ours have the same name. What a server elsewhere lists may be left out.

    Args:
        functions: Tools that need no opening.
        parts: The others; open.

    Raises:
        SourceError: Two have.
    """
    try:
        Toolset([*functions, *(spec for part in parts if not part.foreign for spec in part.toolset)])
    except DefinitionError as error:
        raise SourceError(str(error)) from None


async def _open(source: Source, user: User | None) -> DynamicToolset:
    made: DynamicToolset | None = None
    try:
        async with asyncio.timeout(OPENING_TIME):
            made = await source.make(user)
            await made.open()
            return made
    except BaseException as error:
        if made is not None:
            await _close(made)
        if not isinstance(error, Exception):
            raise
        if isinstance(error, TimeoutError):
            raise SourceError(f"the tools of {source!r} did not open within {OPENING_TIME:g} s") from None
        if not isinstance(error, SourceError):
            _log.exception("the tools of %r could not be opened", source)
        raise refuse_open_error(source, error) from None


async def _close(opened: DynamicToolset) -> None:
    try:
        async with asyncio.timeout(CLOSING_TIME):
            await opened.close()
    except Exception as error:  # it is the user's own code; the session's end must not hang on it
        _log.exception("tools of %s could not be closed: %s", type(opened).__name__, type(error).__name__)
