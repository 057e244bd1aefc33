"""Asking: one turn of conversation, as a client of the relay sees it; `vocative ask` prints what comes of it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.errors import InputError, ModelError
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agent.transports.stream import Stream

RATE = 24_000  # Hz, the wire's
CHUNK_MS = 40
# Speech up to this long is sent at the pace of speech, so that turn taking and latencies are those of a call; what is
# longer is handed over at once and committed as one turn.
PACED_SECONDS = 60
PATIENCE = 60.0  # seconds without any event before the model is given up
LISTEN_AFTER = 4.0  # seconds of silence after the recording in which speech must have been noticed
TICK = 0.5  # seconds between two looks at how long nothing has come
_UNATTENDED = "one question was asked from a terminal, where nobody can approve anything"
TRANSCRIPT_TIME = 5.0  # seconds that a transcript may come after the answer


@dataclass(slots=True)
class Turn:
    """What came of a question.

    Attributes:
        transcript: The question, as it was heard or typed.
        answer: What was said in return.
        tool_calls: `{name, arguments, duration_ms}` of each call, in order.
        citations: Where the answer stands.
        timings_ms: Latencies by name.
        audio: The spoken answer: mono PCM16 at 24 kHz.
    """

    transcript: str = ""
    answer: str = ""
    tool_calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    citations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    timings_ms: dict[str, int] = field(default_factory=dict[str, int])
    audio: bytes = b""

    def as_json(self) -> dict[str, Any]:
        """Everything but the sound."""
        return {
            "transcript": self.transcript,
            "answer": self.answer,
            "tool_calls": self.tool_calls,
            "citations": self.citations,
            "timings_ms": self.timings_ms,
        }


async def ask_text(client: Stream, question: str) -> Turn:
    """Ask in writing.

    Args:
        client: The client's end of a session that opted in to our events.
        question: The question.

    Raises:
        ModelError: No answer came; the text says why.
    """
    asking = _Asking(client)
    asking.turn.transcript = question
    await asking.until_open()
    content = [{"type": "input_text", "text": question}]
    await asking.send(
        {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}}
    )
    await asking.send({"type": "response.create"})
    asking.asked_at = time.monotonic()
    asking.over()
    return await asking.answered()


async def ask_aloud(client: Stream, speech: NDArray[np.int16]) -> Turn:
    """Ask aloud.

    Args:
        client: The client's end of a session that opted in to our events.
        speech: The question: mono samples at 24 kHz.

    Raises:
        InputError: There is no speech in it.
        ModelError: No answer came; the text says why.
    """
    asking = _Asking(client)
    await asking.until_open()
    if len(speech) > PACED_SECONDS * RATE:
        await asking.hand_over(speech)
        return await asking.answered()
    speaking = asyncio.create_task(asking.speak(speech))
    try:
        return await asking.answered()
    finally:
        speaking.cancel()
        # Where the session ended in mid-speech, what was received last says why, and not that it could not be sent to.
        await asyncio.gather(speaking, return_exceptions=True)


class _Asking:
    """One turn under way."""

    def __init__(self, client: Stream) -> None:
        self.turn = Turn()
        self.asked_at: float | None = None
        self._said_all_at: float | None = None
        self._last_event = time.monotonic()
        self._client = client
        self._audio = bytearray()
        self._unheard: set[str] = set()
        self._spoken: dict[str, str] = {}
        self._user_speaks = False
        self._answered = False
        self._started = time.monotonic()
        self._calls: dict[str, dict[str, Any]] = {}
        self._readers = {
            "input_audio_buffer.speech_started": self._speech_started,
            "input_audio_buffer.speech_stopped": self._speech_stopped,
            "input_audio_buffer.committed": self._committed,
            "conversation.item.input_audio_transcription.completed": self._transcribed,
            "conversation.item.input_audio_transcription.failed": self._transcribed,
            "response.output_audio.delta": self._heard,
            "response.output_audio_transcript.done": self._said,
            "response.output_text.done": self._said,
            "response.created": self._response_created,
            "response.done": self._response_done,
            "extension.call.started": self._called,
            "extension.call.finished": self._call_finished,
            "extension.citations": self._cited,
        }
        self._beside: set[str] = set()

    async def send(self, event: dict[str, Any]) -> None:
        try:
            await self._client.send(json.dumps(event))
        except TransportClosed as closed:
            raise _ended(closed) from None

    def over(self) -> None:
        """All of the question has been said."""
        if self._said_all_at is None:
            self._said_all_at = time.monotonic()

    async def until_open(self) -> None:
        while (await self._next())["type"] != "extension.ready":
            pass
        self._time("session_open", self._started)

    async def hand_over(self, speech: NDArray[np.int16]) -> None:
        detection = {"audio": {"input": {"turn_detection": None}}}
        await self.send({"type": "session.update", "session": {"type": "realtime", **detection}})
        for start in range(0, len(speech), RATE):
            await self._append(speech[start : start + RATE])
        await self.send({"type": "input_audio_buffer.commit"})
        await self.send({"type": "response.create"})
        self.asked_at = time.monotonic()
        self.over()

    async def speak(self, speech: NDArray[np.int16]) -> None:
        step = RATE * CHUNK_MS // 1000
        began = time.monotonic()
        end = _last_voiced(speech)
        silence = np.zeros(step, np.int16)
        for number in range((len(speech) + RATE * int(LISTEN_AFTER)) // step + 1):
            piece = speech[number * step : (number + 1) * step]
            await self._append(piece if len(piece) else silence)
            if self.asked_at is None and (number + 1) * step >= end:
                # The moment at which the last voiced sample was spoken, not the one at which its chunk was sent.
                self.asked_at = began + end / RATE
            if (number + 1) * step >= len(speech):
                self.over()
            await asyncio.sleep(began + (number + 1) * CHUNK_MS / 1000 - time.monotonic())

    async def answered(self) -> Turn:
        while not self._complete():
            try:
                async with asyncio.timeout(TICK):
                    event = await self._next()
            except TimeoutError:
                if self._given_up():
                    break
            else:
                self._last_event = time.monotonic()
                if event["type"] == "extension.tool.approval_requested":
                    # There is nobody to ask; left alone, the call would keep the answer waiting until it expires.
                    fields = {"call_id": event["call_id"], "decision": "deny", "reason": _UNATTENDED}
                    await self.send({"type": "extension.tool.approval", **fields})
                self._take(event)
        self.turn.transcript = self.turn.transcript or " ".join(filter(None, self._spoken.values()))
        self.turn.audio = bytes(self._audio)
        self._time("total", self._started)
        return self.turn

    def _given_up(self) -> bool:
        """Whether to go without what has not come; raises where there is nothing to go with."""
        quiet = time.monotonic() - max(self._last_event, self._said_all_at or self._started)
        if self._answered:
            return quiet > TRANSCRIPT_TIME
        if self._said_all_at is not None and not self._awaits_answer() and quiet > LISTEN_AFTER:
            raise InputError("no speech was heard in the recording: is it silent, or too quiet?")
        if quiet > PATIENCE:
            raise ModelError(f"the model said nothing for {PATIENCE:g} s")
        return False

    def _awaits_answer(self) -> bool:
        return bool(self.turn.transcript or self._spoken or self._unheard or self._user_speaks)

    def _complete(self) -> bool:
        return self._answered and self._said_all_at is not None and not self._unheard and not self._user_speaks

    async def _append(self, samples: NDArray[np.int16]) -> None:
        audio = base64.b64encode(samples.astype("<i2").tobytes()).decode()
        await self.send({"type": "input_audio_buffer.append", "audio": audio})

    async def _next(self) -> dict[str, Any]:
        try:
            event: dict[str, Any] = json.loads(await self._client.receive())
        except TransportClosed as closed:
            raise _ended(closed) from None
        if event["type"] == "error":
            raise ModelError(event["error"]["message"])
        return event

    def _take(self, event: dict[str, Any]) -> None:
        reader = self._readers.get(event["type"])
        if reader is not None:
            reader(event)

    def _speech_started(self, _event: dict[str, Any]) -> None:
        # A pause within the question ended a turn too early: what was answered so far is not the answer.
        self._user_speaks, self._answered = True, False
        self.turn.answer = ""
        self._audio.clear()

    def _speech_stopped(self, _event: dict[str, Any]) -> None:
        self._user_speaks = False

    def _committed(self, event: dict[str, Any]) -> None:
        self._unheard.add(event["item_id"])
        self._spoken[event["item_id"]] = ""

    def _transcribed(self, event: dict[str, Any]) -> None:
        self._spoken[event["item_id"]] = event.get("transcript", "")
        self._unheard.discard(event["item_id"])
        self._time("speech_end_to_transcript", self.asked_at)

    def _response_created(self, event: dict[str, Any]) -> None:
        # A sentence beside the conversation, such as "one moment", is not the answer.
        if event["response"].get("conversation_id", "") is None:
            self._beside.add(event["response"]["id"])

    def _heard(self, event: dict[str, Any]) -> None:
        if event.get("response_id") in self._beside:
            return
        if not self._audio:
            self._time("speech_end_to_first_audio", self.asked_at)
        self._audio += base64.b64decode(event["delta"])

    def _said(self, event: dict[str, Any]) -> None:
        if event.get("response_id") in self._beside:
            return
        said = event.get("transcript", event.get("text"))
        self.turn.answer = " ".join(filter(None, (self.turn.answer, said)))

    def _called(self, event: dict[str, Any]) -> None:
        call = {"name": event["name"], "arguments": _parsed(event["arguments"]), "duration_ms": None}
        self._calls[event["call_id"]] = call
        self.turn.tool_calls.append(call)

    def _call_finished(self, event: dict[str, Any]) -> None:
        self._calls[event["call_id"]]["duration_ms"] = event["duration_ms"]

    def _cited(self, event: dict[str, Any]) -> None:
        self.turn.citations = event["citations"]

    def _response_done(self, event: dict[str, Any]) -> None:
        response = event["response"]
        if response.get("id") in self._beside:
            return
        if response["status"] == "failed":
            raise ModelError(f"the model failed: {_reason(response)}")
        # A response that only called tools shows no output; the answer is the next one.
        self._answered = response["status"] in {"completed", "incomplete"} and bool(response["output"])

    def _time(self, name: str, since: float | None) -> None:
        if since is not None:
            self.turn.timings_ms[name] = round((time.monotonic() - since) * 1000)


def _ended(closed: TransportClosed) -> ModelError:
    return ModelError(f"the session ended before there was an answer: {closed.reason or closed}")


def _last_voiced(speech: NDArray[np.int16]) -> int:
    """The sample after the last one that is loud, measured over 10 ms against the loudest."""
    window = RATE // 100
    frames = speech[: len(speech) // window * window].astype(np.float32).reshape(-1, window)
    if not len(frames):
        return len(speech)
    loudness = np.sqrt((frames**2).mean(axis=1))
    voiced = np.flatnonzero(loudness > max(loudness.max() * 0.03, 1.0))
    return int(voiced[-1] + 1) * window if len(voiced) else len(speech)


def _reason(response: dict[str, Any]) -> str:
    details: dict[str, Any] = response.get("status_details") or {}
    error: dict[str, Any] = details.get("error") or {}
    return error.get("message") or error.get("code") or "no reason given"


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
