"""Models that are loaded when they are first needed."""

from __future__ import annotations

import numpy as np
import pytest

from agent.engine.parts import Say, Thought
from agent.testing import Script, lazy
from agent.testing.lazy import LazyEars, LazyVoice, ScriptOrEngine

THOUGHT = Thought("", [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}], ())


class Part:
    """Ears, voice, detector and reasoner in one; counts what was asked of it."""

    def __init__(self):
        self.asked = []

    def listener(self):
        return self

    def probability(self, frame):
        return 0.5

    def reset(self):
        self.asked.append("reset")

    def transcribe(self, audio):
        return "hello"

    def warm(self):
        self.asked.append("warm")

    def speak(self, text, *, speed=1.0):
        yield np.zeros(3, np.int16)

    async def respond(self, thought):
        yield Say("by itself")

    async def close(self):
        self.asked.append("close")


@pytest.fixture
def loaded(monkeypatch):
    parts = []

    def load():
        parts.append(Part())
        return parts[-1]

    for name in ("load_ears", "load_voice", "load_reasoner"):
        monkeypatch.setattr(lazy, name, load)
    return parts


def test_ears_are_loaded_with_the_first_sound_and_once(loaded):
    ears = LazyEars()
    one, other = ears.listener(), ears.listener()
    one.reset()
    assert loaded == []
    assert one.probability(np.zeros(512)) == other.probability(np.zeros(512)) == 0.5
    one.reset()
    assert ears.transcribe(np.zeros(512)) == "hello"
    ears.warm()
    assert len(loaded) == 1
    assert loaded[0].asked == ["reset", "warm"]


def test_a_voice_is_loaded_with_the_first_word(loaded):
    voice = LazyVoice()
    pieces = voice.speak("hello")
    assert loaded == []
    assert len(next(pieces)) == 3
    voice.warm()
    assert len(loaded) == 1


async def test_the_embedded_reasoner_is_loaded_only_while_the_script_is_empty(loaded):
    script = Script()
    reasoner = ScriptOrEngine(script)
    await reasoner.warm()
    await reasoner.close()
    assert loaded == []
    assert [piece async for piece in reasoner.respond(THOUGHT)] == [Say("by itself")]
    script.when("hello").says("as written")
    assert [piece async for piece in reasoner.respond(THOUGHT)] == [Say("as written")]
    await reasoner.close()
    assert loaded[0].asked == ["close"]
