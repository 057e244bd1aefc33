"""A caller for sans-I/O sessions: talks, plays the models, and checks every event against the SDK's types."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import time
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np
import pytest
from openai.types.realtime import RealtimeServerEvent
from pydantic import BaseModel

from agent.engine.effects import Abandon, Close, Hear, Send, Speak, Think, Transcribe
from agent.engine.parts import Call, Say, Usage
from agent.engine.protocol import EngineSession
from agent.engine.runtime import Engine
from agent.transports.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.engine.effects import Effect
    from agent.engine.parts import Thought
    from agent.transports.base import Transport

_CLASSES = {get_args(cls.model_fields["type"].annotation)[0]: cls for cls in get_args(get_args(RealtimeServerEvent)[0])}
# The services send these though the SDK's types do not name them; the recorded sessions hold them.
_KNOWN_EXTRAS = {"session": {"id", "object", "expires_at"}}
FRAME_BYTES = 32 * 48  # one frame of voice activity as audio/pcm


def check_event(event: dict[str, Any]) -> None:
    """Assert that an event is one of the SDK's, with every field that its class requires and none it does not know."""
    model = _CLASSES[event["type"]].model_validate(json.loads(json.dumps(event)))
    _no_unknown_fields(model, "")


def _no_unknown_fields(value: object, name: str) -> None:
    if isinstance(value, BaseModel):
        unknown = set(value.model_extra or {}) - _KNOWN_EXTRAS.get(name, set())
        assert not unknown, f"{type(value).__name__} does not know {unknown}"
        for field in type(value).model_fields:
            _no_unknown_fields(getattr(value, field), field)
    elif isinstance(value, list):
        for each in value:
            _no_unknown_fields(each, name)


class Caller:
    """One client with one session; time stands still unless a test moves it."""

    def __init__(
        self, *, cap_s: float = 3600, check: Callable[[dict[str, Any]], None] = check_event, **options: Any
    ) -> None:
        self._check = check
        counters: dict[str, Any] = {}

        def new_id(kind: str) -> str:
            return f"{kind}_{next(counters.setdefault(kind, itertools.count(1)))}"

        self.now = 1000.0
        self.session = EngineSession(
            new_id=new_id, model="vocative-engine", now=self.now, expires_at=2_000_000_000, cap_s=cap_s, **options
        )
        self.events: list[dict[str, Any]] = []
        self.effects: list[Effect] = []
        self.thoughts: list[Think] = []
        self.sentences: list[Speak] = []
        self.transcriptions: list[Transcribe] = []
        self._frames: Sequence[float] = ()
        self.take(self.session.open())

    def take(self, effects: list[Effect]) -> None:
        """Collect what a step of the session gave."""
        for effect in effects:
            self.effects.append(effect)
            match effect:
                case Send(event):
                    self._check(event)
                    self.events.append(event)
                case Think():
                    self.thoughts.append(effect)
                case Speak():
                    self.sentences.append(effect)
                case Transcribe():
                    self.transcriptions.append(effect)
                case Abandon(response_id):
                    self.sentences = [each for each in self.sentences if each.response_id != response_id]
                case _:
                    pass

    def sends(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """Send an event; gives back the events it caused."""
        return self.sends_text(json.dumps({"type": kind, **fields}))

    def sends_text(self, message: str | bytes) -> list[dict[str, Any]]:
        """Send a raw message; gives back the events it caused."""
        before = len(self.events)
        self.take(self.session.receive(message, self.now))
        return self.events[before:]

    def configures(self, **session: Any) -> list[dict[str, Any]]:
        """Update the session."""
        return self.sends("session.update", session={"type": "realtime", **session})

    def detects_turns(self, settings: dict[str, Any] | None) -> list[dict[str, Any]]:
        """Choose a turn detection."""
        return self.configures(audio={"input": {"turn_detection": settings}})

    def writes(self, text: str, **fields: Any) -> list[dict[str, Any]]:
        """Add a user's message of text."""
        content = [{"type": "input_text", "text": text}]
        return self.sends(
            "conversation.item.create", item={"type": "message", "role": "user", "content": content}, **fields
        )

    def appends(self, ms: int) -> list[dict[str, Any]]:
        """Append so much silence without looking for speech in it."""
        return self.sends("input_audio_buffer.append", audio=base64.b64encode(bytes(48 * ms)).decode())

    def is_heard(self, frames: str) -> list[dict[str, Any]]:
        """Append 32 ms for each character: `S` holds speech, `.` does not."""
        before = len(self.events)
        for frame in frames:
            seen = len(self.effects)
            self.appends(32)
            if any(isinstance(effect, Hear) for effect in self.effects[seen:]):
                self.take(self.session.heard([0.95 if frame == "S" else 0.01], self.now))
        return self.events[before:]

    def is_understood(self, text: str, which: int = -1) -> list[dict[str, Any]]:
        """Answer a transcription, the latest unless told."""
        before, asked = len(self.events), self.transcriptions[which]
        self.take(self.session.transcribed(asked.item_id, asked.revision, text, self.now))
        return self.events[before:]

    def model_thinks(self, *pieces: str | Call | Say | Usage, over: bool = True) -> list[dict[str, Any]]:
        """Answer the latest `Think`; a string is something said."""
        before, response_id = len(self.events), self.thoughts[-1].response_id
        for piece in pieces:
            said = Say(piece) if isinstance(piece, str) else piece
            self.take(self.session.thought(response_id, said, self.now))
        if over:
            self.take(self.session.thought_finished(response_id, self.now))
        return self.events[before:]

    def voice_speaks(self, *, ms: int = 1000, sentences: int | None = None) -> list[dict[str, Any]]:
        """Speak the sentences asked for, so many milliseconds each, in deltas of 100 ms."""
        before = len(self.events)
        for _ in itertools.count() if sentences is None else range(sentences):
            if not self.sentences:
                break
            self.voice_speaks_for(ms)
            self.voice_ends_the_sentence()
        return self.events[before:]

    def voice_speaks_for(self, ms: int) -> None:
        """Speak the next sentence for so long, and do not end it."""
        sentence = self.sentences[0]
        for start in range(0, ms, 100):
            audio = bytes(sentence.format.bytes_per_ms * min(100, ms - start))
            self.take(self.session.spoken(sentence.response_id, sentence.segment, audio, self.now))

    def voice_ends_the_sentence(self) -> None:
        """The sentence being spoken is complete."""
        if self.sentences:
            sentence = self.sentences.pop(0)
            self.take(self.session.segment_finished(sentence.response_id, sentence.segment, self.now))

    def asks(self, text: str) -> None:
        """Write something and want a response."""
        self.writes(text)
        self.sends("response.create")

    def waits(self, seconds: float) -> list[dict[str, Any]]:
        """Let time pass."""
        before = len(self.events)
        self.now += seconds
        self.take(self.session.handle_timer(self.now))
        return self.events[before:]

    def last(self, kind: str) -> dict[str, Any]:
        """The latest event of a type."""
        return next(event for event in reversed(self.events) if event["type"] == kind)

    def count(self, kind: str) -> int:
        """How many events of a type there were."""
        return sum(event["type"] == kind for event in self.events)

    @property
    def closed(self) -> Close | None:
        """How the session closed the connection, if it did."""
        return next((effect for effect in self.effects if isinstance(effect, Close)), None)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """The types of events, runs of the same type as one."""
    return [kind for kind, _ in itertools.groupby(event["type"] for event in events)]


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def new_caller() -> Callable[..., Caller]:
    return Caller


@pytest.fixture(name="kinds")
def _kinds() -> Callable[[list[dict[str, Any]]], list[str]]:
    return kinds


class LoudnessEars:
    """Real if humble ears: what is loud is speech, and the pitch of a tone is the word."""

    WORDS: ClassVar = {400: "hello", 600: "stop", 800: "leave"}

    def __init__(self) -> None:
        self.transcribed = 0
        self.fail = False

    def listener(self) -> LoudnessEars:
        return self

    def probability(self, frame: Any) -> float:
        return float(min(1.0, np.sqrt(np.mean(frame**2)) * 20))

    def reset(self) -> None:
        return

    def transcribe(self, audio: Any) -> str:
        self.transcribed += 1
        if self.fail:
            raise RuntimeError("deaf")
        pitch = np.argmax(np.abs(np.fft.rfft(audio))) * 16_000 / len(audio)
        return min(self.WORDS.items(), key=lambda each: abs(each[0] - pitch))[1]

    def warm(self) -> None:
        return


class ToneVoice:
    """Speaks 50 ms for each character, in pieces of half a second."""

    def __init__(self) -> None:
        self.fail = False
        self.slow_s = 0.0
        self.pieces = 0

    def speak(self, text: str, *, speed: float = 1.0) -> Any:
        left = round(len(text) * 1200 / speed)
        while left > 0:
            if self.fail:
                raise RuntimeError("hoarse")
            time.sleep(self.slow_s)
            self.pieces += 1
            yield np.full(min(left, 12_000), 1000, np.int16)
            left -= 12_000

    def warm(self) -> None:
        return


class ScriptedReasoner:
    """Answers with what `answer` makes of the last thing said; counts what was closed before its end."""

    def __init__(self, answer: Callable[[str], Sequence[Any]] = lambda said: [f"You said {said}."]) -> None:
        self.answer = answer
        self.thoughts: list[Thought] = []
        self.abandoned = 0
        self.closed = False

    async def respond(self, thought: Thought) -> Any:
        self.thoughts.append(thought)
        part = thought.items[-1].get("content", [{}])[0] if thought.items else {}
        over = False
        try:
            for piece in self.answer(part.get("text") or part.get("transcript") or ""):
                if isinstance(piece, Exception):
                    raise piece
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                else:
                    yield Say(piece) if isinstance(piece, str) else piece
            over = True
        finally:
            self.abandoned += not over

    async def warm(self) -> None:
        return

    async def close(self) -> None:
        self.closed = True


class Dialogue:
    """A client on a transport; every event that comes is checked."""

    def __init__(self, transport: Stream) -> None:
        self.transport = transport
        self.events: list[dict[str, Any]] = []

    async def send(self, kind: str, **fields: Any) -> None:
        await self.transport.send(json.dumps({"type": kind, **fields}))

    async def ask(self, text: str) -> None:
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        await self.send("conversation.item.create", item=item)
        await self.send("response.create")

    async def until(self, kind: str, *, within_s: float = 10.0) -> dict[str, Any]:
        """Receive up to an event of that type."""
        async with asyncio.timeout(within_s):
            while True:
                event = json.loads(await self.transport.receive())
                check_event(event)
                self.events.append(event)
                if event["type"] == kind:
                    return event

    async def sound(self, pitch: int, ms: int, *, step_ms: int = 40) -> None:
        """Append a tone, or silence for a pitch of 0."""
        when = np.arange(24 * ms) / 24_000
        tone = (np.sin(2 * np.pi * pitch * when) * 12_000).astype("<i2").tobytes()
        for start in range(0, len(tone), 48 * step_ms):
            audio = base64.b64encode(tone[start : start + 48 * step_ms]).decode()
            await self.send("input_audio_buffer.append", audio=audio)

    def audio(self) -> bytes:
        """All audio that came."""
        kind = "response.output_audio.delta"
        return b"".join(base64.b64decode(event["delta"]) for event in self.events if event["type"] == kind)


async def eventually(condition: Callable[[], object], *, within_s: float = 2.0) -> None:
    """Wait until something is the case."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  (anything may be the condition, so nobody can set an event)
            await asyncio.sleep(0.01)


@pytest.fixture(name="eventually")
def _eventually() -> Any:
    return eventually


@pytest.fixture
def ears() -> LoudnessEars:
    return LoudnessEars()


@pytest.fixture
def voice() -> ToneVoice:
    return ToneVoice()


@pytest.fixture
def reasoner() -> ScriptedReasoner:
    return ScriptedReasoner()


@pytest.fixture
async def new_engine(ears: LoudnessEars, voice: ToneVoice, reasoner: ScriptedReasoner) -> Any:
    engines: list[Engine] = []

    def make(**options: Any) -> Engine:
        engines.append(Engine(ears, voice, reasoner, **options))
        return engines[-1]

    yield make
    for engine in engines:
        await engine.close()


@pytest.fixture
def dialogue() -> Callable[[Transport], Dialogue]:
    return lambda transport: Dialogue(Stream(transport, 8))
