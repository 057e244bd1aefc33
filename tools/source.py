"""Source: where tools come from that are no plain functions: objects with state, and whatever has to be opened.

    Agent(tools=[opening_hours, PerSession(Basket), McpServer.stdio("python", ["-m", "mcp_server_time"], name="time")])

A `Source` is a declaration, and opens nothing. What it makes is opened for each session or once for the process, and
closed with it.
"""

from __future__ import annotations

import asyncio
import inspect
from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar, cast

from tools.decorator import is_declared
from tools.errors import DefinitionError, SourceError
from tools.objects import methods_of
from tools.toolset import Toolset

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from tools.context import User


class DynamicToolset(ABC):
    """Tools that are there while it is open, and that may change meanwhile. Derive from it what has to be opened.

    Attributes:
        foreign: The tools are named elsewhere, so one whose name is taken here is left out instead of refused.
        trouble: Why they cannot be used at present, in words, or None.
    """

    foreign: ClassVar[bool] = False
    trouble: str | None = None

    def __init__(self) -> None:
        self._watchers: list[tuple[Callable[[], None], asyncio.AbstractEventLoop]] = []

    @property
    @abstractmethod
    def toolset(self) -> Toolset:
        """The tools at present."""

    async def open(self) -> None:  # noqa: B027  (may be left as it is)
        """Make the tools ready; called once, on the event loop, before `toolset` is read.

        Raises:
            SourceError: They cannot be had; the text says why. The session is then refused with it.
        """

    async def close(self) -> None:  # noqa: B027
        """Give back what `open` took; called once, also after `open` has failed."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Ask to be told when the tools change.

        Args:
            changed: Called on the event loop that runs now, soon after the change.

        Returns:
            What ends it.
        """
        watcher = (changed, asyncio.get_running_loop())
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher) if watcher in self._watchers else None

    def changed(self) -> None:
        """Tell, from any thread, that `toolset` gives other tools; sessions offer them at the next quiet moment."""
        for watcher, loop in tuple(self._watchers):
            try:
                loop.call_soon_threadsafe(watcher)
            except RuntimeError:  # that session's loop is closed
                continue

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        await self.close()


class Source(ABC):
    """A declaration of tools that are made when they are needed.

    Attributes:
        per_session: They are made for each session, and closed with it; else once for the process.
    """

    per_session: bool = False

    @property
    def shared_by(self) -> object:
        """What makes two sources the same one to a process."""
        return self

    @abstractmethod
    async def make(self, user: User | None) -> DynamicToolset:
        """Make the tools; they are not open yet.

        Args:
            user: Who is calling, where they are made for one session, if known.
        """


class PerSession(Source):
    """Tools that each session has for itself, such as the methods of an object with the state of one conversation.

    Args:
        factory: Makes them: a class, or a function, plain or async. It is given the `User` (or None) where it has a
            parameter that must be given, and returns an object whose methods are declared with `@tool`, a list of
            tools, a `Toolset` or a `DynamicToolset`. An object that is a context manager, or has a method `aclose` or
            `close`, is closed with the session.

    Raises:
        DefinitionError: It cannot be called like this.
    """

    per_session = True

    def __init__(self, factory: Callable[..., Any]) -> None:
        if not callable(factory):
            raise DefinitionError(
                f"{type(self).__name__}({factory!r}) takes what makes the tools, such as a class; give an object that "
                "is there already to `methods_of`"
            )
        self._factory = factory
        self._takes_user = takes_user(factory, type(self).__name__)

    async def make(self, user: User | None) -> DynamicToolset:
        """Make the tools of one session."""
        made = self._factory(user) if self._takes_user else self._factory()
        made = await made if inspect.isawaitable(made) else made
        return made if isinstance(made, DynamicToolset) else _Made(made)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({getattr(self._factory, '__qualname__', self._factory)})"


class PerProcess(PerSession):
    """Tools that all sessions share: made when the server starts, and closed with it. See `PerSession`.

    Its factory is not told of a user.
    """

    per_session = False

    def __init__(self, factory: Callable[..., Any]) -> None:
        super().__init__(factory)
        if self._takes_user:
            raise DefinitionError(
                f"{self!r}: what all sessions share cannot be made for one user; give a function without parameters, "
                "or PerSession(…)"
            )


class Opened(Source):
    """A `DynamicToolset` that was given as it is: the process has one."""

    def __init__(self, dynamic: DynamicToolset) -> None:
        self._dynamic = dynamic

    @property
    def shared_by(self) -> object:
        """The toolset: it is opened once, in however many lists it stands."""
        return self._dynamic

    async def make(self, user: User | None) -> DynamicToolset:  # noqa: ARG002
        """The one there is."""
        return self._dynamic

    def __repr__(self) -> str:
        return type(self._dynamic).__name__


def takes_user(factory: Callable[..., Any], label: str) -> bool:
    """Whether a factory has the one parameter that is given the user.

    Args:
        factory: A class or a function.
        label: What to call its place in errors.

    Raises:
        DefinitionError: It has more parameters that must be given.
    """
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return False
    needed = [
        each.name
        for each in parameters
        if each.default is each.empty and each.kind not in {each.VAR_POSITIONAL, each.VAR_KEYWORD}
    ]
    if len(needed) > 1 or any(each.kind is each.KEYWORD_ONLY and each.name in needed for each in parameters):
        name = getattr(factory, "__qualname__", repr(factory))
        raise DefinitionError(
            f"{label}: {name} must be given {', '.join(needed)}; what makes tools takes nothing, or the user alone"
        )
    return len(needed) == 1


class _Made(DynamicToolset):
    """What a factory returned that has no `open` of its own."""

    def __init__(self, made: object) -> None:
        super().__init__()
        self._object = made
        self._close: Callable[[], Any] | None = None
        self._toolset = Toolset()

    @property
    def toolset(self) -> Toolset:
        return self._toolset

    async def open(self) -> None:
        made = self._object
        if isinstance(made, AbstractAsyncContextManager):
            manager = cast("AbstractAsyncContextManager[object]", made)
            made = await manager.__aenter__()
            self._close = lambda: manager.__aexit__(None, None, None)
        elif isinstance(made, AbstractContextManager):
            plain = cast("AbstractContextManager[object]", made)
            made = plain.__enter__()
            self._close = lambda: plain.__exit__(None, None, None)
        else:
            self._close = next(filter(None, (_closing(made, name) for name in ("aclose", "close"))), None)
        self._toolset = Toolset(cast("Any", made)) if isinstance(made, Toolset | list | tuple) else methods_of(made)

    async def close(self) -> None:
        close, self._close = self._close, None
        if callable(close):
            closed = close()
            if inspect.isawaitable(closed):
                await closed


def _closing(made: object, name: str) -> Callable[[], Any] | None:
    method = getattr(made, name, None)
    # A door may have a tool called `close`.
    return method if callable(method) and not is_declared(method) else None


def refuse_open_error(source: object, error: BaseException) -> SourceError:
    """An exception that making or opening tools ended with, in words for whoever is refused.

    Args:
        source: What was being opened.
        error: What it raised. The text of an error of this package is fit to be shown; any other's is not.
    """
    if isinstance(error, SourceError | DefinitionError):
        return error if isinstance(error, SourceError) else SourceError(str(error))
    return SourceError(f"the tools of {source!r} could not be opened ({type(error).__name__}); the log says more")
