"""Relay: drives one session: its client, its connections to the model, its tools, its timer. It decides nothing."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from agent.ahead import Ahead
from agent.core import policies
from agent.core.actions import (
    ApproveCall,
    CancelCall,
    DropAudio,
    DropSpeculation,
    Hangup,
    Speculate,
    Spent,
    StartCall,
    ToClient,
    ToUpstream,
)
from agent.core.calls import CallResult
from agent.core.session import Phase
from agent.lines import Lines
from agent.reception import Reception
from agent.staff import Fixed, Staff
from tools import ToolContext, Toolset, Utterance

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from agent.core.handover import Outcome as Do
    from agent.core.handover import Outcomes
    from agent.core.session import Session
    from agent.handing_on import Keeps, Return
    from agent.pricing.ledger import Totals
    from agent.pricing.till import Till
    from agent.transports.base import Transport
    from tools import Outcome, Progress, User

_log = logging.getLogger(__name__)

# Seconds that calls may take which were begun when another worker took the session over.
RUN_ON = 120.0


class Relay:
    """Runs one caller's session from its greeting to its end.

    Args:
        client: Where the caller is; not started yet.
        upstream: Where the model is; not started yet.
        session: The state machine that decides.
        staff: Who answers; or just the tools it may start.
        connect: Opens another connection to the model, when the first is lost or expires; None where there is none.
        waits: Asked when the client's connection breaks: whether the session is to wait for its return.
        keeps: Keeps the session where others can go on with it, if anybody does.
        back: The client comes back in a session that was kept, which `session` has restored: the model is to be found.
        session_id: Names the session in the logs and to the tools.
        user: Who is calling, if known.
        till: Where what it spends is entered; None for nowhere.
        clock: Seconds; the session must have been made with the same clock.
    """

    def __init__(  # noqa: PLR0913  (one for each thing that it joins)
        self,
        client: Transport,
        upstream: Transport,
        session: Session,
        staff: Toolset | Staff,
        *,
        connect: Callable[[], Awaitable[Transport]] | None = None,
        waits: Callable[[], bool] = lambda: False,
        keeps: Keeps | None = None,
        back: Return | None = None,
        session_id: str = "",
        user: User | None = None,
        till: Till | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._upstream = upstream
        self._session = session
        self._staff: Staff = Fixed(staff) if isinstance(staff, Toolset) else staff
        self._staff.watch(lambda config: self._perform(self._session.retool(config, self._clock())))
        self._session_id = session_id
        self._user = user
        self._till = till
        self._clock = clock
        self._keeps, self._back = keeps, back
        self._gone = False
        self._ahead = Ahead(
            self._staff, self._spawn, session_id=session_id, user=user, shows=lambda: self._session.extensions
        )
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._approvals: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._armed: float | None = None
        shared: dict[str, Any] = {"perform": self._perform, "clock": clock, "broken": self._broken, "name": session_id}
        self._reception = Reception(session, waits=waits, **shared)
        self._lines = Lines(
            session,
            connect,
            spawn=self._spawn,
            hold=self._reception.pause,
            release=self._reception.resume,
            client=self._reception,
            **shared,
        )
        self._reception.attend(client, hold=self._lines.pause, release=self._lines.resume, model=self._lines)

    async def run(self) -> None:
        """Relay until it is over; then close both sides and leave no task behind."""
        self._lines.begin(self._upstream, self._opening)
        self._reception.start()
        watch = self._spawn(self._reception.watch())
        try:
            if self._back is not None:
                self._go_on(self._back)
            self._arm()
            await self._over.wait()
        except Exception as error:
            self._broken(error)
        finally:
            watch.cancel()
            await self._end()

    def rejoin(self, client: Transport, ready: Mapping[str, Any]) -> None:
        """The client is back on another connection.

        Args:
            client: Where it is now; not started yet.
            ready: Fields of `extension.ready` that are new, such as the token for its next return.
        """
        self._reception.rejoin(client, ready)

    def abandon(self) -> None:
        """The client has not come back: end the session."""
        if not self._over.is_set():
            self._perform(self._session.client_closed())

    async def attends(self, client: Transport) -> None:
        """Wait until a client's connection is no part of this session any more."""
        await self._reception.attends(client)

    # ── another worker ──

    def kept(self) -> dict[str, Any]:
        """The session as JSON, for another worker to go on with; see `Session.keeping`."""
        missed, complete = self._reception.missed()
        return {"session": self._session.keeping.kept(self._clock()), "missed": missed, "complete": complete}

    @property
    def gone(self) -> bool:
        """Whether another worker has the session."""
        return self._gone

    @property
    def over(self) -> bool:
        """Whether the session has ended, or gone, though its connections may still be closing."""
        return self._over.is_set()

    def let_go(self, code: int, reason: str) -> None:
        """Another worker has the session from now on. What comes of its calls that still run is told to `keeps`.

        Args:
            code: With which the client's connection is closed.
            reason: Why, in words for the client.
        """
        if self._over.is_set():
            return
        self._gone = True
        for call_id in tuple(self._approvals):
            self._cancel(call_id)  # nobody can approve it here any more, and it has not run
        self._reception.close(code, reason)
        self._over.set()

    def told(self, call_id: str, result: CallResult, *, job: bool) -> None:
        """What came of a call that ran on at the worker that had the session before.

        Args:
            call_id: The call; one that is unknown or over changes nothing.
            result: Of it.
            job: It is what came of the work that went on after the call.
        """
        done = self._session.job_finished if job else self._session.call_finished
        if not self._over.is_set():
            self._perform(done(call_id, result, self._clock()))

    def _go_on(self, back: Return) -> None:
        self._opening()
        self._perform(
            self._session.client_back(back.ready, len(back.missed), complete=back.complete, now=self._clock())
        )
        for text in back.missed:
            self._reception.send(text)
        self._perform(self._session.upstream_closed(1006, "another worker had it", self._clock()))
        for call_id, result, job in back.ended:
            self.told(call_id, result, job=job)

    def _opening(self) -> None:
        if self._reception.waiting and self._session.phase is Phase.OPEN:
            self._lines.opened()
            if self._session.rejected:
                fields = ", ".join(self._session.rejected)
                _log.warning("session %s: the model does not take %s, and goes without", self._session_id, fields)
            self._reception.open()

    # ── actions ──

    def _perform(self, actions: Outcomes) -> None:
        if self._gone:
            return
        for action in actions:
            # In the order of their frequency: nearly all that happens is audio to the client or to the model.
            if isinstance(action, ToClient):
                self._reception.send(action.frame.text)
            elif isinstance(action, ToUpstream):
                self._lines.send(action.frame.text)
            else:
                self._act(action)
        if self._keeps is not None:
            self._keeps.changed()
        due = self._session.next_deadline()
        if due != self._armed:
            self._arm()

    def _act(self, action: Do) -> None:
        match action:
            case StartCall():
                self._calls[action.call_id] = self._spawn(self._run_call(action))
                self._calls[action.call_id].set_name(action.name)
            case ApproveCall():
                self._approve(action.call_id)
            case CancelCall():
                self._cancel(action.call_id)
            case Speculate() | DropSpeculation():
                self._ahead.do(action)
            case DropAudio():
                self._reception.drop_audio(action.response_id)
            case Spent():
                if self._till is not None:
                    self._till.take(action, self._learn)
            case Hangup():
                self._reception.close(action.code, action.reason)
                self._over.set()
            case ToClient() | ToUpstream():
                pass  # sent already
            case _:
                self._lines.do(action)

    def _learn(self, spent: Totals) -> None:
        self._session.learn(user=spent.user, day=spent.day, now=self._clock())
        if not self._over.is_set():
            self._arm()

    def _cancel(self, call_id: str) -> None:
        task = self._calls.pop(call_id, None)
        if task is not None:
            task.cancel()

    async def _run_call(self, call: StartCall) -> None:
        shows = self._session.extensions
        context = ToolContext(
            self._session_id,
            call.call_id,
            self._user,
            conversation=[Utterance(*said) for said in self._session.conversation],
            emit=lambda progress: self._progress(call, progress),
            ask=(lambda arguments: self._ask(call, arguments)) if shows else None,
            shows=shows,
        )
        if self._keeps is not None:
            await self._keeps.noted()  # or whoever goes on with the session might have it run a second time
        ahead = await self._ahead.outcome(call.name, call.arguments)
        outcome = await self._staff.invoke(call.name, call.arguments, context) if ahead is None else ahead
        if outcome.later is not None:
            self._concluded(call.call_id, _result(outcome))
            outcome = await outcome.later()
            self._calls.pop(call.call_id, None)
            self._concluded(call.call_id, _result(outcome), job=True)
            return
        config = None
        if outcome.hand_off is not None:
            outcome, config = await self._staff.hand_over(outcome)
        self._calls.pop(call.call_id, None)
        result = _result(outcome, speculated=ahead is not None)
        if config is None or self._gone:
            self._concluded(call.call_id, result)
        else:
            self._perform(self._session.hand_over(call.call_id, result, config, self._clock()))
            if self._session.unfit:
                _log.warning("session %s: the new agent goes without %s", self._session_id, self._session.unfit)

    def _concluded(self, call_id: str, result: CallResult, *, job: bool = False) -> None:
        if self._gone and self._keeps is not None:
            self._keeps.outcome(call_id, result, job=job)
        else:
            self.told(call_id, result, job=job)

    async def _progress(self, call: StartCall, progress: Progress) -> None:
        actions = self._session.call_progress(call.call_id, progress.message, progress.fraction, self._clock())
        self._perform(actions)

    async def _ask(self, call: StartCall, arguments: str) -> None:
        approved = self._approvals[call.call_id] = asyncio.get_running_loop().create_future()
        try:
            self._perform(self._session.ask_approval(call.call_id, arguments, self._clock()))
            await approved  # a refusal cancels the call
        finally:
            self._approvals.pop(call.call_id, None)

    def _approve(self, call_id: str) -> None:
        approved = self._approvals.get(call_id)
        if approved is not None and not approved.done():
            approved.set_result(None)

    # ── timer and tasks ──

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._armed = self._session.next_deadline()
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
        self._reception.close(1000, "")
        if self._gone:
            self._reception.dismiss()
            await self._run_on()
        pending = [task for task in self._tasks if task is not current]
        for task in pending:
            task.cancel()
        if self._till is not None:
            await self._till.close(self._session.account, goes_on=self._gone)
        await asyncio.gather(*pending, self._lines.close(), self._reception.wait_closed(), return_exceptions=True)
        self._reception.dismiss()

    async def _run_on(self) -> None:
        """Let the calls end that were begun: whoever has the session now waits for them."""
        await self._lines.close()
        try:
            if self._calls:
                await asyncio.wait(self._calls.values(), timeout=RUN_ON)
        finally:
            for call_id, task in self._calls.items():
                # Better told than waited for, whether it is the call or the work that went on after it.
                result = CallResult(policies.interrupted(task.get_name()), ok=False, error="interrupted")
                self._concluded(call_id, result)
                self._concluded(call_id, result, job=True)


def _result(outcome: Outcome, *, speculated: bool = False) -> CallResult:
    return CallResult(
        outcome.output,
        outcome.ok,
        outcome.for_client,
        outcome.citations,
        outcome.error,
        job=outcome.later is not None,
        speculated=speculated,
    )
