"""Lines: a session's connections with the model. One is in use; another may be made ready to take its place."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from agent.core.handover import Dial, DropSuccessor, Switch, ToSuccessor
from agent.errors import DialError, ModelError
from agent.line import Line
from agent.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from agent.core.frames import Frame
    from agent.core.handover import HandoverAction, Outcomes
    from agent.core.session import Session
    from agent.line import Ended, Take
    from agent.transports.base import Onward, Transport

_log = logging.getLogger(__name__)

# Characters that may wait for a model before its client is held back.
UPSTREAM_WAITS = 1024 * 1024
# HTTP statuses after which another attempt would be told the same.
_FINAL = frozenset({400, 401, 403, 404, 410})


class Lines:
    """Does what a session wants done about its connections, and leaves none behind.

    Args:
        session: The state machine that decides.
        connect: Opens another connection; raises `ModelError`. None where there is but one.
        perform: Does what the session says.
        clock: Seconds.
        spawn: Runs a task that ends with the session.
        broken: Told of an exception, which is a bug of ours.
        hold: Holds the client back, because the model is slow.
        release: Lets the client go on.
        client: Where the model's sound goes that need not be looked at.
        name: The session's, for the logs.

    Attributes:
        paused: The client is slow, so that the model is held back.
    """

    def __init__(  # noqa: PLR0913  (what it joins)
        self,
        session: Session,
        connect: Callable[[], Awaitable[Transport]] | None,
        *,
        perform: Callable[[Outcomes], None],
        clock: Callable[[], float],
        spawn: Callable[[Coroutine[None, None, None]], asyncio.Task[None]],
        broken: Callable[[Exception], None],
        hold: Callable[[], None],
        release: Callable[[], None],
        client: Onward,
        name: str,
    ) -> None:
        self.paused = False
        self._session = session
        self._connect = connect
        self._perform, self._clock, self._spawn, self._broken = perform, clock, spawn, broken
        self._hold, self._release, self._client = hold, release, client
        self._name = name
        self._all: set[Line] = set()
        self._successor: Line | None = None
        self._dialling: asyncio.Task[None] | None = None

    def begin(self, transport: Transport, opened: Callable[[], None]) -> None:
        """Start the first connection.

        Args:
            transport: Where the model is; not started yet.
            opened: Called after each of its frames until the session is open, and once then.
        """

        def opening(frame: Frame, now: float) -> Outcomes:
            self._perform(self._session.receive_upstream(frame, now))
            opened()
            return ()

        self._line = self._made(transport, opening, self._closed)
        self.outbox = self._line.outbox
        self._line.start()

    def opened(self) -> None:
        """The session is open: from now on frames take the short way."""
        self._use(self._line)

    def send(self, text: str) -> None:
        """Send a text to the model in use."""
        self.outbox.send(text)

    def pause(self) -> None:
        """The client is slow: read nothing from the model in use."""
        self.paused = True
        self._line.transport.pause()

    def resume(self) -> None:
        """Read again."""
        self.paused = False
        self._line.transport.resume()

    def do(self, action: HandoverAction) -> None:
        """Do one of the actions about connections."""
        match action:
            case Dial():
                self._dialling = self._spawn(self._dial(action.attempt))
            case ToSuccessor() if self._successor is not None:
                self._successor.outbox.send(action.frame.text)
            case Switch() if self._successor is not None:
                self._switch(self._successor)
            case DropSuccessor():
                _log.info("session %s: no new session of the model's yet: %s", self._name, action.reason)
                self._drop()
            case _:
                pass

    async def close(self) -> None:
        """Close all of them, and wait until they are down."""
        self._drop()
        lines = tuple(self._all)
        for line in lines:
            line.leave()
        await asyncio.gather(*(line.transport.wait_closed() for line in lines))

    # ── another one ──

    async def _dial(self, attempt: int) -> None:
        _log.info("session %s: another session of the model's is dialled, attempt %d", self._name, attempt)
        try:
            if self._connect is None:
                raise DialError("this session has but one connection to the model", 404)
            transport = await self._connect()
        except ModelError as error:
            self._dialling = None
            status = error.status if isinstance(error, DialError) else None
            wait = error.retry_after if isinstance(error, DialError) else None
            final = status in _FINAL
            now = self._clock()
            self._perform(self._session.dial_failed(attempt, str(error), now, final=final, retry_after=wait))
            return
        self._dialling = None
        line = self._successor = self._made(transport, self._session.receive_successor, self._successor_closed)
        self._perform(self._session.dialled(attempt, self._clock()))
        line.start()

    def _switch(self, line: Line) -> None:
        left, self._line, self._successor = self._line, line, None
        self.outbox = line.outbox
        self._use(line)
        if self.paused:
            line.transport.pause()
        left.leave()
        _log.info("session %s: another session of the model's has taken over", self._name)

    def _use(self, line: Line) -> None:
        line.becomes(self._session.receive_upstream, self._closed)
        line.shortens(self._session.audio.spoken, self._client)

    def _drop(self) -> None:
        task, self._dialling = self._dialling, None
        if task is not None:
            task.cancel()
        line, self._successor = self._successor, None
        if line is not None:
            line.leave()

    # ── their ends ──

    def _closed(self, code: int, reason: str, now: float) -> Outcomes:
        _log.info("session %s: the model's side is closed with %d %s", self._name, code, reason)
        return self._session.upstream_closed(code, reason, now)

    def _successor_closed(self, code: int, reason: str, now: float) -> Outcomes:
        self._successor = None
        return self._session.successor_closed(code, reason, now)

    def _binary(self) -> Outcomes:
        _log.warning("session %s: the model sent a binary frame, which the protocol lacks", self._name)
        return ()

    def _made(self, transport: Transport, take: Take, ended: Ended) -> Line:
        outbox = Outbox(transport, UPSTREAM_WAITS, hold=self._hold, release=self._release, live_audio=True)
        line = Line(
            transport,
            outbox,
            take,
            ended,
            perform=self._perform,
            clock=self._clock,
            broken=self._broken,
            binary=self._binary,
            gone=self._all.discard,
        )
        self._all.add(line)
        return line
