"""Transport: the one interface through which frames come and go.

It pushes: a frame is handed on within the very call in which it was read, and sent within the call that decides to.
A task that waits for each frame, and a lock that keeps its order, would cost more than all the rest of the relay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class TransportClosed(Exception):  # noqa: N818  (an end, not always an error)
    """The other side is gone, or we closed.

    Attributes:
        code: WebSocket close code (RFC 6455, section 7.4); 1006 when there was no close frame.
        reason: The close reason, at most 123 bytes on the wire.
    """

    def __init__(self, code: int = 1006, reason: str = "") -> None:
        super().__init__(f"closed with {code}" + (f": {reason}" if reason else ""))
        self.code = code
        self.reason = reason


class Send(Protocol):
    """Sends one text."""

    def __call__(self, text: str, /) -> None:
        """Send it."""
        ...


class Outlet(Protocol):
    """Where texts leave, in order."""

    @property
    def send(self) -> Send:
        """Sends one text, after all that wait; it may be another function the next time."""
        ...


class Onward(Protocol):
    """The other side of a session, whichever connection it has at present."""

    @property
    def outbox(self) -> Outlet:
        """Where what goes to that side leaves."""
        ...


class Nowhere:
    """No other side: nothing passes."""

    @property
    def outbox(self) -> Outlet:
        """Itself: it drops what it is given."""
        return self

    def send(self, text: str) -> None:
        """Drop it."""


def never(_text: str) -> bool:
    """No text passes."""
    return False


class Transport(Protocol):
    """A bidirectional stream of text messages with a close code, as a WebSocket is one."""

    @property
    def full(self) -> bool:
        """Whether what was sent waits because the other side is slow; more is taken, and waits in our memory.

        A transport may have an attribute `crowded`, which it calls when this becomes true: nobody need ask it then.
        """
        ...

    def start(
        self,
        received: Callable[[str | bytes], None],
        *,
        room: Callable[[], None],
        closed: Callable[[int, str], None],
    ) -> None:
        """Begin to deliver; what came before waits until now.

        Args:
            received: Takes each message in order; bytes is a binary frame, which the Realtime protocol does not have.
            room: Called when `full` has become false again.
            closed: Called once, after the last message, with the close code and the reason.
        """
        ...

    def send(self, text: str) -> None:
        """Send one message, or keep it until the other side takes it; after the end it is dropped."""
        ...

    def shorten(self, passes: Callable[[str], bool], onward: Onward) -> None:
        """Some texts need not be received; a transport whose messages are few may ignore this and deliver them all.

        Args:
            passes: Tells whether a text goes on as it is, and that is all there is to do about it; asked once of each.
            onward: Where to.
        """
        ...

    def pause(self) -> None:
        """Deliver nothing for now, so that the other side is slowed down; a few messages may still come."""
        ...

    def resume(self) -> None:
        """Deliver again."""
        ...

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close in an orderly way; closing twice is harmless. `closed` is called when it is done."""
        ...

    async def wait_closed(self) -> None:
        """Wait until both directions are down."""
        ...


def outlet(transport: Transport) -> Transport:
    """Where what is sent by a transport leaves: one that only watches what comes has an `inner` one for the rest."""
    return getattr(transport, "inner", transport)


class Pull(Protocol):
    """An end that is waited on; `Stream` makes one of a transport, `Pushed` a transport of one."""

    async def receive(self) -> str | bytes:
        """Wait for the next message.

        Raises:
            TransportClosed: No message will come any more.
        """
        ...

    async def send(self, text: str) -> None:
        """Send one message, and wait while the other side is slow.

        Raises:
            TransportClosed: It cannot be sent any more.
        """
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close in an orderly way; closing twice is harmless."""
        ...
