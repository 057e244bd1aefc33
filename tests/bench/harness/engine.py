"""The whole product with its embedded engine: from the end of a spoken question to the first sound of the answer.

The clock starts when the last voiced sample has been captured, so the silence voice activity waits for is included.
A microphone hands over a chunk when it is full, so each chunk leaves at the end of its own time, never before.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

import aiohttp
from harness import probes, speech
from harness.process import explain, free_port, serving
from harness.schedule import Schedule
from harness.window import quantiles

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

_ANSWER_SECONDS = 60
_SILENCE_MS = 500


class Talker:
    """One caller who asks, hears the answer out and asks again."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._say: list[str] = []
        self._said_at = 0.0
        self._stopped_at = self._first_at = 0.0
        self._transcript: list[str] = []
        self._failure = ""
        self._ready, self._spoken, self._answered = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def agree(self) -> None:
        """Set the session up and keep the microphone open from then on."""
        detection = {"type": "server_vad", "silence_duration_ms": _SILENCE_MS}
        session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
        self._tasks = [asyncio.create_task(self._listen())]
        await self._socket.send_json({"type": "session.update", "session": session})
        await asyncio.wait_for(self._ready.wait(), _ANSWER_SECONDS)
        if self._failure:
            raise RuntimeError(self._failure)
        self._tasks.append(asyncio.create_task(self._microphone()))

    async def ask(self, question: speech.Question) -> dict[str, Any]:
        """Ask in real time and wait until the answer is complete."""
        self._stopped_at = self._first_at = 0.0
        self._transcript.clear()
        self._spoken.clear()
        self._answered.clear()
        self._said_at, self._say = 0.0, list(question.chunks)
        await self._spoken.wait()
        end = self._said_at + question.end_ms / 1000
        await asyncio.wait_for(self._answered.wait(), _ANSWER_SECONDS)
        if self._failure:
            raise RuntimeError(self._failure)
        right = question.answer.lower() in "".join(self._transcript).lower()
        return {
            "speech_end_to_audio": (self._first_at - end) * 1000,
            "vad_to_audio": (self._first_at - self._stopped_at) * 1000,
            "right": right,
        }

    async def leave(self) -> None:
        """Hang up."""
        await self._socket.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _microphone(self) -> None:
        clock, quiet = Schedule(), speech.silence()
        while True:
            chunk = self._say.pop(0) if self._say else quiet
            if chunk is not quiet and not self._said_at:
                self._said_at = clock.now
            await clock.after(speech.CHUNK_MS)
            with contextlib.suppress(ConnectionError):
                await self._socket.send_str(f'{{"type":"input_audio_buffer.append","audio":"{chunk}"}}')
            if chunk is not quiet and not self._say:
                self._spoken.set()

    async def _listen(self) -> None:
        async for message in self._socket:
            if self._failure:
                break
            event = json.loads(message.data)
            kind = event["type"]
            if kind == "session.updated":
                self._ready.set()
            elif kind == "input_audio_buffer.speech_stopped":
                self._stopped_at = time.perf_counter()
            elif kind == "response.output_audio.delta" and not self._first_at:
                self._first_at = time.perf_counter()
            elif kind == "response.output_audio_transcript.delta":
                self._transcript.append(event["delta"])
            elif kind == "response.done" and self._first_at:
                self._answered.set()
            elif kind == "error":
                self._failure = f"the engine reported {event['error']}"
        self._failure = self._failure or f"the socket closed with {self._socket.close_code}"
        self._ready.set()
        self._answered.set()


async def _session(http: aiohttp.ClientSession, url: str, delay: float, asked: list[speech.Question]) -> list[Any]:
    await asyncio.sleep(delay)
    async with http.ws_connect(url, max_msg_size=0) as socket:
        talker = Talker(socket)
        try:
            await talker.agree()
            return [await talker.ask(question) for question in asked]
        finally:
            await talker.leave()


async def measure(options: argparse.Namespace, emit: Callable[[dict[str, Any]], None]) -> None:
    """One caller alone, then ten at once, against one serving process."""
    port = free_port()
    many, turns = (2, 1) if options.quick else (10, 6)
    asked = speech.questions(4 if options.quick else 24)
    command = f"python -m agent run --host 127.0.0.1 --port {port}".split()
    try:
        with serving(command, port) as pid:
            async with aiohttp.ClientSession() as http:
                for count in (1, many):
                    line = await _crowd(http, f"ws://127.0.0.1:{port}/v1/realtime", count, turns, asked)
                    memory = probes.resident_mb(pid)
                    emit({"part": "engine", "sessions": count, **line, "resident_mb": memory and round(memory, 1)})
    except (RuntimeError, OSError, TimeoutError, aiohttp.ClientError) as error:
        emit({"part": "engine", "error": explain(error)})


async def _crowd(
    http: aiohttp.ClientSession, url: str, count: int, turns: int, asked: tuple[speech.Question, ...]
) -> dict[str, Any]:
    # A lone caller asks more, so that its median has as many samples to stand on. Callers begin spread over three
    # seconds: people do not speak in step, and in step would measure only the worst moment.
    turns = turns if count > 1 else turns * 4
    plans = [[asked[(n * turns + t) % len(asked)] for t in range(turns)] for n in range(count)]
    taken = await asyncio.gather(*(_session(http, url, n * 3 / count, plan) for n, plan in enumerate(plans)))
    results = [result for each in taken for result in each]
    return {
        "speech_end_to_audio_ms": quantiles([result["speech_end_to_audio"] for result in results]),
        "vad_to_audio_ms": quantiles([result["vad_to_audio"] for result in results]),
        "right": sum(result["right"] for result in results),
        "asked": len(results),
    }


def table(lines: list[dict[str, Any]]) -> list[list[str]]:
    """One row for each number of callers; the last column against one caller alone."""
    rows = [["Callers", "speech end to audio p50 ms", "p95", "after the pause p50 ms", "right answers", "resident MB",
             "x one caller"]]  # fmt: skip
    good = [line for line in lines if line["part"] == "engine" and "error" not in line]
    alone = next((line["speech_end_to_audio_ms"]["p50"] for line in good if line["sessions"] == 1), None)
    for line in good:
        whole, ours = line["speech_end_to_audio_ms"], line["vad_to_audio_ms"]
        ratio = f"{whole['p50'] / alone:.2f}" if alone else "-"
        memory = f"{line['resident_mb']:.0f}" if line["resident_mb"] else "not measured"
        right = f"{line['right']} of {line['asked']}"
        rows.append([str(line["sessions"]), f"{whole['p50']:.0f}", f"{whole['p95']:.0f}", f"{ours['p50']:.0f}", right,
                     memory, ratio])  # fmt: skip
    failed = [line["error"] for line in lines if line["part"] == "engine" and "error" in line]
    return rows + [["failed", error.strip().splitlines()[-1][:80]] for error in failed]
