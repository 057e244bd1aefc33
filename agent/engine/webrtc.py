"""WebRTC: a peer on the other end of a call. Opus in and out, and the data channel; the rest is `CallTransport`'s."""

from __future__ import annotations

import asyncio
import fractions
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from aiortc import (
    InvalidStateError,
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from agent.engine.audio import Resampler, float_to_int16, pcm16_to_float
from agent.engine.parts import WIRE_RATE
from agent.engine.wire_errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from agent.engine.call_transport import CallTransport
    from agent.engine.channel import Channel

FRAME_MS = 20
FRAME_SAMPLES = WIRE_RATE * FRAME_MS // 1000
# Beyond this the peer does not read its events any more, and the call is given up. Bytes.
_MOST_BUFFERED = 8 * 2**20
# A browser's offer has some hundred lines and a dozen candidates. aiortc takes a time that grows with the square of
# either, in which nobody's sound is moved: seconds where they are thousands.
_MOST_LINES, _MOST_CANDIDATES = 500, 100
_NEXT_FRAME = fractions.Fraction(1, WIRE_RATE)


class Loudspeaker(MediaStreamTrack):
    """What the peer hears: the call's sound in real time, silence between the answers.

    Args:
        pull: Gives so many samples at `WIRE_RATE`; the encoder brings them to Opus's 48 kHz.
    """

    kind = "audio"

    def __init__(self, pull: Callable[[int], NDArray[np.int16]]) -> None:
        super().__init__()
        self._pull = pull
        self._start: float | None = None
        self._samples = 0

    async def recv(self) -> AudioFrame:
        """The next 20 ms, when they are due."""
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        self._start = loop.time() if self._start is None else self._start
        due = self._start + self._samples / WIRE_RATE
        if (wait := due - loop.time()) > 0:
            await asyncio.sleep(wait)
        frame = AudioFrame.from_ndarray(self._pull(FRAME_SAMPLES).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = WIRE_RATE
        frame.pts, frame.time_base = self._samples, _NEXT_FRAME
        self._samples += FRAME_SAMPLES
        return frame


class Peer:
    """One peer connection.

    Args:
        call: The call that it speaks in.
        channel: What goes over its data channel, and how.
    """

    def __init__(self, call: CallTransport, channel: Channel) -> None:
        self._call = call
        self._channel = channel
        # Without this aiortc would ask a public STUN server; a service's own address is reachable, or it is none.
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._loudspeaker = Loudspeaker(call.pull)
        self._hearing: set[asyncio.Task[None]] = set()
        self.connected = asyncio.Event()

    async def answer(self, offer: str) -> str:
        """Answer an offer.

        Args:
            offer: The peer's SDP.

        Returns:
            Ours, with all candidates in it.

        Raises:
            WireError: It is no offer that can be answered.
        """
        connection = self._connection
        connection.on("track", self._listen)
        connection.on("datachannel", self._open)
        connection.on("connectionstatechange", self._changed)
        if "m=audio" not in offer:
            raise invalid("sdp", "Invalid SDP offer: it offers no audio.")
        if len(offer.splitlines()) > _MOST_LINES or offer.count("a=candidate:") > _MOST_CANDIDATES:
            most = f"{_MOST_LINES} lines and {_MOST_CANDIDATES} candidates"
            raise invalid("sdp", f"Invalid SDP offer: it is too long: it may have {most}.")
        try:
            await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            connection.addTrack(self._loudspeaker)
            await connection.setLocalDescription(await connection.createAnswer())
        except (ValueError, InvalidStateError, AssertionError, KeyError, IndexError, AttributeError) as error:
            # aiortc's parser is written for what browsers send and says what it does not like in many ways.
            raise invalid("sdp", f"Invalid SDP offer: {error or type(error).__name__}.") from None
        return connection.localDescription.sdp

    async def close(self) -> None:
        """Hang up."""
        for task in self._hearing:
            task.cancel()
        await asyncio.gather(*self._hearing, return_exceptions=True)
        await self._connection.close()

    def _open(self, channel: RTCDataChannel) -> None:
        # Whatever its label is: `oai-events` by convention, but the services take any.
        def send(text: str) -> None:
            if channel.readyState != "open":
                return
            if channel.bufferedAmount > _MOST_BUFFERED:
                self._over(1008, "the data channel is not read")
                return
            channel.send(text)

        channel.on("message", self._receive)
        channel.on("close", lambda: self._over(1000, "the peer hung up"))
        self._channel.opened(send)

    def _receive(self, message: str | bytes) -> None:
        event = self._channel.received(message)
        if event is not None:
            self._call.take(event)

    def _listen(self, track: MediaStreamTrack) -> None:
        if track.kind != "audio":
            return
        task = asyncio.get_running_loop().create_task(self._hear(track))
        self._hearing.add(task)
        task.add_done_callback(self._hearing.discard)

    async def _hear(self, track: MediaStreamTrack) -> None:
        rate, resampler = 0, Resampler(WIRE_RATE, WIRE_RATE)
        try:
            while True:
                frame = cast("AudioFrame", await cast("Any", track).recv())
                if frame.sample_rate != rate:
                    rate, resampler = frame.sample_rate, Resampler(frame.sample_rate, WIRE_RATE)
                self._call.hear(float_to_int16(resampler.push(_mono(frame))))
        except MediaStreamError:
            return

    def _changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected":
            self.connected.set()
        elif state in {"failed", "closed"}:
            self._over(1006 if state == "failed" else 1000, f"the peer connection has {state}")

    def _over(self, code: int, reason: str) -> None:
        self._call.hang_up(code, reason)


def _mono(frame: AudioFrame) -> NDArray[np.float32]:
    """A decoded frame as one channel of floats."""
    samples = frame.to_ndarray()
    interleaved = pcm16_to_float(samples.astype("<i2", copy=False).tobytes())
    return interleaved.reshape(-1, frame.layout.nb_channels).mean(axis=1, dtype=np.float32)
