"""Speculative retrieval with the real engine: real speech, real ears, the real reasoner and a real index."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager

import numpy as np
import pytest

from agent import samples
from agent.assistant import Agent
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.library import Library
from agent.server import Server
from agent.transports.memory import pair
from tools.search.tool import search_tool

PATIENCE = 60
SILENCE = np.zeros(24_000, np.int16)
SHOWN = ("status", "error", "result")


class Watched:
    """An index that remembers what it was asked, and how far the speech was then."""

    def __init__(self, index, speech):
        self.asked, self.found = [], asyncio.Event()
        self._index, self._speech = index, speech

    async def search(self, query, *, top=5, user=None):
        self.asked.append((query, self._speech["over"]))
        found = await self._index.search(query, top=top, user=user)
        self.found.set()
        return found


class Caller:
    """A client that speaks and is written to; it keeps all that it is shown."""

    def __init__(self, transport, backend, speech):
        self.backend, self.shown, self.speech = backend, [], speech
        self._transport = transport

    async def says(self, samples):
        """Hand over sound as fast as it is taken."""
        for at in range(0, len(samples), 960):
            audio = base64.b64encode(samples[at : at + 960].astype("<i2").tobytes()).decode()
            await self._transport.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))

    async def until(self, wanted):
        """Take events until one is what is wanted; gives that one."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = json.loads(await self._transport.receive())
                self.shown.append(event)
                if event["type"] == "input_audio_buffer.speech_stopped":
                    self.speech["over"] = True
                if wanted(event):
                    return event


def of(kind):
    return lambda event: event["type"] == kind


def answered(event):
    return event["type"] == "response.done" and bool(event["response"]["output"])


@pytest.fixture(scope="module")
def library():
    library, _ = Library.gather([samples.documents_path()])
    yield library
    library.close()


@pytest.fixture
async def calling(library):
    """Opens sessions with one engine."""
    engine = Engine(load_ears(), load_voice(), load_reasoner())

    async def connect():
        return engine.connect()

    @asynccontextmanager
    async def call(*, speculate):
        theirs, ours = pair()
        speech = {"over": False}
        backend = Watched(library.index, speech)
        # Answers in writing: what is spoken is another matter, and takes time.
        agent = Agent(tools=[search_tool(backend)], speculate=speculate, modality="text")
        serving = asyncio.create_task(Server(agent, connect, None).serve(theirs, extensions=True))
        caller = Caller(ours, backend, speech)
        await caller.until(of("extension.ready"))
        yield caller
        await ours.close()
        await serving

    yield call
    await engine.close()


async def test_the_search_is_over_before_the_speech_is_and_the_call_runs_no_second_one(calling, say):
    async with calling(speculate=True) as caller:
        # A quarter of a second of silence stands at its end: a pause, and half of what ends a turn.
        await caller.says(say("How many steps does the lighthouse have?"))
        async with asyncio.timeout(PATIENCE):
            await caller.backend.found.wait()
        await caller.says(SILENCE)
        finished = await caller.until(of("extension.call.finished"))
        assert finished["speculated"] is True
        assert [over for _, over in caller.backend.asked] == [False]
        await caller.until(answered)
        (cited,) = [event["citations"] for event in caller.shown if event["type"] == "extension.citations"]
        assert cited[0]["document"] == "visitor-guide.pdf"
        assert len(caller.backend.asked) == 1


async def test_turned_off_nothing_is_searched_before_the_model_asks(calling, say):
    async with calling(speculate=False) as caller:
        await caller.says(say("How many steps does the lighthouse have?"))
        await caller.until(of("conversation.item.input_audio_transcription.delta"))
        assert caller.backend.asked == []
        await caller.says(SILENCE)
        assert "speculated" not in await caller.until(of("extension.call.finished"))
        assert [over for _, over in caller.backend.asked] == [True]


@pytest.mark.slow
async def test_nothing_that_model_or_client_are_shown_changes_for_any_of_the_questions(calling, say):
    lines = samples.questions_path().read_text(encoding="utf-8").splitlines()
    spoken = [say(json.loads(line)["question"]) for line in lines]
    seen, reused = {}, 0
    for speculate in (False, True):
        async with calling(speculate=speculate) as caller:
            shown = seen[speculate] = []
            for question in spoken:
                caller.shown.clear()
                await caller.says(np.concatenate([question, SILENCE]))
                await caller.until(answered)
                shown.append(_shown(caller.shown))
                reused += sum(bool(event.get("speculated")) for event in caller.shown)
    for question, off, on in zip(lines, seen[False], seen[True], strict=True):
        assert off == on, question
    assert reused > len(lines) // 2


def _shown(events):
    """What is said of one turn, without the ids and times that are never twice the same."""
    calls = [{key: event[key] for key in SHOWN} for event in events if event["type"] == "extension.call.finished"]
    asked = [event["arguments"] for event in events if event["type"] == "extension.call.started"]
    cited = [event["citations"] for event in events if event["type"] == "extension.citations"]
    heard = [event["transcript"] for event in events if event["type"].endswith("transcription.completed")]
    written = [event["text"] for event in events if event["type"] == "response.output_text.done"]
    return heard, asked, calls, cited, written
