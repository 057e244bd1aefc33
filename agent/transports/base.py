"""Transport: the one interface through which frames come and go."""

from __future__ import annotations

from typing import Protocol


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


class Transport(Protocol):
    """A bidirectional stream of text messages with a close code, as a WebSocket is one."""

    async def receive(self) -> str | bytes:
        """Wait for the next message; bytes is a binary frame, which the Realtime protocol does not have.

        Raises:
            TransportClosed: No message will come any more.
        """
        ...

    async def send(self, text: str) -> None:
        """Send one message; returns when it is buffered, and waits when the other side is slow.

        Raises:
            TransportClosed: It cannot be sent any more.
        """
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close in an orderly way; closing twice is harmless."""
        ...
