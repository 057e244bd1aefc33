"""The engine's own ears, voice and reasoner, loaded when they are first needed: a test that types loads no ears."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from agent.engine.hear import load_ears
from agent.engine.parts import Say
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.engine.thinking.told import verbatim

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from agent.engine.parts import Arguments, Call, Ears, Reasoner, Thought, Usage, Voice, VoiceActivity
    from agent.testing.script import Script

_loading = threading.RLock()


class LazyEars:
    """The packaged ears."""

    @cached_property
    def _ears(self) -> Ears:
        with _loading:
            return load_ears()

    def listener(self) -> VoiceActivity:
        """A detector that is loaded with the first sound."""
        return _LazyListener(self)

    def transcribe(self, audio: NDArray[np.float32]) -> str:
        """Write down what was said; see `agent.engine.parts.Ears.transcribe`."""
        return self._ears.transcribe(audio)

    def warm(self) -> None:
        """Load them now."""
        self._ears.warm()

    def new_listener(self) -> VoiceActivity:
        """A detector, loaded."""
        return self._ears.listener()


class _LazyListener:
    def __init__(self, ears: LazyEars) -> None:
        self._ears = ears

    @cached_property
    def _listener(self) -> VoiceActivity:
        return self._ears.new_listener()

    def probability(self, frame: NDArray[np.float32]) -> float:
        return self._listener.probability(frame)

    def reset(self) -> None:
        # One that has heard nothing yet has nothing to forget.
        if "_listener" in vars(self):
            self._listener.reset()


class LazyVoice:
    """The packaged voice."""

    @cached_property
    def _voice(self) -> Voice:
        with _loading:
            return load_voice()

    def speak(self, text: str, *, speed: float = 1.0) -> Iterator[NDArray[np.int16]]:
        """Say a text; see `agent.engine.parts.Voice.speak`."""
        yield from self._voice.speak(text, speed=speed)

    def warm(self) -> None:
        """Load it now."""
        self._voice.warm()


class ScriptOrEngine:
    """The script, where there is anything in it; else the embedded reasoner, which decides by itself.

    Args:
        script: The script; lines may still be added to it while sessions run.
    """

    def __init__(self, script: Script) -> None:
        self._script = script

    @cached_property
    def _embedded(self) -> Reasoner:
        with _loading:
            return load_reasoner()

    async def respond(self, thought: Thought) -> AsyncGenerator[Say | Call | Arguments | Usage]:
        """Respond; see `agent.engine.parts.Reasoner.respond`. What is to be said word for word needs no line."""
        sentence = verbatim(thought.instructions)
        if sentence is not None:
            yield Say(sentence)
            return
        reasoner: Any = self._embedded if self._script.is_empty else self._script
        async for piece in reasoner.respond(thought):
            yield piece

    async def warm(self) -> None:
        """Nothing to load before it is known which of the two is wanted."""

    async def close(self) -> None:
        """Give back what the embedded reasoner holds."""
        if "_embedded" in vars(self):
            await self._embedded.close()
