"""SessionDriver: carries out the effects of one session, on one transport, with the engine's models."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from agent.core.frames import Frame
from agent.engine.effects import (
    Abandon,
    Close,
    DropTranscription,
    Effect,
    ForgetHearing,
    Hear,
    Send,
    Speak,
    Think,
    Transcribe,
)
from agent.engine.fault_run import FailResponse
from agent.engine.parts import ReasonerError
from agent.engine.speaker import Speaker
from agent.engine.wire_audio import Listener, to_hearing
from agent.engine.wire_errors import EventRefused
from agent.engine.workers import AHEAD, URGENT
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Sequence

    from agent.engine.face import Face
    from agent.engine.fault_run import Passed, SessionFaults
    from agent.engine.parts import Ears, Reasoner, Voice
    from agent.engine.protocol import EngineSession
    from agent.engine.workers import Workers
    from agent.transports.base import Pull

_log = logging.getLogger(__name__)

# Events that may wait for a slow client before the models that make more of them are held back: some 10 s of audio.
_MOST_WAITING = 64
# The client's own messages are read on beyond that, or nobody could interrupt a long answer; but not for ever from a
# client that sends and never reads.
_MOST_UNREAD = 1_024
# Voice activity costs 0.1 to 0.25 ms a frame: this much (256 ms of sound) is cheaper done than sent to a thread.
_INLINE_MS = 256
_SLICE_MS = 1_000


@dataclass(frozen=True, slots=True)
class Models:
    """What all sessions of an engine share.

    Attributes:
        ears: Speech to text and voice activity.
        voice: Text to speech.
        reasoner: What answers.
        hearing: Threads for the ears.
        speaking: Threads for the voice.
        paced: Speak in real time instead of as fast as possible.
    """

    ears: Ears
    voice: Voice
    reasoner: Reasoner
    hearing: Workers
    speaking: Workers
    paced: bool


class SessionDriver:
    """One session under way.

    Args:
        session: The protocol's side of it.
        transport: The client.
        models: What does the work.
        face: The client's dialect.
        faults: What is to go wrong, if anything.
    """

    def __init__(
        self,
        session: EngineSession,
        transport: Pull,
        models: Models,
        face: Face,
        faults: SessionFaults | None = None,
    ) -> None:
        self._session = session
        self._transport = transport
        self._models = models
        self._face = face
        self._faults = faults
        self._loop = asyncio.get_running_loop()
        self._listener = Listener(models.ears.listener())
        self._outgoing: deque[Send | Close] = deque()
        self._to_fail: deque[FailResponse] = deque()
        self._something_to_send = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._is_reading = asyncio.Event()
        self._is_reading.set()
        self._to_hear: deque[Hear | ForgetHearing] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._transcribing: dict[str, asyncio.Task[None]] = {}
        self._working: dict[str, list[asyncio.Task[None]]] = {}
        self._speakers: dict[str, Speaker] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._deadline: float | None = None

    async def run(self) -> None:
        """Drive the session until either side closes it; nothing of it is left running afterwards."""
        writer, reader = self._start(self._write()), self._start(self._read())
        self._carry_out(self._session.open())
        code, reason = 1000, ""
        try:
            await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
            for task in (writer, reader):
                if task.done() and (error := task.exception()) is not None:
                    _log.error("a session of the engine broke down", exc_info=error)
                    code, reason = 1011, "internal error"
        finally:
            if self._timer is not None:
                self._timer.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._transport.close(code, reason)

    async def _read(self) -> None:
        try:
            while True:
                await self._is_reading.wait()
                message = await self._transport.receive()
                await self._stalled()
                self._receive(message)
                await self._listen()
        except TransportClosed:
            return

    def _receive(self, message: str | bytes) -> None:
        now = self._loop.time()
        try:
            message = self._face.inward(message)
            if self._faults is not None:
                self._faults.incoming(message)
        except EventRefused as refused:
            self._carry_out(self._session.refuse(refused, now))
        else:
            self._carry_out(self._session.receive(message, now))

    async def _stalled(self) -> None:
        if self._faults is not None:
            await asyncio.sleep(max(0.0, self._faults.reads_from - self._loop.time()))

    async def _write(self) -> None:
        try:
            while True:
                await self._something_to_send.wait()
                while self._outgoing:
                    effect = self._outgoing.popleft()
                    if isinstance(effect, Close):
                        await self._transport.close(effect.code, effect.reason)
                        return
                    await self._transport.send(Frame.of(effect.event).text)
                    if len(self._outgoing) < _MOST_WAITING:
                        self._room.set()
                        self._is_reading.set()
                self._something_to_send.clear()
        except TransportClosed:
            return

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send() | Close() if self._faults is not None:
                    self._post(self._faults.outgoing(effect, self._loop.time()))
                case Send() | Close():
                    self._post((effect,))
                case Hear() | ForgetHearing():
                    self._to_hear.append(effect)
                case _:
                    self._begin_or_stop(effect)
        if len(self._outgoing) >= _MOST_WAITING:
            self._room.clear()
        if len(self._outgoing) >= _MOST_UNREAD:
            self._is_reading.clear()
        self._set_timer()
        while self._to_fail:
            failure = self._to_fail.popleft()
            self._fail(failure.response_id, failure.code, failure.message)

    def _post(self, effects: Sequence[Passed]) -> None:
        for effect in effects:
            match effect:
                case Send(event):
                    self._outgoing.extend(Send(shown) for shown in self._face.outward(event))
                case Close():
                    self._outgoing.append(effect)
                case FailResponse():
                    # Only after what the session decided in the same step: it may just have asked for that response.
                    self._to_fail.append(effect)
        self._something_to_send.set()

    def _begin_or_stop(self, effect: Transcribe | DropTranscription | Think | Speak | Abandon) -> None:
        match effect:
            case Transcribe():
                self._stop_transcribing(effect.item_id)
                self._transcribing[effect.item_id] = self._start(self._transcribe(effect))
            case DropTranscription():
                self._stop_transcribing(effect.item_id)
            case Think():
                self._work(effect.response_id, self._think(effect))
            case Speak():
                self._speaker(effect.response_id).say(effect)
            case Abandon():
                self._speakers.pop(effect.response_id, None)
                for task in self._working.pop(effect.response_id, ()):
                    task.cancel()

    def _set_timer(self) -> None:
        deadline = self._session.next_deadline()
        if self._faults is not None and (held := self._faults.next_deadline()) is not None:
            deadline = min(deadline, held)
        if deadline != self._deadline:
            self._deadline = deadline
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(deadline, self._on_timer)

    def _on_timer(self) -> None:
        # A loop may fire a little early: then the deadline is still ahead, and is set once more.
        self._deadline = None
        now = self._loop.time()
        if self._faults is not None:
            self._post(self._faults.due(now))
        self._carry_out(self._session.handle_timer(now))

    async def _listen(self) -> None:
        while self._to_hear:
            effect = self._to_hear.popleft()
            if isinstance(effect, ForgetHearing):
                self._listener.reset()
                continue
            size = _SLICE_MS * effect.format.bytes_per_ms
            for start in range(0, len(effect.audio), size):
                await self._is_reading.wait()
                await self._listen_to(Hear(effect.audio[start : start + size], effect.format))

    async def _listen_to(self, effect: Hear) -> None:
        try:
            if effect.format.ms(len(effect.audio)) <= _INLINE_MS:
                probabilities = self._listener.feed(effect.audio, effect.format)
            else:
                feed = self._listener.feed
                probabilities = await self._models.hearing.run(URGENT, feed, effect.audio, effect.format)
        except Exception:
            _log.exception("voice activity detection failed")
            message = "The engine could not listen to a stretch of audio; it was skipped."
            self._carry_out(self._session.trouble("voice_activity_failed", message, self._loop.time()))
            return
        self._carry_out(self._session.heard(probabilities, self._loop.time()))

    async def _transcribe(self, effect: Transcribe) -> None:
        key = effect.item_id, effect.revision
        try:
            text = await self._models.hearing.run(URGENT if effect.urgent else AHEAD, self._write_down, effect)
        except Exception:
            _log.exception("speech to text failed")
            message = "The audio could not be transcribed."
            effects = self._session.transcription_failed(*key, message, self._loop.time())
        else:
            effects = self._session.transcribed(*key, text, self._loop.time())
        if self._transcribing.get(effect.item_id) is asyncio.current_task():
            del self._transcribing[effect.item_id]
        self._carry_out(effects)

    def _write_down(self, effect: Transcribe) -> str:
        return self._models.ears.transcribe(to_hearing(effect.audio, effect.format)).strip()

    def _stop_transcribing(self, item_id: str) -> None:
        task = self._transcribing.pop(item_id, None)
        if task is not None:
            task.cancel()

    async def _think(self, effect: Think) -> None:
        response_id = effect.response_id
        try:
            # Closing the iterator is how a reasoner is told to stop; generators are what all of them return.
            answer = cast("AsyncGenerator[Any, None]", self._models.reasoner.respond(effect.thought))
            async with aclosing(answer) as pieces:
                async for piece in pieces:
                    self._carry_out(self._session.thought(response_id, piece, self._loop.time()))
                    await self._room.wait()
        except ReasonerError as error:
            self._fail(response_id, "reasoner_failed", str(error))
        except Exception:
            _log.exception("the reasoner failed")
            self._fail(response_id, "reasoner_failed", "The reasoner failed; the server's log says why.")
        else:
            self._carry_out(self._session.thought_finished(response_id, self._loop.time()))

    def _speaker(self, response_id: str) -> Speaker:
        speaker = self._speakers.get(response_id)
        if speaker is None:

            async def spoken(segment: int, audio: bytes) -> None:
                await self._room.wait()
                self._carry_out(self._session.spoken(response_id, segment, audio, self._loop.time()))

            def finished(segment: int) -> None:
                self._carry_out(self._session.segment_finished(response_id, segment, self._loop.time()))

            models = self._models
            speaker = Speaker(models.voice, models.speaking, paced=models.paced, spoken=spoken, finished=finished)
            self._speakers[response_id] = speaker
            self._work(response_id, self._speak(response_id, speaker))
        return speaker

    async def _speak(self, response_id: str, speaker: Speaker) -> None:
        try:
            await speaker.run()
        except Exception:
            _log.exception("text to speech failed")
            self._fail(response_id, "speech_synthesis_failed", "The answer could not be spoken.")

    def _fail(self, response_id: str, code: str, message: str) -> None:
        self._carry_out(self._session.failed(response_id, code, message, self._loop.time()))

    def _work(self, response_id: str, coroutine: Coroutine[Any, Any, None]) -> None:
        self._working.setdefault(response_id, []).append(self._start(coroutine))

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
