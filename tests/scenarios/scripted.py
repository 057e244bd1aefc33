"""The engine with models that follow a scenario: real sound goes to and fro, and nothing has to be loaded.

Each sentence of the caller's is a tone of its own, by which the ears know it again; the voice speaks silence of the
right length; the reasoner takes one response after the other from the script.
"""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from unittest.mock import patch

import numpy as np

from agent.engine.faults import Faults, Lose, Nameless
from agent.engine.parts import Call as EngineCall
from agent.engine.parts import Say as EngineSay
from agent.engine.runtime import Engine
from tests.scenarios.language import Say

RATE = 24_000
SPOKEN, AFTERWARDS = 2_400, 600  # ms of a sentence, and of the silence that ends a turn
PIECE = RATE // 25  # 40 ms
CHUNK = RATE // 2
WORK = 0.05  # seconds that every piece of work takes: the voice is ten times faster than it is heard


class ScriptedModels:
    """Ears, voice and reasoner of one conversation.

    Args:
        scenario: What they say.

    Attributes:
        knows: What was said before the latest response, as it was given to the model.
        read: Calls whose outputs some response has seen.
        needless: Responses that began though nothing new stood in the conversation: answers given twice.
    """

    def __init__(self, scenario):
        self.read, self.knows, self.needless = set(), set(), 0
        self._known = None
        self._script = deque(scenario.model.responses)
        self._says = [part for parts in scenario.model.responses for part in parts if isinstance(part, Say)]
        sentences = dict.fromkeys(step.arguments[0] for step in scenario.steps if step.verb == "speak")
        self._pitches = {text: 400 + 200 * number for number, text in enumerate(sentences)}

    async def close(self):
        """Nothing to give back."""

    # ── the caller's voice ──

    def sound(self, text):
        """Pieces of base64 sound in which the caller says a sentence, with the silence that ends a turn."""
        when = np.arange(RATE * SPOKEN // 1000) / RATE
        tone = np.sin(2 * np.pi * self._pitches[text] * when) * 12_000
        whole = np.concatenate([tone, np.zeros(RATE * AFTERWARDS // 1000)]).astype("<i2")
        return [base64.b64encode(whole[at : at + PIECE].tobytes()).decode() for at in range(0, len(whole), PIECE)]

    # ── ears ──

    def listener(self):
        return self

    def probability(self, frame):
        return float(min(1.0, np.sqrt(np.mean(frame**2)) * 20))

    def reset(self):
        """It remembers nothing."""

    def transcribe(self, audio):
        pitch = np.argmax(np.abs(np.fft.rfft(audio))) * 16_000 / len(audio)
        return min(self._pitches, key=lambda text: abs(self._pitches[text] - pitch))

    # ── voice ──

    def speak(self, text, *, speed=1.0):
        left = round(self._ms(text) / speed) * RATE // 1000
        while left > 0:
            yield np.zeros(min(left, CHUNK), np.int16)
            left -= CHUNK

    def _ms(self, text):
        """How long a part of something said takes: as much as its share of the letters."""
        words = "".join(text.split())
        for say in self._says:
            whole = "".join(say.text.split())
            if words in whole:
                start, total = whole.index(words), say.seconds * 1000
                return round(total * (start + len(words)) / len(whole)) - round(total * start / len(whole))
        return 1000

    # ── reasoner ──

    async def respond(self, thought):
        outputs = {item["call_id"] for item in thought.items if item["type"] == "function_call_output"}
        known = outputs | {item["id"] for item in thought.items if item.get("role") == "user"}
        self.needless += known == self._known
        self._known = known
        self.read |= outputs
        self.knows = {
            part.get("text") or part.get("transcript") for item in thought.items for part in item.get("content", ())
        }
        for part in self._script.popleft() if self._script else [Say("I have nothing to add.")]:
            await asyncio.sleep(0.02)
            yield EngineSay(part.text) if isinstance(part, Say) else EngineCall(part.name, part.arguments)


class OnTheLoop:
    """Workers without threads: each piece of work takes the same time of the loop's own clock."""

    def __init__(self, *_):
        pass

    async def run(self, _urgency, function, *arguments):
        await asyncio.sleep(WORK)
        return function(*arguments)

    def close(self):
        pass


def engine_of(scenario, models, *faults):
    """An engine with those models, and with the quirks that the scenario's model has.

    Args:
        scenario: Its model's quirks count; how fast it speaks does not.
        models: What it hears, thinks and speaks with.
        faults: What else is to go wrong.
    """
    quirks = scenario.model.quirks
    rules = [Nameless()] if quirks.get("nameless_errors") else []
    rules += [*(Lose(event=kind) for kind in quirks.get("loses", ())), *faults]
    with patch("agent.engine.runtime.Workers", OnTheLoop):
        return Engine(models, models, models, faults=Faults(*rules) if rules else None)
