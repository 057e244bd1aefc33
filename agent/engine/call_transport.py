"""CallTransport: one session of the engine with a peer that hears and speaks, and any number of controllers.

Events go to all controllers (the peer's data channel and the sidebands) and come from any. Sound does not go as events:
what the model says is played out in real time, and what the peer says becomes the session's input.
"""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.core.frames import Frame, MalformedFrame
from agent.engine.audio import Resampler, float_to_int16
from agent.engine.formats import PCM, AudioFormat, format_of
from agent.engine.parts import WIRE_RATE
from agent.engine.playout import Notice, Playout
from agent.engine.wire_audio import Encoder, decode
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

# A model that runs this far ahead of the loudspeaker (ms) is held back: some 14 MB of sound.
_MOST_AHEAD_MS = 5 * 60_000
# Messages that may wait for the session. Sound beyond it is lost, a controller that sends so many is cut off.
_MOST_SOUND_WAITING, _MOST_WAITING = 256, 4_096


class CallTransport:
    """The session's end of a call; a transport for `SessionDriver`.

    Args:
        new_id: Makes an id of a kind, such as `new_id("event")`.
    """

    def __init__(self, new_id: Callable[[str], str]) -> None:
        self._new_id = new_id
        self._inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._sinks: list[Callable[[str, str], None]] = []
        self._playout = Playout()
        self._room = asyncio.Event()
        self._room.set()
        self._closed: TransportClosed | None = None
        self._ended = asyncio.Event()
        self._session: dict[str, Any] | None = None
        self._interrupts = True
        self._input: AudioFormat = PCM
        self._encoder = Encoder(PCM)
        self._formats: dict[str, tuple[AudioFormat, Resampler]] = {}

    # ── the driver's side ──

    async def receive(self) -> str | bytes:
        """Wait for the next message of a controller, or sound of the peer as an append.

        Raises:
            TransportClosed: The call is over.
        """
        message = await self._inbox.get()
        if message is None or self._closed is not None:
            raise self._closed or TransportClosed()
        return message

    async def send(self, text: str) -> None:
        """Tell the controllers of an event, or play its sound.

        Raises:
            TransportClosed: The call is over.
        """
        if self._closed is not None:
            raise self._closed
        frame = Frame(text)
        kind = frame.type
        if kind == "response.output_audio.delta":
            await self._room.wait()
            self._play(frame.data)
            return
        self._observe(kind, frame)
        self._tell(kind, text)
        if kind == "input_audio_buffer.speech_started" and self._interrupts:
            self._fall_silent()
        elif kind == "response.done":
            self._announce(self._playout.finish(frame.data["response"]["id"]))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the call; closing twice is harmless."""
        self.hang_up(code, reason)

    def hang_up(self, code: int, reason: str) -> None:
        """End the call from outside; the session then sees a closed transport."""
        if self._closed is None:
            self._closed = TransportClosed(code, reason)
            self._inbox.put_nowait(None)
            self._room.set()
            self._ended.set()

    async def ended(self) -> TransportClosed:
        """Wait for the end of the call."""
        await self._ended.wait()
        return self._closed or TransportClosed()

    # ── the controllers' side ──

    def attach(self, sink: Callable[[str, str], None], *, greet: bool) -> Callable[[], None]:
        """Let a controller listen.

        Args:
            sink: Called with the type and the text of each event.
            greet: Begin with a `session.created` of the session as it stands, for one that joins later.

        Returns:
            Undoes it; undoing twice is harmless.
        """
        if greet and self._session is not None:
            event = {"type": "session.created", "event_id": self._new_id("event"), "session": self._session}
            sink("session.created", Frame.of(event).text)
        self._sinks.append(sink)

        def detach() -> None:
            if sink in self._sinks:
                self._sinks.remove(sink)

        return detach

    def take(self, message: str | bytes) -> None:
        """Take a controller's message."""
        if _asks_for_silence(message):
            self._fall_silent()
        elif self._inbox.qsize() < _MOST_WAITING:
            self._inbox.put_nowait(message)
        else:
            self.hang_up(1008, "too many messages at once")

    # ── the peer's side ──

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take what the peer says: mono samples at `WIRE_RATE`."""
        audio = self._encoder.push(samples)
        if audio and self._inbox.qsize() < _MOST_SOUND_WAITING:
            encoded = base64.b64encode(audio).decode("ascii")
            self._inbox.put_nowait(f'{{"type":"input_audio_buffer.append","audio":"{encoded}"}}')

    def pull(self, count: int) -> NDArray[np.int16]:
        """Give the peer what it is to hear next: exactly so many mono samples at `WIRE_RATE`."""
        samples, notices = self._playout.take(count)
        if self._playout.waiting_ms < _MOST_AHEAD_MS:
            self._room.set()
        self._announce(notices)
        return samples

    # ── common ──

    def _observe(self, kind: str, frame: Frame) -> None:
        if kind in {"session.created", "session.updated"}:
            self._configured(frame.data["session"])
        elif kind == "response.created":
            response = frame.data["response"]
            audio_format = format_of(response["audio"]["output"]["format"])
            self._formats[response["id"]] = audio_format, Resampler(audio_format.rate, WIRE_RATE)
            self._playout.begin(response["id"])
        elif kind == "response.done":
            self._formats.pop(frame.data["response"]["id"], None)

    def _configured(self, session: dict[str, Any]) -> None:
        self._session = session
        detection: dict[str, Any] = session["audio"]["input"]["turn_detection"] or {}
        self._interrupts = detection.get("interrupt_response", True)
        wanted = format_of(session["audio"]["input"]["format"])
        if wanted != self._input:
            self._input, self._encoder = wanted, Encoder(wanted)

    def _play(self, delta: dict[str, Any]) -> None:
        known = self._formats.get(delta["response_id"])
        if known is None:
            return  # of a response that nobody was told of, or that is over: faults may lose and delay what says so
        audio_format, resampler = known
        audio = base64.b64decode(delta["delta"])
        if audio_format == PCM:
            samples = np.frombuffer(audio, "<i2").astype(np.int16, copy=False)
        else:
            samples = float_to_int16(resampler.push(decode(audio, audio_format)))
        self._playout.add(delta["response_id"], delta["item_id"], delta["content_index"], samples)
        if self._playout.waiting_ms >= _MOST_AHEAD_MS:
            self._room.clear()

    def _fall_silent(self) -> None:
        notices, cuts = self._playout.clear()
        self._room.set()
        self._announce(notices)
        for cut in cuts:
            self._inbox.put_nowait(
                Frame.of(
                    {
                        "type": "conversation.item.truncate",
                        "item_id": cut.item_id,
                        "content_index": cut.content_index,
                        "audio_end_ms": cut.played_ms,
                    }
                ).text
            )

    def _announce(self, notices: list[Notice]) -> None:
        for notice in notices:
            kind = f"output_audio_buffer.{notice.kind}"
            event = {"type": kind, "event_id": self._new_id("event"), "response_id": notice.response_id}
            self._tell(kind, Frame.of(event).text)

    def _tell(self, kind: str, text: str) -> None:
        for sink in tuple(self._sinks):
            sink(kind, text)


def _asks_for_silence(message: str | bytes) -> bool:
    try:
        return isinstance(message, str) and Frame(message).type == "output_audio_buffer.clear"
    except MalformedFrame:
        return False  # the session says what is wrong with it
