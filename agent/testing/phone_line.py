"""PhoneLine: one caller's end of a session, on the event loop that the session runs on."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.engine.parts import WIRE_RATE
from agent.testing.loudspeaker import Loudspeaker
from agent.testing.watching import Watching
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.engine.parts import Voice
    from agent.testing.exchange import Exchange
    from agent.transports.stream import Stream

_PIECE = WIRE_RATE // 25  # samples: 40 ms
_BEFORE_S, _AFTER_S = 0.25, 1.5  # silence around what is said aloud; that after it is enough to end a turn
_NOTICED_S = 10.0  # all sound is there at once, so this is only the time of the ears
_TRANSCRIPT_S = 3.0  # a transcript may come so much after the answer, or never, where transcription is off


class PhoneLine:
    """A caller who talks and listens.

    Args:
        transport: The client's end of a session that opted in to our events.
        voice: What the caller speaks with.
        patience_s: How long an answer may take.
    """

    def __init__(self, transport: Stream, voice: Voice, patience_s: float) -> None:
        self._transport = transport
        self._voice = voice
        self._patience_s = patience_s
        self._loop = asyncio.get_running_loop()
        self._speaker = Loudspeaker()
        self._watching = Watching(self._sound, self._broken_into)
        self._changed = asyncio.Event()
        self._reading = self._loop.create_task(self._read())
        self._reports: set[asyncio.Task[None]] = set()
        self.exchanges: list[Exchange] = []
        self.events: list[dict[str, Any]] = []
        self._posted: int | None = None

    async def opened(self) -> None:
        """Wait until the session is open.

        Raises:
            AssertionError: It ended, or nothing came; the text says why.
        """
        await self._until(lambda: self._watching.ready or self._watching.closed is not None, "the session did not open")
        if not self._watching.ready:
            reasons = [str(error.get("message")) for error in self._watching.greeting_errors]
            code, reason = self._watching.closed or (0, "")
            raise AssertionError(f"the session did not open: {'; '.join(reasons) or reason or f'closed with {code}'}")

    async def say(self, exchange: Exchange, *, after_ms: int | None, hears_out: bool) -> None:
        """Say something, and listen.

        Args:
            exchange: What is said, and where to write down what comes of it.
            after_ms: Only once so much of the present answer was heard.
            hears_out: Wait for the answer's end, and hear all of it; else only for its beginning.
        """
        if after_ms is not None:
            await self._heard(after_ms)
        self.exchanges.append(exchange)
        self._watching.begin(exchange)
        if exchange.aloud:
            await self._speak(exchange.words)
            noticed = lambda: self._watching.noticed or self._watching.closed is not None  # noqa: E731
            complaint = "no speech was heard (is the agent's turn detection off?)"
            await self._until(noticed, complaint, within_s=min(_NOTICED_S, self._patience_s))
        else:
            exchange.transcript = exchange.words
            content = [{"type": "input_text", "text": exchange.words}]
            item = {"type": "message", "role": "user", "content": content}
            await self.send({"type": "conversation.item.create", "item": item})
            await self.send({"type": "response.create"})
        begun = lambda: exchange.audio_ms > 0 or self._watching.answered  # noqa: E731
        what = "the answer did not end" if hears_out else "no answer began"
        await self._until((lambda: self._watching.answered) if hears_out else begun, what)
        if hears_out:
            await self._until(lambda: self._watching.written_down, "", within_s=_TRANSCRIPT_S)
            await self._hear_out()

    async def send(self, event: dict[str, Any]) -> None:
        """Send an event as it is; one that comes too late for the session is lost, as it would be."""
        try:
            await self._transport.send(json.dumps(event))
        except TransportClosed as closed:
            self._watching.ended(closed.code, closed.reason)

    async def hang_up(self) -> None:
        """Leave."""
        await self._transport.close()
        for task in (self._reading, *self._reports):
            task.cancel()
        await asyncio.gather(self._reading, *self._reports, return_exceptions=True)

    async def post(self, event: dict[str, Any]) -> None:
        """Send an event whose answer may be waited for: it may come before anybody has begun to."""
        self._posted = len(self.events)
        await self.send(event)

    async def until(self, kind: str) -> dict[str, Any]:
        """Wait for the next event of a type, counted from what was posted last, if that was not waited for yet."""
        seen = len(self.events) if self._posted is None else self._posted
        self._posted = None
        found = lambda: next((each for each in self.events[seen:] if each["type"] == kind), None)  # noqa: E731
        await self._until(lambda: found() is not None or self._watching.closed is not None, f"no {kind} came")
        event = found()
        if event is None:
            raise AssertionError(f"the session ended before {kind} came\n\n{self.tell()}")
        return event

    def tell(self) -> str:
        """The dialogue so far."""
        lines = [line for exchange in self.exchanges for line in exchange.lines()]
        return "\n".join(["the dialogue so far:", *(f"  {line}" for line in lines)])

    async def _read(self) -> None:
        try:
            while True:
                event = json.loads(await self._transport.receive())
                self.events.append(event)
                self._watching.receive(event)
                self._changed.set()
        except TransportClosed as closed:
            self._watching.ended(closed.code, closed.reason)
            self._changed.set()

    async def _until(self, condition: Callable[[], bool], complaint: str, *, within_s: float | None = None) -> None:
        patience_s = within_s or self._patience_s
        try:
            async with asyncio.timeout(patience_s):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            if complaint:
                raise AssertionError(f"{complaint} within {patience_s:g} s\n\n{self.tell()}") from None

    async def _heard(self, after_ms: int) -> None:
        over = lambda: self._watching.answered  # noqa: E731
        await self._until(
            lambda: over() or self._speaker.total_ms() >= after_ms, f"{after_ms} ms of answer did not come"
        )
        if self._speaker.total_ms() < after_ms:
            message = f"the answer is {self._speaker.total_ms()} ms long: nobody can break in after {after_ms} ms of it"
            raise AssertionError(f"{message}\n\n{self.tell()}")
        await asyncio.sleep(max(0, after_ms - self._speaker.heard_ms(self._loop.time())) / 1000)

    async def _speak(self, words: str) -> None:
        spoken = await self._loop.run_in_executor(None, lambda: list(self._voice.speak(words)))
        if not spoken:
            raise AssertionError(f"{words!r} has no words that can be spoken")
        silences = (np.zeros(int(WIRE_RATE * each), np.int16) for each in (_BEFORE_S, _AFTER_S))
        sound = np.concatenate([next(silences), *spoken, next(silences)]).astype("<i2")
        for start in range(0, len(sound), _PIECE):
            audio = base64.b64encode(sound[start : start + _PIECE].tobytes()).decode()
            await self.send({"type": "input_audio_buffer.append", "audio": audio})

    async def _hear_out(self) -> None:
        for item_id, total_ms in self._speaker.clear():
            await self._report(item_id, total_ms, stopped=False)

    def _sound(self, item_id: str, ms: int) -> None:
        self._speaker.queue(item_id, ms, self._loop.time())

    def _broken_into(self) -> None:
        playing = self._speaker.playing(self._loop.time())
        self._speaker.clear()
        if playing is not None:
            task = self._loop.create_task(self._report(*playing, stopped=True))
            self._reports.add(task)
            task.add_done_callback(self._reports.discard)

    async def _report(self, item_id: str, played_ms: int, *, stopped: bool) -> None:
        where = {"item_id": item_id, "content_index": 0, "played_ms": played_ms, "stopped": stopped}
        await self.send({"type": "extension.playback", **where})
