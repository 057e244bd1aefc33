"""Speaker: the voice of one response; synthesis one piece ahead, sending as fast as wanted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agent.engine.wire_audio import Encoder
from agent.engine.workers import AHEAD, URGENT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from agent.engine.effects import Speak
    from agent.engine.parts import Voice
    from agent.engine.workers import Workers

_DELTA_MS = 160
_PACED_DELTA_MS = 60
_PIECES_AHEAD = 3


class Speaker:
    """Speaks the sentences of one response in order.

    Args:
        voice: Text to speech.
        workers: The threads it runs in.
        paced: Send in real time instead of as fast as possible.
        spoken: Called with each stretch of audio and its sentence's number; awaited, so it can hold the speaker back.
        finished: Called with the number of a sentence that is spoken to its end.
    """

    def __init__(
        self,
        voice: Voice,
        workers: Workers,
        *,
        paced: bool,
        spoken: Callable[[int, bytes], Awaitable[None]],
        finished: Callable[[int], None],
    ) -> None:
        self._voice = voice
        self._workers = workers
        self._paced = paced
        self._spoken = spoken
        self._finished = finished
        self._sentences: asyncio.Queue[Speak] = asyncio.Queue()
        self._pieces: asyncio.Queue[tuple[Speak, bytes | None]] = asyncio.Queue(_PIECES_AHEAD)
        self._due: float | None = None

    def say(self, sentence: Speak) -> None:
        """Speak a sentence after those before it."""
        self._sentences.put_nowait(sentence)

    async def run(self) -> None:
        """Speak until cancelled; whatever the voice raises comes out here."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._synthesise())
            group.create_task(self._send())

    async def _synthesise(self) -> None:
        while True:
            sentence = await self._sentences.get()
            encoder = Encoder(sentence.format)
            pieces = self._voice.speak(sentence.text, speed=sentence.speed)
            urgency = URGENT if sentence.segment == 0 else AHEAD
            while (audio := await self._workers.run(urgency, _next_piece, pieces, encoder)) is not None:
                await self._pieces.put((sentence, audio))
                urgency = AHEAD
            await self._pieces.put((sentence, encoder.flush()))
            await self._pieces.put((sentence, None))

    async def _send(self) -> None:
        while True:
            sentence, audio = await self._pieces.get()
            if audio is None:
                self._finished(sentence.segment)
                continue
            delta_ms = _PACED_DELTA_MS if self._paced else _DELTA_MS
            size = delta_ms * sentence.format.bytes_per_ms
            for start in range(0, len(audio), size):
                delta = audio[start : start + size]
                if self._paced:
                    await self._wait_until_due(sentence.format.ms(len(delta)) / 1000)
                await self._spoken(sentence.segment, delta)

    async def _wait_until_due(self, duration_s: float) -> None:
        now = asyncio.get_running_loop().time()
        due = now if self._due is None else max(self._due, now)
        await asyncio.sleep(due - now)
        self._due = due + duration_s


def _next_piece(pieces: Iterator[NDArray[np.int16]], encoder: Encoder) -> bytes | None:
    samples = next(pieces, None)
    return None if samples is None else encoder.push(samples)
