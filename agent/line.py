"""Line: one connection with the model. It can be left at any moment, and is not heard any more after that."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeAlias

from agent.core.frames import Frame
from agent.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.handover import Outcomes
    from agent.transports.base import Transport

    Take: TypeAlias = "Callable[[Frame, float], Outcomes]"
    Ended: TypeAlias = "Callable[[int, str, float], Outcomes]"

_log = logging.getLogger(__name__)

# Characters that may wait for a model before its client is held back.
UPSTREAM_WAITS = 1024 * 1024


class Line:
    """A connection, and what waits to be sent on it.

    Args:
        transport: Open, and not started yet.
        take: Takes each of its frames, and tells what is to be done.
        ended: Takes its end, and tells what is to be done.
        perform: Does that.
        clock: Seconds.
        broken: Told of an exception, which is a bug of ours.
        gone: Told when both directions are down, whether it had been left or not.
        hold: Holds the client back, because too much waits here.
        release: Lets the client go on.

    Attributes:
        transport: As handed in.
        outbox: What is sent.
    """

    def __init__(  # noqa: PLR0913  (what a connection joins)
        self,
        transport: Transport,
        take: Take,
        ended: Ended,
        *,
        perform: Callable[[Outcomes], None],
        clock: Callable[[], float],
        broken: Callable[[Exception], None],
        gone: Callable[[Line], None],
        hold: Callable[[], None],
        release: Callable[[], None],
    ) -> None:
        self.transport = transport
        self.outbox = Outbox(transport, UPSTREAM_WAITS, hold=hold, release=release, live_audio=True)
        self._take, self._ended = take, ended
        self._perform, self._clock = perform, clock
        self._broken, self._gone = broken, gone

    def start(self) -> None:
        """Begin to listen."""
        self.transport.start(self._received, room=self.outbox.flush, closed=self._closed)

    def becomes(self, take: Take, ended: Ended) -> None:
        """Someone else takes its frames and its end from now on."""
        self._take, self._ended = take, ended

    def leave(self) -> None:
        """Close it. What it may still send is dropped, and what waits for it too."""
        self.becomes(_nothing, _no_end)
        self.outbox.discard()
        self.transport.close()

    def _received(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            _log.warning("the model sent a binary frame, which the protocol lacks")
            return
        try:
            self._perform(self._take(Frame(message), self._clock()))
        except Exception as error:
            self._broken(error)

    def _closed(self, code: int, reason: str) -> None:
        self._gone(self)
        self.outbox.discard()
        try:
            self._perform(self._ended(code, reason, self._clock()))
        except Exception as error:
            self._broken(error)


def _nothing(_frame: Frame, _now: float) -> Outcomes:
    return ()


def _no_end(_code: int, _reason: str, _now: float) -> Outcomes:
    return ()
