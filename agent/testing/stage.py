"""Stage: an engine, an agent's server and its callers, on an event loop of their own.

    with Stage(script=script) as stage:
        caller = stage.caller(agent)
        caller("how much leave?").expect_call("search").expect_answer(contains="thirty")

Callers go through the very relay that `vocative run` serves, over a pair of transports in memory. The loop runs in a
thread of its own, so that a plain test can wait and an async one keeps its own loop free.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from agent.engine.runtime import Engine
from agent.engine.serving import engine_app
from agent.errors import ConfigurationError
from agent.library import Library
from agent.pricing.books import Books
from agent.pricing.table import tariff
from agent.server import Server
from agent.testing.caller import Caller
from agent.testing.lazy import LazyEars, LazyVoice, ScriptOrEngine
from agent.testing.phone_line import PhoneLine
from agent.testing.script import Script
from agent.transports.memory import pair

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path
    from types import TracebackType

    from agent.assistant import Agent
    from agent.engine.faults import Faults
    from agent.engine.parts import Ears, Reasoner, Voice
    from agent.transports.base import Transport

_T = TypeVar("_T")
_EARS, _VOICE = LazyEars(), LazyVoice()


class Stage:
    """Where an agent is tested.

    Args:
        script: What the model does; without one, or while it is empty, the embedded reasoner decides.
        faults: What the model's service does wrong.
        reasoner: A reasoner of your own, in place of both.
        ears: Speech to text; the packaged ones by default, loaded when something is said aloud.
        voice: Text to speech, of the engine and of callers; the packaged one by default.
        patience_s: How long an answer may take.
        prices: A price list, so that an agent's `Budget` can be tried; by default the engine costs nothing.
    """

    def __init__(  # noqa: PLR0913  (one for each thing that a test may replace)
        self,
        *,
        script: Script | None = None,
        faults: Faults | None = None,
        reasoner: Reasoner | None = None,
        ears: Ears | None = None,
        voice: Voice | None = None,
        patience_s: float = 30.0,
        prices: Path | None = None,
    ) -> None:
        self._tariff = tariff("engine", prices)
        self.script = Script() if script is None else script
        self._voice = voice or _VOICE
        self._patience_s = patience_s
        self.engine = Engine(
            ears or _EARS, self._voice, reasoner or ScriptOrEngine(self.script), session_cap_s=3600, faults=faults
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="vocative-stage", daemon=True)
        self._lines: list[PhoneLine] = []
        self._serving: list[asyncio.Task[None]] = []
        self._servers: list[Server] = []
        self._libraries: dict[tuple[Path, ...], Library] = {}
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Stage:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The engine on a socket of this machine, such as `ws://127.0.0.1:41234`; add one of its paths."""
        return self._run(self._served())

    def caller(self, agent: Agent, documents: Sequence[Path] = ()) -> Caller:
        """A new caller of an agent, in a session of its own.

        Args:
            agent: The agent; the engine takes the place of its model.
            documents: Files and folders that its search tool is to know.

        Raises:
            AssertionError: The session could not be opened; the text says why.
            ConfigurationError: The stage is not open, or not any more.
        """
        library = self._library(tuple(documents)) if documents else None
        return Caller(
            self._run(self._call(agent if library is None else agent.over(library.index), library)), self._loop
        )

    def close(self) -> None:
        """End all sessions and the loop."""
        if self._thread.is_alive():
            self._run(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()
        for library in self._libraries.values():
            library.close()

    def _library(self, documents: tuple[Path, ...]) -> Library:
        if documents not in self._libraries:
            self._libraries[documents] = Library.gather(documents)[0]
        return self._libraries[documents]

    async def _call(self, agent: Agent, library: Library | None) -> PhoneLine:
        async def connect() -> Transport:
            return self.engine.connect()

        theirs, ours = pair()
        server = Server(agent, connect, library, books=Books(agent.budget, self._tariff))
        self._servers.append(server)
        self._serving.append(self._loop.create_task(server.serve(theirs, extensions=True)))
        self._lines.append(PhoneLine(ours, self._voice, self._patience_s))
        await self._lines[-1].opened()
        return self._lines[-1]

    async def _served(self) -> str:
        if self._runner is None:
            self._runner = web.AppRunner(engine_app(self.engine), access_log=None)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"ws://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _close(self) -> None:
        for line in self._lines:
            await line.hang_up()
        await asyncio.gather(*self._serving, return_exceptions=True)
        for server in self._servers:
            await server.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.engine.close()
        await self._loop.shutdown_default_executor()

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        if not self._thread.is_alive():
            work.close()  # nobody would run it, and whoever called would wait for ever
            raise ConfigurationError("the stage is not open: use it within `with Stage() as stage:`")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
