"""Reception: a session's client, over any number of its own connections, and with none for a while."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from agent.core.absence import Missed
from agent.core.deltas import AUDIO_DELTA, peek
from agent.core.frames import Frame
from agent.line import Line
from agent.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.handover import Outcomes
    from agent.core.session import Session
    from agent.transports.base import Onward, Transport

_log = logging.getLogger(__name__)

# Frames of a client that may wait here until the model has taken our configuration; then its socket is held back.
EARLY = 64
# Characters that may wait for a client before the model is held back.
CLIENT_WAITS = 4 * 1024 * 1024
# Seconds that a client may take nothing of what waits for it.
STALLED = 30.0
# RFC 6455, section 7.1.5: the connection broke. With any other code somebody has said that it is over.
BROKEN = 1006


class Reception:
    """The client's side of one relay.

    Args:
        session: The state machine that decides.
        waits: Asked when the connection breaks: whether the session is to wait for the client's return.
        perform: Does what the session says.
        clock: Seconds.
        broken: Told of an exception, which is a bug of ours.
        name: The session's, for the logs.

    Attributes:
        outbox: Where what goes to the client leaves, or where of that is kept what it will be told when it is back.
        waiting: Its frames wait, because the session is not open yet.
    """

    def __init__(
        self,
        session: Session,
        *,
        waits: Callable[[], bool],
        perform: Callable[[Outcomes], None],
        clock: Callable[[], float],
        broken: Callable[[Exception], None],
        name: str,
    ) -> None:
        self.waiting = True
        self._session = session
        self._waits, self._perform, self._clock, self._broken = waits, perform, clock, broken
        self._name = name
        self._early: list[Frame | None] = []
        self._missed = Missed()
        self._paused = self._away = False
        self._lines: dict[Line, asyncio.Event] = {}

    def attend(
        self, client: Transport, *, hold: Callable[[], None], release: Callable[[], None], model: Onward
    ) -> None:
        """Take the first connection of the client's.

        Args:
            client: Not started yet.
            hold: Holds the model back, because the client is slow.
            release: Lets it go on.
            model: Where the client's sound goes that need not be looked at.
        """
        self._hold, self._release, self._model = hold, release, model
        self._take(client)
        self._line.becomes(self._keep, self._closed)

    def start(self) -> None:
        """Begin to listen."""
        self._line.start()

    def open(self) -> None:
        """The session is open: it takes what has waited, and all that comes."""
        self.waiting = False
        self._line.becomes(self._session.receive_client, self._closed)
        self._line.shortens(self._session.audio.heard, self._model)
        early, self._early = self._early, []
        for frame in early:
            self._perform(self._binary() if frame is None else self._session.receive_client(frame, self._clock()))
        if not self._paused:
            self._line.transport.resume()

    def send(self, text: str) -> None:
        """Send a text to the client, or keep of it what it will be told when it is back."""
        self.outbox.send(text)

    def pause(self) -> None:
        """The model is slow: read nothing from the client."""
        self._paused = True
        self._line.transport.pause()

    def resume(self) -> None:
        """Read again."""
        self._paused = False
        self._line.transport.resume()

    def rejoin(self, client: Transport, ready: Mapping[str, Any]) -> None:
        """The client is back; see `Relay.rejoin`."""
        known = self._away
        if not known:
            # Its old connection seems to live still; nobody is at its other end, and what was sent there is lost.
            self._leave(self._line)
        self._line.leave(1000, "you are connected anew")
        self._lines[self._line].set()
        frames, complete = self._missed.drain()
        complete = complete and known
        self._take(client)
        _log.info("session %s: the client is back", self._name)
        self._perform(self._session.client_back(ready, len(frames), complete=complete, now=self._clock()))
        for frame in frames:
            self.send(frame.text)
        self._line.start()
        if self._paused:
            client.pause()  # not before: whoever begins to listen reads

    def missed(self) -> tuple[list[str], bool]:
        """What a client that is away was not told, as text, and whether that is all but the deltas.

        Of one that is connected, nobody knows what it will still get.
        """
        frames, complete = self._missed.peek()
        return [frame.text for frame in frames], complete and self._away

    def drop_audio(self, response_id: str) -> None:
        """Drop what of a response's sound still waits for a slow client."""
        if not self._line.outbox.waiting:
            return

        def unwanted(text: str) -> bool:
            frame = Frame(text)
            delta = peek(frame) if frame.type in AUDIO_DELTA else None
            return delta is not None and delta.response_id == response_id

        self._line.outbox.drop(unwanted)

    def close(self, code: int, reason: str) -> None:
        """Close the client's connection."""
        self._line.transport.close(code, reason)

    async def wait_closed(self) -> None:
        """Wait until all of its connections are down."""
        await asyncio.gather(*(line.transport.wait_closed() for line in tuple(self._lines)))

    def dismiss(self) -> None:
        """It is over: whoever attends need not wait any more."""
        for event in self._lines.values():
            event.set()

    async def attends(self, client: Transport) -> None:
        """Wait until a connection is no part of this session any more."""
        for line, event in tuple(self._lines.items()):
            if line.transport is client:
                await event.wait()
                self._lines.pop(line, None)

    async def watch(self) -> None:
        """End the session of a client that takes nothing of what waits for it."""
        while True:
            line, taken = self._line, self._line.outbox.taken
            await asyncio.sleep(STALLED)
            if line is self._line and line.outbox.waiting and line.outbox.taken == taken:
                _log.warning("session %s: the client takes nothing of what is sent to it", self._name)
                line.transport.close(1008, "too slow: what was sent to you was not taken")

    def _take(self, client: Transport) -> None:
        outbox = Outbox(client, CLIENT_WAITS, hold=self._hold, release=self._release)
        self._line = Line(
            client,
            outbox,
            self._session.receive_client,
            self._closed,
            perform=self._perform,
            clock=self._clock,
            broken=self._broken,
            binary=self._binary,
            gone=lambda _line: None,
        )
        self._line.shortens(self._session.audio.heard, self._model)
        self._lines[self._line] = asyncio.Event()
        self._away = False
        self.outbox: Outbox | _Absent = outbox

    def _keep(self, frame: Frame, _now: float) -> Outcomes:
        self._wait(frame)
        return ()

    def _wait(self, frame: Frame | None) -> None:
        self._early.append(frame)
        if len(self._early) >= EARLY:
            self._line.transport.pause()

    def _binary(self) -> Outcomes:
        if self.waiting:
            self._wait(None)
            return ()
        return self._session.receive_binary()

    def _closed(self, code: int, reason: str, _now: float) -> Outcomes:
        _log.info("session %s: the client's side is closed with %d %s", self._name, code, reason)
        if code == BROKEN and not self.waiting and self._waits():
            self._leave(self._line)
            return ()
        return self._session.client_closed()

    def _leave(self, line: Line) -> None:
        """Nobody is at the other end of the connection: what is to be said is kept from here on."""
        for text in line.outbox.discard():
            self._missed.take(Frame(text))
        self._away = True
        self.outbox = _Absent(self._missed)
        self._perform(self._session.client_lost(self._clock()))


class _Absent:
    """Takes the place of the outbox of a client that is away."""

    def __init__(self, missed: Missed) -> None:
        self._missed = missed

    def send(self, text: str) -> None:
        self._missed.take(Frame(text))
