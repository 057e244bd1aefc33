"""Relay: drives one session: its client, its connections to the model, its tools, its timer. It decides nothing."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from agent.core.actions import CancelCall, Hangup, StartCall, ToClient, ToUpstream
from agent.core.calls import CallResult
from agent.core.frames import Frame
from agent.core.session import Phase
from agent.lines import Lines
from agent.outbox import Outbox
from tools import ToolContext, invoke

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from agent.core.handover import Outcomes
    from agent.core.session import Session
    from agent.transports.base import Transport
    from tools import Progress, Toolset, User

_log = logging.getLogger(__name__)

# Frames of a client that may wait here until the model has taken our configuration; then its socket is held back.
EARLY = 64
# Characters that may wait for a client before the model is held back.
CLIENT_WAITS = 4 * 1024 * 1024
# Seconds that a client may take nothing of what waits for it.
STALLED = 30.0


class Relay:
    """Runs one caller's session from its greeting to its end.

    Args:
        client: Where the caller is; not started yet.
        upstream: Where the model is; not started yet.
        session: The state machine that decides.
        toolset: The tools it may start.
        connect: Opens another connection to the model, when the first is lost or expires; None where there is none.
        session_id: Names the session in the logs and to the tools.
        user: Who is calling, if known.
        clock: Seconds; the session must have been made with the same clock.
    """

    def __init__(  # noqa: PLR0913  (one for each thing that it joins)
        self,
        client: Transport,
        upstream: Transport,
        session: Session,
        toolset: Toolset,
        *,
        connect: Callable[[], Awaitable[Transport]] | None = None,
        session_id: str = "",
        user: User | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._upstream = upstream
        self._session = session
        self._toolset = toolset
        self._session_id = session_id
        self._user = user
        self._clock = clock
        self._lines = Lines(
            session,
            connect,
            perform=self._perform,
            clock=clock,
            spawn=self._spawn,
            broken=self._broken,
            hold=client.pause,
            release=client.resume,
            name=session_id,
        )
        self._to_client = Outbox(client, CLIENT_WAITS, hold=self._lines.pause, release=self._lines.resume)
        self._early: list[str | bytes] | None = []
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._armed: float | None = None

    async def run(self) -> None:
        """Relay until either side is gone; then close both and leave no task behind."""
        self._lines.begin(self._upstream, self._opening)
        self._client.start(self._from_client, room=self._to_client.flush, closed=self._client_closed)
        self._arm()
        watch = self._spawn(self._watch_client())
        try:
            await self._over.wait()
        finally:
            watch.cancel()
            await self._end()

    # ── frames ──

    def _from_client(self, message: str | bytes) -> None:
        if self._early is not None:
            # Until the model has taken our configuration, a client's frames wait.
            self._early.append(message)
            if len(self._early) >= EARLY:
                self._client.pause()
            return
        try:
            if isinstance(message, bytes):
                self._perform(self._session.receive_binary())
            else:
                self._perform(self._session.receive_client(Frame(message), self._clock()))
        except Exception as error:
            self._broken(error)

    def _opening(self) -> None:
        if self._early is None or self._session.phase is not Phase.OPEN:
            return
        self._lines.opened()
        if self._session.rejected:
            fields = ", ".join(self._session.rejected)
            _log.warning("session %s: the model does not take %s, and goes without", self._session_id, fields)
        early, self._early = self._early or (), None
        for message in early:
            self._from_client(message)
        self._client.resume()

    def _client_closed(self, code: int, reason: str) -> None:
        _log.info("session %s: the client's side is closed with %d %s", self._session_id, code, reason)
        self._perform(self._session.client_closed())

    # ── actions ──

    def _perform(self, actions: Outcomes) -> None:
        for action in actions:
            # In the order of their frequency: nearly all that happens is audio to the client or to the model.
            if isinstance(action, ToClient):
                self._to_client.send(action.frame.text)
            elif isinstance(action, ToUpstream):
                self._lines.send(action.frame.text)
            elif isinstance(action, StartCall):
                self._calls[action.call_id] = self._spawn(self._run_call(action))
            elif isinstance(action, CancelCall):
                self._cancel(action.call_id)
            elif isinstance(action, Hangup):
                self._hang_up(action)
            else:
                self._lines.do(action)
        self._arm()

    def _cancel(self, call_id: str) -> None:
        task = self._calls.pop(call_id, None)
        if task is not None:
            task.cancel()

    async def _run_call(self, call: StartCall) -> None:
        context = ToolContext(
            self._session_id, call.call_id, self._user, emit=lambda progress: self._progress(call, progress)
        )
        outcome = await invoke(self._toolset, call.name, call.arguments, context)
        self._calls.pop(call.call_id, None)
        result = CallResult(outcome.output, outcome.ok, outcome.for_client, outcome.citations, outcome.error)
        self._perform(self._session.call_finished(call.call_id, result, self._clock()))

    async def _progress(self, call: StartCall, progress: Progress) -> None:
        self._perform(self._session.call_progress(call.call_id, progress.message, progress.fraction))

    def _hang_up(self, hangup: Hangup) -> None:
        self._client.close(hangup.code, hangup.reason)
        self._over.set()

    async def _watch_client(self) -> None:
        """End the session of a client that takes nothing of what waits for it."""
        while not self._over.is_set():
            taken = self._to_client.taken
            await asyncio.sleep(STALLED)
            if self._to_client.waiting and self._to_client.taken == taken:
                _log.warning("session %s: the client takes nothing of what is sent to it", self._session_id)
                self._client.close(1008, "too slow: what was sent to you was not taken")

    # ── timer and tasks ──

    def _arm(self) -> None:
        due = self._session.next_deadline()
        if due == self._armed:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed = due
        delay = None if due is None else max(0.0, due - self._clock())
        self._timer = None if delay is None else asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        # A loop may ring a trifle early; the session would then find nothing due, and be rung again and again.
        due, self._armed = self._armed or 0.0, None
        try:
            self._perform(self._session.handle_timer(max(due, self._clock())))
        except Exception as error:
            self._broken(error)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)

    def _broken(self, error: BaseException) -> None:
        # A bug of ours. It costs this caller the session, and nobody else anything.
        _log.error("session %s: %s", self._session_id, type(error).__name__, exc_info=error)
        if not self._over.is_set():
            self._perform(self._session.broken())

    async def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        current = asyncio.current_task()
        pending = [task for task in self._tasks if task is not current]
        for task in pending:
            task.cancel()
        self._client.close()
        await asyncio.gather(*pending, self._lines.close(), self._client.wait_closed(), return_exceptions=True)
