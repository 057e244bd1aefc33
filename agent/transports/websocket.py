"""A WebSocket as a transport, either side of it, on picows: a frame costs a few microseconds and no task."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from picows import WSCloseCode, WSListener, WSMsgType, WSProtocolError

from agent.transports.base import Nowhere, never

if TYPE_CHECKING:
    from collections.abc import Callable

    from picows import WSFrame, WSTransport

    from agent.transports.base import Onward

# RFC 6455, section 5.5: a control frame carries at most 125 bytes, two of which are the code.
MAX_REASON_BYTES = 123

# Seconds of silence before a ping, and after it before its sender is given up.
HEARTBEAT = 20.0
# Seconds that the other side gets to answer a close frame.
CLOSE_TIME = 2.0
# What arrived before `start` and waits; no more can come once this many messages do, because reading is paused.
_EARLY = 8

_CONTINUATION, _TEXT, _BINARY = WSMsgType.CONTINUATION, WSMsgType.TEXT, WSMsgType.BINARY
# RFC 6455, section 7.4.1: codes that stand for the lack of one and are never sent.
_UNSENDABLE = frozenset({1005, 1006, 1015})


class _Send(Protocol):
    def __call__(self, text: str) -> None: ...


class WebSocketTransport(WSListener):
    """Moves text frames over a WebSocket that picows drives; hand it to picows as the connection's listener.

    Args:
        max_message: Bytes of the largest message that is taken; a larger one closes the socket with 1009.

    Attributes:
        send: Sends one text frame; before the handshake and after the end it is dropped.
        full: Whether what was sent waits because the other side is slow.
        crowded: Called when that becomes true; whoever wants to know sets it.
    """

    # Fifty frames a second in each direction find what they need of a socket within a few lines of the cache.
    __slots__ = (
        "_closed", "_down", "_early", "_end", "_hurry", "_max_message", "_onward", "_ours", "_parts", "_parts_type",
        "_passes", "_paused", "_pinged", "_received", "_room", "_wire", "crowded", "full", "send",
    )  # fmt: skip

    def __init__(self, max_message: int) -> None:
        super().__init__()
        self.send: _Send = _dropped
        self._passes: Callable[[str], bool] = never
        self._onward: Onward = Nowhere()
        self._max_message = max_message
        self._wire: WSTransport | None = None
        self._received: Callable[[str | bytes], None] = self._keep
        self._room: Callable[[], None] | None = None
        self._closed: Callable[[int, str], None] | None = None
        self._early: list[str | bytes] = []
        self._parts = bytearray()
        self._parts_type = _TEXT
        self._paused = False
        self._pinged: bytes | None = None
        self._end: tuple[int, str] | None = None
        self._ours = False
        self._down = asyncio.Event()
        self._hurry: asyncio.TimerHandle | None = None
        self.full = False
        self.crowded: Callable[[], None] = _unwatched

    @property
    def connected(self) -> bool:
        """Whether the handshake has been done."""
        return self._wire is not None

    def start(
        self,
        received: Callable[[str | bytes], None],
        *,
        room: Callable[[], None],
        closed: Callable[[int, str], None],
    ) -> None:
        """Begin to deliver; see `Transport.start`."""
        self._received, self._room, self._closed = received, room, closed
        early, self._early = self._early, []
        for message in early:
            received(message)
        if self._down.is_set():
            self._tell()
        else:
            self.resume()

    def shorten(self, passes: Callable[[str], bool], onward: Onward) -> None:
        """Some texts need not be received; see `Transport.shorten`."""
        self._passes, self._onward = passes, onward

    def pause(self) -> None:
        """Read nothing for now; once it is being closed, the answer to that has to be read."""
        if not self._paused and self._end is None and self._wire is not None and not self._wire.is_disconnected:
            self._paused = True
            self._wire.underlying_transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._paused and self._wire is not None and not self._wire.is_disconnected:
            self._paused = False
            self._wire.underlying_transport.resume_reading()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Send a close frame with as much of the reason as fits, and wait shortly for the other side's."""
        if self._end is not None:
            return
        self._end, self._ours = (code, reason), True
        self.send = _dropped
        if self._wire is None:
            return  # whoever dialled has given up; should it open all the same, it is closed at once
        self.resume()  # the answer to our close frame has to be read
        if code in _UNSENDABLE:
            self._wire.disconnect(graceful=False)
            return
        self._wire.send_close(_close_code(code), fitting(reason))
        self._hurry = asyncio.get_running_loop().call_later(CLOSE_TIME, self._wire.disconnect, False)

    async def wait_closed(self) -> None:
        """Wait until the socket is down."""
        await self._down.wait()

    # ── what picows tells ──

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._wire = transport
        if self._end is None:
            # Straight into picows: a method of ours in between would be one more call for each frame.
            straight: Any = partial(transport.send, _TEXT)
            self.send = straight
        else:
            transport.disconnect(graceful=False)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame has come."""
        kind = frame.msg_type
        if kind is _TEXT and frame.fin:
            try:
                text = frame.get_payload_as_utf8_text()
            except UnicodeDecodeError:
                raise WSProtocolError(WSCloseCode.INVALID_TEXT, "a text frame is not valid UTF-8") from None
            if self._passes(text):
                self._onward.outbox.send(text)
            else:
                self._received(text)
        elif kind is WSMsgType.CLOSE:
            self._told_end(transport, frame)
        elif kind is _TEXT or kind is _BINARY or kind is _CONTINUATION:
            self._fragment(frame)
        elif kind is WSMsgType.PING:
            self._pinged = frame.get_payload_as_bytes()
            if not self.full:
                self._pong(transport)
        # else a pong that nobody waits for

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is down."""
        self.send = _dropped
        if self._hurry is not None:
            self._hurry.cancel()
        if self._end is None:
            self._end = _sent(transport) or (1006, "")
        self._down.set()
        if self._closed is not None:
            self._tell()

    def pause_writing(self) -> None:
        """The other side is slow."""
        self.full = True
        self.crowded()

    def resume_writing(self) -> None:
        """The other side has caught up."""
        self.full = False
        if self._pinged is not None and self._wire is not None:
            self._pong(self._wire)
        if self._room is not None:
            self._room()

    def _pong(self, transport: WSTransport) -> None:
        # picows would answer every ping at once; but whoever takes none of our answers shall not fill our memory with
        # them. RFC 6455, section 5.5.3: the latest one may be answered for all.
        pinged, self._pinged = self._pinged, None
        transport.send_pong(pinged)

    def _keep(self, message: str | bytes) -> None:
        self._early.append(message)
        if len(self._early) >= _EARLY:
            self.pause()

    def _fragment(self, frame: WSFrame) -> None:
        if frame.msg_type is not _CONTINUATION:
            self._parts, self._parts_type = bytearray(), frame.msg_type
        if len(self._parts) + frame.payload_size > self._max_message:
            raise WSProtocolError(WSCloseCode.MESSAGE_TOO_BIG, f"a message is larger than {self._max_message} bytes")
        # One piece of memory: a list would grow with every fragment, also with an empty one, of which none is too many.
        self._parts += frame.get_payload_as_bytes()
        if frame.fin:
            whole, self._parts = bytes(self._parts), bytearray()
            self._received(_decoded(whole) if self._parts_type is _TEXT else whole)

    def _told_end(self, transport: WSTransport, frame: WSFrame) -> None:
        if not self._ours:
            code = int(frame.get_close_code().value) or 1005
            self._end = (code, frame.get_close_reason() or "")
            self.send = _dropped
            transport.send_close(_close_code(1000 if code in _UNSENDABLE else code))
        transport.disconnect()

    def _tell(self) -> None:
        closed, self._closed = self._closed, None
        if closed is not None and self._end is not None:
            closed(*self._end)


def _unwatched() -> None:
    pass


def _dropped(text: str) -> None:
    del text


def fitting(reason: str) -> bytes:
    """A close reason cut to what a close frame holds, never within a character."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore").encode()


def _close_code(code: int) -> Any:
    # picows passes any number on as it is; its enumeration only names those of the standard.
    try:
        return WSCloseCode(code)
    except ValueError:
        return code


def _decoded(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise WSProtocolError(WSCloseCode.INVALID_TEXT, "a text message is not valid UTF-8") from None


def _sent(transport: WSTransport) -> tuple[int, str] | None:
    """What picows itself closed the socket for: a frame against the protocol, a ping without an answer."""
    handshake: Any = transport.close_handshake  # None before any close frame, whatever the stubs say
    info = handshake and handshake.sent
    if info and info.code is WSCloseCode.GOING_AWAY:
        # Nobody answers its pings any more: that is no orderly end, whatever picows wrote onto the dead wire.
        return 1006, info.reason
    return (int(info.code), info.reason) if info else None
