"""Plays written conversations on the real engine: the caller and the language of `tests.scenarios`, a real clock.

The caller's own behaviour (what it plays, stops and reports) is the fake client's. What differs is when an answer is
over: that is read off the wire and not off a silence, so that a slow machine is only slow.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib

import numpy as np

from agent.core.dialect import DIALECTS
from agent.core.profiles import PROFILES
from agent.server import Server
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.scenarios.book import Watched
from tests.scenarios.dialects import Dressed
from tests.scenarios.fake_client import FakeClient
from tests.scenarios.in_memory import direct
from tests.scenarios.language import matches

PATIENCE = 90  # seconds that a whole conversation may take
PIECE = 960  # samples: 40 ms
AFTERWARDS = 24_000 * 3 // 2  # samples of silence after the words: enough to end a turn


class Saying:
    """Equal to any text that holds all of these words, in any case."""

    def __init__(self, *words):
        self._words = words

    def __eq__(self, text):
        return all(word.lower() in text.lower() for word in self._words)

    __hash__ = None

    def __repr__(self):
        return f"Saying{self._words}"


class Citing:
    """Equal to any citations the first of which is of this document."""

    def __init__(self, document):
        self._document = document

    def __eq__(self, citations):
        return citations[0]["document"] == self._document and all(each["text"] for each in citations)

    __hash__ = None

    def __repr__(self):
        return f"Citing({self._document!r})"


class Caller(FakeClient):
    """The scenarios' caller; it has heard an answer out when the last response to its latest words is complete."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._asked, self._mine, self._spoke, self._turned = False, set(), False, True

    def speak(self, text, seconds):
        self._asked, self._mine, self._spoke, self._turned = False, set(), False, False
        return super().speak(text, seconds)

    def type(self, text):
        self._asked, self._mine, self._spoke, self._turned = False, set(), False, True
        return super().type(text)

    def wait_quiet(self):
        return lambda: self._asked and not self._running

    def _on_input_audio_buffer_speech_started(self, event):
        self._spoke = True
        super()._on_input_audio_buffer_speech_started(event)

    def _on_input_audio_buffer_committed(self, event):
        self._turned = self._turned or self._spoke
        super()._on_input_audio_buffer_committed(event)

    def _on_response_created(self, event):
        if self._turned:
            self._mine.add(event["response"]["id"])
        super()._on_response_created(event)

    def _on_response_done(self, event):
        # A response that only called tools shows no output; the answer is the next one.
        response = event["response"]
        self._asked = response["id"] in self._mine and bool(response["output"])
        super()._on_response_done(event)


def sound(samples):
    """Pieces of base64 sound, with the silence after it that ends a turn."""
    whole = np.concatenate([samples, np.zeros(AFTERWARDS, np.int16)]).astype("<i2")
    return [base64.b64encode(whole[at : at + PIECE].tobytes()).decode() for at in range(0, len(whole), PIECE)]


async def play(scenario, agent, connect, *, say=None, voice=None, watch=Watched, profile="engine", client="ga"):
    """Play a scenario through the server, its relay and a real model.

    Args:
        scenario: The scenario; its tools and its model's script are not looked at.
        agent: Has the tools.
        connect: Opens a transport to the model.
        say: Gives the samples of a sentence.
        voice: Gives pieces of base64 sound of a sentence, in place of `say`.
        watch: Wraps the transport to the model.
        profile: The service that the model is.
        client: The dialect that the client speaks.

    Returns:
        What the client saw, and what was seen on the way to the model.
    """
    watched = []

    async def connect_watched():
        watched.append(watch(await connect(), PROFILES[profile].dialect))
        return watched[-1]

    theirs, ours = pair()
    loop, posted, over = asyncio.get_running_loop(), asyncio.Queue(), asyncio.Event()
    clothes = Dressed(DIALECTS[client])
    send = lambda text: posted.put_nowait(clothes.of_client(text))  # noqa: E731
    caller = Caller(loop, send, stock=scenario.stock, voice=voice or (lambda text: sound(say(text))))
    hands = [asyncio.create_task(_send(ours, posted)), asyncio.create_task(_receive(ours, caller, clothes))]
    server = Server(agent, connect_watched, None, profile=PROFILES[profile])
    serving = server.serve(theirs, extensions=not scenario.stock, names=DIALECTS[client])
    serving = asyncio.create_task(serving)
    direct(loop, caller, scenario.steps, over.set)
    try:
        async with asyncio.timeout(PATIENCE):
            finished = asyncio.create_task(over.wait())
            await asyncio.wait({finished, *hands}, return_when=asyncio.FIRST_COMPLETED)
            if not over.is_set():
                await asyncio.gather(*(hand for hand in hands if hand.done()))
            await finished
    except TimeoutError:
        raise AssertionError(f"it never ended: {caller.seen}, {vars(watched[0]) if watched else 'no model'}") from None
    finally:
        finished.cancel()
        closed = caller.seen.closed
        await ours.close()
        await serving
        for hand in hands:
            hand.cancel()
        await asyncio.gather(*hands, return_exceptions=True)
    caller.seen.closed = closed
    return caller.seen, watched[0]


def check(scenario, seen, model):
    """What was expected of a scenario against what came of it."""
    for what, expectations in ((seen, scenario.expected_of_client), (model, scenario.expected_of_model)):
        for name, expected in expectations.items():
            assert matches(getattr(what, name), expected), (name, getattr(what, name), expected, seen)


async def _send(transport, posted):
    with contextlib.suppress(TransportClosed):
        while True:
            await transport.send(await posted.get())


async def _receive(transport, caller, clothes):
    try:
        while True:
            for each in clothes.for_client(await transport.receive()):
                caller.receive(each)
    except TransportClosed as closed:
        caller.ended(closed.code, closed.reason)
