"""Recorded sessions of real services as scenarios, and the services of those recordings as models to play them with."""

from __future__ import annotations

import asyncio
import contextlib
import json

from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.agent.core.recordings import frames, received, reworded, sent, session_of
from tests.scenarios.language import Call, Say, Scenario
from tools import Toolset, tool

SECONDS = 1.5  # that an answer takes to be said; the sound of the recordings is cut down

# What a service sends only once it has got what the client had sent before.
_ANSWERS = frozenset(
    {
        "session.updated",
        "conversation.item.added",
        "conversation.item.created",
        "input_audio_buffer.speech_started",
        "response.created",
    }
)


@tool
async def get_weather(city: str) -> str:
    """Look up the weather for a city."""
    return f"It is foggy and 12 degrees in {city}."


TOOLSET = Toolset([get_weather])


def toolset_of(name):
    return TOOLSET if session_of(name).get("tools") else Toolset([])


def scenario_of(name):
    """What was said and done in a recording, and what a client should see of it, whoever the model is."""
    talk = Scenario(name)
    for event in sent(name, "conversation.item.create")[: -1 if toolset_of(name).names else None]:
        if event["item"]["type"] == "message":
            talk.caller.sends(event)
    if sent(name, "response.create"):
        talk.caller.sends({"type": "response.create"})
    questions = [event["transcript"] for event in received(name) if event["type"].endswith("transcription.completed")]
    for question in questions:
        talk.caller.asks(question)
    talk.caller.hears_out()
    answers = [part.text for response in _responses(name) for part in response if isinstance(part, Say)]
    calls = [part.name for response in _responses(name) for part in response if isinstance(part, Call)]
    talk.model.responses = _responses(name)
    talk.client_saw(answers=answers, questions=questions, calls=calls, statuses=["completed"] * len(calls), errors=[])
    outputs = [event["item"]["output"] for event in sent(name, "conversation.item.create") if "output" in event["item"]]
    talk.model_saw(responses=len(_responses(name)), outputs=[[*each] for each in zip(calls, outputs, strict=True)])
    talk.model_saw(truncates=[], errors=[])
    return talk


def _responses(name):
    return [[_part(item) for item in event["response"]["output"]] for event in received(name, "response.done")]


def _part(item):
    if item["type"] == "function_call":
        return Call(item["name"], item["arguments"])
    [content] = item["content"]
    return Say(content.get("transcript") or content["text"], SECONDS)


def voice_of(name):
    """What the recorded caller's client sent as sound; it is cut down to a few bytes, and no ears would hear it."""
    return lambda _text: [event["audio"] for event in sent(name, "input_audio_buffer.append")]


class Recording:
    """The service of a recording, as an upstream.

    Args:
        name: Which recording.
        dialect: Another dialect to send it in, for a recording in GA's names; None for its own.

    Attributes:
        upstream: The transport to it.
        missing: How many of the events that the recorded client sent did not come.
    """

    def __init__(self, name, dialect=None):
        self.upstream, self._end = pair()
        self._script = frames(name) if dialect is None else [*reworded(name, dialect)]
        self._expected, self._came = 0, 0
        self._more = asyncio.Event()
        self._hands = [asyncio.create_task(self._listen()), asyncio.create_task(self._replay())]

    @property
    def missing(self):
        return sum(way == "sent" for way, _ in self._script) - self._came

    async def close(self):
        for hand in self._hands:
            hand.cancel()
        await asyncio.gather(*self._hands, return_exceptions=True)

    async def _listen(self):
        with contextlib.suppress(TransportClosed):
            while True:
                await self._end.receive()
                self._came += 1
                self._more.set()

    async def _replay(self):
        with contextlib.suppress(TransportClosed):
            for way, event in self._script:
                if way == "sent":
                    self._expected += 1
                    continue
                while event["type"] in _ANSWERS and self._came < self._expected:
                    self._more.clear()
                    await self._more.wait()
                await self._end.send(json.dumps(event))
