"""After a barge-in the engine knows only what was heard, and nothing of what was broken into is heard any more."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from agent import Agent, samples
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.library import Library
from tests.e2e.stage import Watched, play
from tests.scenarios.language import Scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Tell me about the lighthouse."
HEARD_MS = 1200
FASTEST = 8  # words a second; nobody speaks faster


@pytest.fixture(scope="module")
def agent():
    library, _ = Library.gather([samples.documents_path()])
    yield Agent().over(library.index)
    library.close()


@pytest.fixture(scope="module")
def models():
    return load_ears(), load_voice(), load_reasoner()


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=[False, True], ids=["ahead", "in real time"])
async def connect(request, models):
    """A model that is far ahead of the loudspeaker, and one that speaks no faster than it is heard."""
    async with _engine(models, paced=request.param) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def connect_paced(models):
    async with _engine(models, paced=True) as opened:
        yield opened


@asynccontextmanager
async def _engine(models, *, paced):
    engine = Engine(*models, paced=paced)
    await engine.warm()

    async def connect():
        return engine.connect()

    yield connect
    await engine.close()


async def test_repeat_that_yields_only_what_was_heard(agent, connect, say):
    it = Scenario("whole")
    it.caller.sends({"type": "session.update", "session": {"type": "realtime", "output_modalities": ["text"]}})
    it.caller.types(QUESTION)
    it.caller.hears_out()
    whole = (await play(it, agent, connect, say=say))[0].answers[0]

    it = Scenario("cut")
    it.caller.types(QUESTION)
    it.caller.barges_in_after(HEARD_MS, "Please repeat that.")
    it.caller.hears_out()
    seen, model = await play(it, agent, connect, say=say)

    assert "repeat" in seen.questions[-1].lower()
    heard, said = _words(seen.answers[-1]), _words(whole)
    assert heard == said[: len(heard)], "not the words of the answer from its beginning"
    assert 0 < len(heard) < len(said)
    assert seen.interrupted == model.truncates
    assert HEARD_MS <= model.truncates[0] <= seen.heard_ms
    assert len(heard) <= model.truncates[0] / 1000 * FASTEST, "more words than fit into what was played"


async def test_late_audio_of_a_cancelled_answer_never_reaches_the_client(agent, connect_paced, say):
    it = Scenario("late")
    it.caller.types(QUESTION)
    it.caller.barges_in_after(300, "How much is the Explorer Pass?")
    it.caller.hears_out()
    seen, model = await play(it, agent, connect_paced, say=say, watch=SlowToStop)
    assert model.late == 1, "the model was not slow to stop"
    assert "cancelled" in model.statuses
    assert seen.late_ms == 0
    assert "£69" in seen.answers[-1]


class SlowToStop(Watched):
    """Sends one more piece of an answer's sound after the user has begun to speak, as services do."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.late, self._last = 0, None

    def start(self, received, *, room, closed):
        def slow(text):
            received(text)
            kind = json.loads(text)["type"]
            if kind == "response.output_audio.delta":
                self._last = text
            elif kind == "response.done":
                self._last = None
            elif kind == "input_audio_buffer.speech_started" and self._last is not None:
                late, self._last = self._last, None
                self.late += 1
                received(late)

        super().start(slow, room=room, closed=closed)


def _words(text):
    return "".join(char if char.isalnum() else " " for char in text.lower()).split()
