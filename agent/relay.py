"""Relay: drives one session. Two transports, one `Session`, the tool tasks, one timer; it decides nothing itself."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from agent.core.actions import Action, CancelCall, Hangup, StartCall, ToClient, ToUpstream
from agent.core.calls import CallResult
from agent.core.frames import Frame
from agent.core.session import Phase
from agent.transports.base import Transport, TransportClosed
from tools import ToolContext, invoke

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from agent.core.session import Session
    from tools import Progress, Toolset, User

_log = logging.getLogger(__name__)


class Relay:
    """Runs one caller's session from its greeting to its end.

    Args:
        client: Where the caller is.
        upstream: Where the model is; nothing must have been received from it yet.
        session: The state machine that decides.
        toolset: The tools it may start.
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
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()
        self._over = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._armed: float | None = None
        # What the session decided first is sent first, whichever task sends it and however slow the other side is.
        self._client_lane = asyncio.Lock()
        self._upstream_lane = asyncio.Lock()

    async def run(self) -> None:
        """Relay until either side is gone; then close both and leave no task behind."""
        self._spawn(self._pump_upstream())
        self._spawn(self._pump_client())
        self._arm()
        try:
            await self._over.wait()
        finally:
            await self._end()

    # ── pumps ──

    async def _pump_upstream(self) -> None:
        receive, session, clock, perform = self._upstream.receive, self._session, self._clock, self._perform
        try:
            while True:
                message = await receive()
                if isinstance(message, bytes):
                    _log.warning(
                        "session %s: the model sent a binary frame, which the protocol lacks", self._session_id
                    )
                    continue
                await perform(session.receive_upstream(Frame(message), clock()))
                if session.phase is Phase.OPEN:
                    self._open.set()
        except TransportClosed as closed:
            _log.info("session %s: upstream %s", self._session_id, closed)
            await perform(session.upstream_closed(closed.code, closed.reason))

    async def _pump_client(self) -> None:
        # Until the model has taken our configuration, a client's frames wait in its socket and not in our memory.
        await self._open.wait()
        receive, session, clock, perform = self._client.receive, self._session, self._clock, self._perform
        try:
            while True:
                message = await receive()
                if isinstance(message, bytes):
                    await perform(session.receive_binary())
                else:
                    await perform(session.receive_client(Frame(message), clock()))
        except TransportClosed as closed:
            _log.info("session %s: client %s", self._session_id, closed)
            await perform(session.client_closed())

    # ── actions ──

    async def _perform(self, actions: Sequence[Action]) -> None:
        self._arm()
        if len(actions) > 1:
            # A client that reads slowly delays neither its tools nor what the model is told.
            actions = sorted(actions, key=_haste)
        for action in actions:
            # In the order of their frequency: nearly all that happens is audio to the client or to the model.
            if isinstance(action, ToClient):
                await self._send(self._client, self._client_lane, action.frame)
            elif isinstance(action, ToUpstream):
                await self._send(self._upstream, self._upstream_lane, action.frame)
            elif isinstance(action, StartCall):
                self._calls[action.call_id] = self._spawn(self._run_call(action))
            elif isinstance(action, CancelCall):
                self._cancel(action.call_id)
            else:
                await self._hang_up(action)

    def _cancel(self, call_id: str) -> None:
        task = self._calls.pop(call_id, None)
        if task is not None:
            task.cancel()

    async def _send(self, transport: Transport, lane: asyncio.Lock, frame: Frame) -> None:
        # Not `async with`, which costs this hottest of all lines as much again.
        await lane.acquire()
        try:
            await transport.send(frame.text)
        except TransportClosed:
            # Its pump sees the same end and says so to the session; what was under way is lost with the socket.
            return
        finally:
            lane.release()

    async def _run_call(self, call: StartCall) -> None:
        context = ToolContext(
            self._session_id, call.call_id, self._user, emit=lambda progress: self._progress(call, progress)
        )
        outcome = await invoke(self._toolset, call.name, call.arguments, context)
        self._calls.pop(call.call_id, None)
        result = CallResult(outcome.output, outcome.ok, outcome.for_client, outcome.citations, outcome.error)
        await self._perform(self._session.call_finished(call.call_id, result, self._clock()))

    async def _progress(self, call: StartCall, progress: Progress) -> None:
        await self._perform(self._session.call_progress(call.call_id, progress.message, progress.fraction))

    async def _hang_up(self, hangup: Hangup) -> None:
        try:
            await self._client.close(hangup.code, hangup.reason)
        finally:
            self._over.set()

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
        self._spawn(self._on_time(max(due, self._clock())))

    async def _on_time(self, now: float) -> None:
        await self._perform(self._session.handle_timer(now))

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A bug of ours. It costs this caller the session, and nobody else anything.
            _log.error("session %s: %s", self._session_id, type(error).__name__, exc_info=error)
            if not self._over.is_set():
                self._spawn(self._perform(self._session.broken()))

    async def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        current = asyncio.current_task()
        pending = [task for task in self._tasks if task is not current]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        try:
            await self._upstream.close()
        finally:
            await self._client.close()


def _haste(action: Action) -> int:
    return _HASTE.get(type(action), 1)


_HASTE: dict[type, int] = {StartCall: 0, CancelCall: 0, ToUpstream: 1, ToClient: 2, Hangup: 3}
