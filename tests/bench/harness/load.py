"""Callers: each holds a socket, speaks without pause and notes when the model's audio arrives."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

import aiohttp
from harness import wire
from harness.events import dumps
from harness.schedule import Schedule

if TYPE_CHECKING:
    from harness.window import Window

_READY_SECONDS = 30
_UPDATE = {
    "type": "session.update",
    "session": {"type": "realtime", "audio": {"input": {"turn_detection": {"type": "server_vad"}}}},
}


class Caller:
    """One session.

    Args:
        number: Its own, stamped into its audio.
        window: Where samples go.
        mic_ms: How much audio a frame carries, and so how often one is sent.
        runs_tools: Answer the model's function calls, as the client of a bare relay has to.
    """

    def __init__(self, number: int, window: Window, *, mic_ms: int, runs_tools: bool) -> None:
        self._number, self._window, self._mic_ms, self._runs_tools = number, window, mic_ms, runs_tools
        self._tail = wire.body(mic_ms, seed=11) + '"}'
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    async def start(self, http: aiohttp.ClientSession, url: str) -> None:
        """Connect, agree on a session and begin to speak."""
        self._socket = await http.ws_connect(url, max_msg_size=0, compress=0)
        self._tasks.append(asyncio.create_task(self._listen()))
        await asyncio.wait_for(self._ready, _READY_SECONDS)
        self._tasks.append(asyncio.create_task(self._speak()))

    async def stop(self) -> None:
        """Hang up."""
        self._closing = True
        await self._socket.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _speak(self) -> None:
        clock, count = Schedule(), 0
        while True:
            count += 1
            self._window.sent_up += 1
            head = f'{{"event_id":"evt_{count:010d}","type":"input_audio_buffer.append","audio":"'
            with contextlib.suppress(ConnectionError):
                await self._socket.send_str(head + wire.stamp(self._number) + self._tail)
            await clock.after(self._mic_ms)

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            if stamp := wire.find(message.data):
                self._window.down.append(wire.now() - stamp[0])
                self._window.got_down += message.data.count(wire.MAGIC)
            else:
                await self._on_event(message.data)
        if not self._closing:
            self._window.drops += 1
            if not self._ready.done():
                reason = self._socket.close_code
                self._ready.set_exception(ConnectionError(f"closed with {reason} before the session was ready"))

    async def _on_event(self, text: str) -> None:
        kind = json.loads(text)["type"]
        if kind == "session.created":
            await self._socket.send_str(dumps(_UPDATE))
        elif kind == "session.updated" and not self._ready.done():
            self._ready.set_result(None)
        elif kind == "error":
            self._window.errors += 1
            if not self._ready.done():
                self._ready.set_exception(ConnectionError(text))
        elif self._runs_tools and kind == "response.done":
            await self._answer_calls(json.loads(text)["response"]["output"])

    async def _answer_calls(self, items: list[dict[str, str]]) -> None:
        calls = [item for item in items if item["type"] == "function_call"]
        for call in calls:
            output = {"type": "function_call_output", "call_id": call["call_id"], "output": "ok"}
            await self._socket.send_str(dumps({"type": "conversation.item.create", "item": output}))
        if calls:
            await self._socket.send_str('{"type":"response.create"}')


@contextlib.asynccontextmanager
async def callers(url: str, count: int, window: Window, *, mic_ms: int, runs_tools: bool):
    """Hold so many sessions for the time of a block."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        crowd = [Caller(n + 1, window, mic_ms=mic_ms, runs_tools=runs_tools) for n in range(count)]
        started: list[Caller] = []
        try:
            for caller in crowd:
                await caller.start(http, url)
                started.append(caller)
            yield
        finally:
            await asyncio.gather(*(caller.stop() for caller in started))
