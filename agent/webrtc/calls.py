"""Calls: the sessions of those who speak with the model over WebRTC, each on its sideband, until a side hangs up."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.cast import Cast
from agent.core import messages
from agent.core.enforcement import Enforcement
from agent.core.profiles import PROFILES
from agent.errors import ModelError, SessionRefusedError
from agent.pricing.books import Books
from agent.relay import Relay
from agent.speaking import Spoken
from agent.telemetry.unwatched import UNWATCHED
from agent.transports.base import TransportClosed
from agent.transports.pushed import Pushed
from agent.webrtc.companion import Companion
from agent.webrtc.on_call import OnCall, without_formats
from agent.webrtc.sideband import Sideband
from tools.context import owner_of
from tools.opening import Shared

if TYPE_CHECKING:
    from agent.assistant import Agent
    from agent.core.citations import Cite
    from agent.core.profiles import Profile
    from agent.door.admissions import Seat
    from agent.telemetry.unwatched import Watcher
    from agent.webrtc.calling import Calling
    from tools import User

_log = logging.getLogger(__name__)

# Seconds without any event on the sideband; silence of the caller lasts as long as a session is allowed to.
IDLE = 900.0
MOST_CALLS = 1_000
# Seconds in which a page may come to learn why its call failed before it came.
FAREWELL_TIME = 5.0


class Calls:
    """All calls of one agent.

    Args:
        agent: Who answers.
        calling: The model.
        cite: Picks the passages that bear out an answer.
        idle: Seconds without any event after which a call is ended.
        shared: The tools that the sessions of the process share; whoever made it closes it.
        profile: The service that the model is reached through.
        telemetry: Watches the sessions.
        books: What is spent.
    """

    def __init__(  # noqa: PLR0913  (one for each thing that is joined)
        self,
        agent: Agent,
        calling: Calling,
        cite: Cite,
        *,
        idle: float = IDLE,
        shared: Shared | None = None,
        profile: Profile = PROFILES["compatible"],
        telemetry: Watcher = UNWATCHED,
        books: Books | None = None,
    ) -> None:
        self._telemetry = telemetry
        self._books = Books() if books is None else books
        self._shared = Shared() if shared is None else shared
        self._agent = agent
        self._profile = profile
        self._calling = calling
        self._cite = cite
        self._idle = idle
        self._companions: dict[str, Companion] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def adopt(self, agent: Agent, shared: Shared) -> None:
        """Answer new calls with another agent."""
        self._agent, self._shared = agent, shared

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def full(self) -> bool:
        """Whether no more calls are taken."""
        return len(self._tasks) >= MOST_CALLS

    def begin(
        self, upstream_id: str, user: User | None = None, seat: Seat | None = None, language: str | None = None
    ) -> str:
        """Join a call that the model has taken.

        Args:
            upstream_id: The model's name for it.
            user: Who is calling, if known; the tools are told.
            seat: The caller's place, given back when the call is over.
            language: Of the caller's page, or None.

        Returns:
            Our own name for it.
        """
        call_id = f"rtc_{secrets.token_urlsafe(16)}"
        companion = self._companions[call_id] = Companion(owner=owner_of(user))
        task = asyncio.get_running_loop().create_task(self._run(call_id, upstream_id, companion, user, language))
        self._tasks[call_id] = task
        task.add_done_callback(lambda _: self._ended(call_id, seat))
        return call_id

    def _ended(self, call_id: str, seat: Seat | None) -> None:
        self._tasks.pop(call_id, None)
        if seat is not None:
            seat.leave()

    def companion(self, call_id: str, owner: str | None = None) -> Companion | None:
        """The client's end of a call; None when there is no such call of that user's.

        Args:
            call_id: Our name for the call.
            owner: Who asks, by id; None for somebody unknown.
        """
        companion = self._companions.get(call_id)
        return companion if companion is not None and companion.owner == owner else None

    async def hang_up(self, call_id: str, owner: str | None = None) -> bool:
        """End a call, and wait until it has ended.

        Args:
            call_id: Our name for the call.
            owner: Who asks, by id; None for somebody unknown.

        Returns:
            Whether there was one of that user's.
        """
        companion, task = self.companion(call_id, owner), self._tasks.get(call_id)
        if companion is None or task is None:
            return False
        await companion.close(1000, "hung up")
        await asyncio.wait({task})
        return True

    async def close(self) -> None:
        """End all calls."""
        tasks = list(self._tasks.values())
        for companion in tuple(self._companions.values()):
            await companion.close(1001, "the server is stopping")
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(
        self, call_id: str, upstream_id: str, companion: Companion, user: User | None, language: str | None
    ) -> None:
        name = f"sess_{secrets.token_hex(8)}"
        counter = itertools.count(1)
        new_id = lambda: f"event_{name[5:]}_{next(counter)}"  # noqa: E731
        try:
            await self._relay(name, upstream_id, companion, new_id, user, language)
        except (ModelError, SessionRefusedError) as error:
            _log.error("session %s: %s", name, error)
            code = "upstream_unreachable" if isinstance(error, ModelError) else "assistant_unavailable"
            self._telemetry.unbegun(name, self._agent.name, self._profile.name, code)
            with contextlib.suppress(TransportClosed):  # the page may have hung up meanwhile
                await companion.send(messages.failure(new_id(), str(error), code).text)
                await companion.came(FAREWELL_TIME)
            await companion.close(1011, str(error))
        except Exception as error:  # a bug of ours; it costs this caller the call, and nobody else anything
            _log.error("session %s: %s", name, type(error).__name__, exc_info=error)
            await companion.close(1011, "internal error")
        finally:
            self._companions.pop(call_id, None)
            # Leaving the sideband leaves the browser and the model to themselves: the call has to be ended as well.
            await self._calling.hang_up(upstream_id)

    async def _relay(
        self, name: str, upstream_id: str, companion: Companion, new_id: Any, user: User | None, language: str | None
    ) -> None:
        spoken = Spoken(language, self._profile)
        cast = await Cast.open(self._agent, self._shared, user, extensions=True, renewable=False, spoken=spoken)
        try:
            await self._hold(name, upstream_id, companion, new_id, user, cast)
        finally:
            await cast.close()

    async def _hold(
        self, name: str, upstream_id: str, companion: Companion, new_id: Any, user: User | None, cast: Cast
    ) -> None:
        owner = owner_of(user)
        config = await self._books.funded(cast.config(), owner)
        session_object = without_formats(config.session)
        enforcement = Enforcement(session_object, our_id=lambda: messages.OURS + new_id())
        joined = await self._calling.sideband(upstream_id)
        upstream = Sideband(joined, enforcement, idle=self._idle)
        ready = {**config.ready, **self._profile.introduction}
        told = replace(config, session=session_object, ready=ready)
        now, about = time.monotonic(), (name, self._agent.name, self._profile.name)
        watch = self._telemetry.watch(*about, began=now, unix=time.time() - now, headers=None)
        core = watch.session(told, new_id=new_id, now=now, cite=self._cite)
        # A relay that waits for the model to open the session does not hear its client leave.
        leaving = asyncio.ensure_future(_leave(companion, upstream))
        try:
            staff = OnCall(cast, session_object, enforcement)
            till = self._books.till(name, owner)
            ends = (Pushed(companion), Pushed(upstream))
            relay = Relay(*ends, core, watch.staff(staff), session_id=name, user=user, till=till)
            await relay.run()
        finally:
            leaving.cancel()
            watch.over(time.monotonic())


async def _leave(companion: Companion, upstream: Sideband) -> None:
    await companion.ended()
    await upstream.close()
