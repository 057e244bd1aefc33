"""Line: one connection, the client's or one with the model. Once it is left, it is not heard any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from agent.core.frames import Frame
from agent.transports.base import Nowhere, never

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.handover import Outcomes
    from agent.outbox import Outbox
    from agent.transports.base import Onward, Transport

    Take: TypeAlias = "Callable[[Frame, float], Outcomes]"
    Ended: TypeAlias = "Callable[[int, str, float], Outcomes]"


class Line:
    """A connection, and what waits to be sent on it.

    Args:
        transport: Open, and not started yet.
        outbox: What is sent on it.
        take: Takes each of its frames, and tells what is to be done.
        ended: Takes its end, and tells what is to be done.
        perform: Does that.
        clock: Seconds.
        broken: Told of an exception, which is a bug of ours.
        binary: Called for a binary frame, which the protocol does not have; tells what is to be done.
        gone: Told when both directions are down, whether it had been left or not.

    Attributes:
        transport: As handed in.
        outbox: As handed in.
    """

    def __init__(  # noqa: PLR0913  (what a connection joins)
        self,
        transport: Transport,
        outbox: Outbox,
        take: Take,
        ended: Ended,
        *,
        perform: Callable[[Outcomes], None],
        clock: Callable[[], float],
        broken: Callable[[Exception], None],
        binary: Callable[[], Outcomes],
        gone: Callable[[Line], None],
    ) -> None:
        self.transport = transport
        self.outbox = outbox
        self._take, self._ended = take, ended
        self._perform, self._clock = perform, clock
        self._broken, self._binary, self._gone = broken, binary, gone

    def start(self) -> None:
        """Begin to listen."""
        self.transport.start(self._received, room=self.outbox.flush, closed=self._closed)

    def becomes(self, take: Take, ended: Ended) -> None:
        """Someone else takes its frames and its end from now on."""
        self._take, self._ended = take, ended
        self.transport.shorten(never, _NOWHERE)

    def shortens(self, passes: Callable[[str], bool], onward: Onward) -> None:
        """Some of its frames need not be taken; see `Transport.shorten`."""
        self.transport.shorten(passes, onward)

    def leave(self, code: int = 1000, reason: str = "") -> None:
        """Close it. What it may still send is dropped, and what waits for it too."""
        self.becomes(_nothing, _no_end)
        self._binary = _silence
        self.outbox.discard()
        self.transport.resume()  # what is held back must not keep the end from being seen
        self.transport.close(code, reason)

    def _received(self, message: str | bytes) -> None:
        try:
            if isinstance(message, bytes):
                self._perform(self._binary())
            else:
                self._perform(self._take(Frame(message), self._clock()))
        except Exception as error:
            self._broken(error)

    def _closed(self, code: int, reason: str) -> None:
        self._gone(self)
        try:
            self._perform(self._ended(code, reason, self._clock()))
        except Exception as error:
            self._broken(error)
        finally:
            self.outbox.discard()  # not before: whoever may be back is told then what still waited


_NOWHERE = Nowhere()


def _nothing(_frame: Frame, _now: float) -> Outcomes:
    return ()


def _silence() -> Outcomes:
    return ()


def _no_end(_code: int, _reason: str, _now: float) -> Outcomes:
    return ()
