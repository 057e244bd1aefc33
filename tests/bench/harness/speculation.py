"""Speculative retrieval: from the end of a spoken question to the passages that answer the model's call.

The whole product with its embedded engine in this process, the question spoken in real time, twice: with the search
begun while the user is still speaking, and without. The index is the local one, and the same behind a delay that makes
it as far away as a search service is. The clock starts where the last voiced sample was captured, as in the engine's
part, and stops when the search that answers the call has returned; when the model was given its output is told beside.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness import speech
from harness.schedule import Schedule
from harness.window import quantiles

from agent.assistant import Agent
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.library import Library
from agent.samples import documents_path
from agent.server import Server
from agent.transports.memory import pair
from tools.search.tool import search_tool
from tools.speculation import plain_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from agent.transports.base import Transport
    from tools import User
    from tools.search.backend import Backend, Passage

_PATIENCE = 30
_PAUSE_MS = 400  # between two questions, as a person would leave


class Distant:
    """A backend that is some way off, and remembers when it answered what.

    Args:
        backend: The index.
        delay: Seconds added to every search.
    """

    def __init__(self, backend: Backend, delay: float) -> None:
        self._backend, self._delay = backend, delay
        self.ready: dict[str, float] = {}
        self.searches = 0

    async def search(self, query: str, *, top: int = 5, user: User | None = None) -> Sequence[Passage]:
        self.searches += 1
        await asyncio.sleep(self._delay)
        found = await self._backend.search(query, top=top, user=user)
        self.ready[plain_words(query)] = time.perf_counter()
        return found


@dataclass
class Turn:
    """What came of one question; times are of `time.perf_counter`."""

    stopped: float = 0.0
    handed: float = 0.0
    query: str = ""
    call: dict[str, Any] = field(default_factory=dict)
    cited: list[str] = field(default_factory=list)
    answer: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Talker:
    """One caller over a pair of transports, with an open microphone."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._say: list[str] = []
        self._said_at = 0.0
        self._spoken, self.ready = asyncio.Event(), asyncio.Event()
        self.turn = Turn()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._microphone())]

    async def ask(self, question: speech.Question) -> tuple[Turn, float]:
        """Ask in real time, and wait until the answer is complete.

        Returns:
            What came of it, and when the question was over.
        """
        self.turn = Turn()
        self._said_at, self._say = 0.0, list(question.chunks)
        self._spoken.clear()
        await asyncio.wait_for(self._spoken.wait(), _PATIENCE)
        end = self._said_at + question.end_ms / 1000
        await asyncio.wait_for(self.turn.over.wait(), _PATIENCE)
        await asyncio.sleep(_PAUSE_MS / 1000)
        return self.turn, end

    async def leave(self) -> None:
        """Hang up."""
        await self._transport.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _microphone(self) -> None:
        await self.ready.wait()
        clock, quiet = Schedule(), speech.silence()
        while True:
            chunk = self._say.pop(0) if self._say else quiet
            if chunk is not quiet and not self._said_at:
                self._said_at = clock.now
            await clock.after(speech.CHUNK_MS)
            await self._transport.send(f'{{"type":"input_audio_buffer.append","audio":"{chunk}"}}')
            if chunk is not quiet and not self._say:
                self._spoken.set()

    async def _listen(self) -> None:
        while True:
            event = json.loads(await self._transport.receive())
            turn, kind = self.turn, event["type"]
            if kind == "extension.ready":
                self.ready.set()
            elif kind == "input_audio_buffer.speech_stopped":
                turn.stopped = time.perf_counter()
            elif kind == "extension.call.started":
                turn.query = json.loads(event["arguments"])["query"]
            elif kind == "extension.call.finished":
                turn.handed, turn.call = time.perf_counter(), event
            elif kind == "extension.citations":
                turn.cited = [each["id"] for each in event["citations"]]
            elif kind == "response.output_audio_transcript.done":
                turn.answer = event["transcript"]
            elif kind == "response.done" and event["response"]["output"]:
                turn.over.set()


async def _session(
    engine: Engine, backend: Backend, asked: Sequence[speech.Question], *, speculate: bool
) -> list[tuple[Turn, float]]:
    async def connect() -> Transport:
        return engine.connect()

    theirs, ours = pair()
    agent = Agent(tools=[search_tool(backend)], speculate=speculate)
    serving = asyncio.create_task(Server(agent, connect, None).serve(theirs, extensions=True))
    talker = Talker(ours)
    try:
        return [await talker.ask(question) for question in asked]
    finally:
        with contextlib.suppress(Exception):
            await talker.leave()
        await serving


async def measure(options: argparse.Namespace, emit: Callable[[dict[str, Any]], None]) -> None:
    """Ask the same questions in both ways, of an index here and of one that is `--delay` ms away."""
    asked = speech.questions(2 if options.quick else 12)
    engine = Engine(load_ears(), load_voice(), load_reasoner())
    library, _ = Library.gather([documents_path()])
    await engine.warm()
    library.index.warm()
    try:
        for delay in (0, options.delay):
            off, on = Distant(library.index, delay / 1000), Distant(library.index, delay / 1000)
            without = await _session(engine, off, asked, speculate=False)
            with_it = await _session(engine, on, asked, speculate=True)
            pairs = [(one, other) for (one, _), (other, _) in zip(without, with_it, strict=True)]
            # An open microphone is never twice in step with voice activity, so that ears may mishear a word once only.
            alike = [(one, other) for one, other in pairs if one.query == other.query]
            same = sum(_result(one) == _result(other) for one, other in alike)
            line = {"part": "speculation", "delay_ms": delay, "asked": len(asked), "same": same, "alike": len(alike)}
            line["reused"] = sum(turn.call.get("speculated", False) for turn, _ in with_it)
            emit(line | {"off": _times(without, off), "on": _times(with_it, on)})
    finally:
        await engine.close()
        library.close()


def _result(turn: Turn) -> tuple[Any, ...]:
    """All that anybody is shown of a search."""
    return turn.query, turn.call["status"], turn.call["result"], turn.cited, turn.answer


def _times(turns: list[tuple[Turn, float]], backend: Distant) -> dict[str, Any]:
    ready = [(backend.ready[plain_words(turn.query)], turn, end) for turn, end in turns]
    return {
        "end_to_result_ms": quantiles([(at - end) * 1000 for at, _, end in ready]),
        # What was there before the turn was known to be over need not be waited for.
        "stopped_to_result_ms": quantiles([max(0.0, at - turn.stopped) * 1000 for at, turn, _ in ready]),
        "end_to_model_ms": quantiles([(turn.handed - end) * 1000 for turn, end in turns]),
        "searches": backend.searches,
    }


def table(lines: list[dict[str, Any]]) -> list[list[str]]:
    """Two rows an index: without and with; the share saved is of the medians of the one run."""
    rows = [["index", "search begins", "end of speech to result p50 ms", "saved", "turn over to result p50 ms", "saved",
             "end of speech to model p50 ms", "reused", "same result", "searches"]]  # fmt: skip
    for line in (line for line in lines if line["part"] == "speculation"):
        name = f"{line['delay_ms']} ms away" if line["delay_ms"] else "local"
        for way, label in (("off", "when asked"), ("on", "while speaking")):
            mine, row = line[way], [name, label]
            for key in ("end_to_result_ms", "stopped_to_result_ms"):
                now, before = mine[key]["p50"], line["off"][key]["p50"]
                row += [f"{now:.0f}", "" if way == "off" else f"{1 - now / before:.0%}"]
            counts = [f"{line['reused']} of {line['asked']}", f"{line['same']} of {line['alike']} heard alike"]
            counts = ["", ""] if way == "off" else counts
            rows.append([*row, f"{mine['end_to_model_ms']['p50']:.0f}", *counts, str(mine["searches"])])
    return rows
