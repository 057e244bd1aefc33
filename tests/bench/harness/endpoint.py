"""A fake Realtime endpoint that holds the same conversation with everybody, and notes when what came.

A turn is 0.6 s of quiet, 0.4 s of speech, 0.2 s of thinking, 3 s of answer in 40 ms deltas at real time, and 0.6 s of
rest. Every second turn calls a tool first and answers when its output and a `response.create` have come.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web
from harness import wire
from harness.events import Composer
from harness.schedule import Schedule

if TYPE_CHECKING:
    from harness.window import Window


@dataclass(frozen=True)
class Script:
    """The load; all times in ms."""

    mic: int = 40
    delta: int = 40
    idle: int = 600
    speech: int = 400
    think: int = 200
    answer: int = 3000
    rest: int = 600
    tool_every: int = 2
    tool_timeout: int = 5000

    @property
    def cycle(self) -> int:
        """Length of a turn without a tool."""
        return self.idle + self.speech + self.think + self.answer + self.rest


class Conversation:
    """One session at the endpoint."""

    def __init__(self, number: int, script: Script, window: Window, socket: web.WebSocketResponse) -> None:
        self._script, self._window, self._socket = script, window, socket
        self._make = Composer(number)
        self._tail = wire.body(script.delta, seed=7)
        self._caller = 0
        self._heard, self._create = asyncio.Event(), asyncio.Event()
        self._open_calls: dict[str, int] = {}
        self._answerable = False

    async def run(self) -> None:
        """Serve the socket until it closes."""
        await self._send(self._make.event("session.created", session=self._make.session()))
        talking = asyncio.create_task(self._talk())
        try:
            async for message in self._socket:
                if message.type == WSMsgType.TEXT:
                    await self._receive(message.data)
        finally:
            talking.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await talking

    async def _send(self, *events: str) -> None:
        for event in events:
            await self._socket.send_str(event)

    async def _receive(self, text: str) -> None:
        if stamp := wire.find(text):
            self._window.up.append(wire.now() - stamp[0])
            self._window.got_up += text.count(wire.MAGIC)
            self._caller = stamp[1]
            self._heard.set()
            return
        event = json.loads(text)
        kind = event.get("type")
        if kind == "session.update":
            session = {**self._make.session(), **event["session"]}
            await self._send(self._make.event("session.updated", session=session))
        elif kind == "conversation.item.create":
            await self._created(event["item"])
        elif kind == "response.create":
            if not self._answerable:
                self._window.spurious_create += 1
            self._create.set()

    async def _created(self, item: dict[str, Any]) -> None:
        if item.get("type") == "function_call_output":
            sent = self._open_calls.pop(item["call_id"], None)
            if sent is None:
                self._window.tool_unknown += 1
            else:
                self._window.tool.append(wire.now() - sent)
                self._answerable = True
        await self._send(*self._make.item({"id": self._make.id("item"), **item, "status": "completed"}))

    async def _talk(self) -> None:
        await self._heard.wait()
        clock, script = Schedule(), self._script
        # Sessions begin at even-spread points of the turn, so that the load is steady from the start.
        await clock.after(self._make.number * 0.6180339887 % 1 * script.cycle)
        turn = 0
        while True:
            turn += 1
            self._window.turns += 1
            await self._listen(clock)
            if not script.tool_every or turn % script.tool_every or await self._call_tool(clock):
                await self._answer(clock)
            await clock.after(script.rest)

    async def _listen(self, clock: Schedule) -> None:
        make, item = self._make, self._make.id("item")
        await clock.after(self._script.idle)
        await self._send(make.event("input_audio_buffer.speech_started", audio_start_ms=100, item_id=item))
        await clock.after(self._script.speech)
        content = [{"type": "input_audio", "transcript": None}]
        user = {"id": item, "type": "message", "status": "completed", "role": "user", "content": content}
        await self._send(
            make.event("input_audio_buffer.speech_stopped", audio_end_ms=500, item_id=item),
            make.event("input_audio_buffer.committed", previous_item_id=None, item_id=item),
            *make.item(user),
        )
        await clock.after(self._script.think)

    async def _call_tool(self, clock: Schedule) -> bool:
        """Call the tool and wait for what follows; False when nobody answers."""
        make, response, call = self._make, self._make.id("resp"), self._make.id("call")
        item = {"id": make.id("item"), "type": "function_call", "name": "noop", "call_id": call, "arguments": ""}
        ids = {"response_id": response, "item_id": item["id"], "output_index": 0, "call_id": call}
        arguments = '{"query":"x"}'
        done = {**item, "status": "completed", "arguments": arguments}
        self._window.tool_turns += 1
        started = {**item, "status": "in_progress"}
        place = {"response_id": response, "output_index": 0}
        await self._send(
            make.event("response.created", response=make.response(response, "in_progress", [])),
            make.event("response.output_item.added", **place, item=started),
            *make.item(started, done=False),
            *(
                make.event("response.function_call_arguments.delta", **ids, delta=part)
                for part in ('{"query"', ':"x"}')
            ),
            make.event("response.function_call_arguments.done", **ids, name="noop", arguments=arguments),
        )
        self._create.clear()
        self._answerable = False
        self._open_calls[call] = wire.now()
        await self._send(
            make.event("response.output_item.done", **place, item=done),
            make.event("conversation.item.done", previous_item_id=None, item=done),
            make.event("response.done", response=make.response(response, "completed", [done])),
        )
        try:
            await asyncio.wait_for(self._create.wait(), self._script.tool_timeout / 1000)
        except TimeoutError:
            self._window.tool_lost += 1
            self._open_calls.clear()
            return False
        finally:
            self._answerable = False
            clock.restart()
        return True

    async def _answer(self, clock: Schedule) -> None:
        make, response = self._make, self._make.id("resp")
        item = {"id": make.id("item"), "type": "message", "status": "in_progress", "role": "assistant", "content": []}
        place = {"response_id": response, "output_index": 0}
        part = {"response_id": response, "item_id": item["id"], "output_index": 0, "content_index": 0}
        await self._send(
            make.event("response.created", response=make.response(response, "in_progress", [])),
            make.event("response.output_item.added", **place, item=item),
            *make.item(item, done=False),
            make.event("response.content_part.added", **part, part={"type": "audio", "transcript": ""}),
        )
        count = self._script.answer // self._script.delta
        for index in range(count):
            await clock.after(self._script.delta)
            if index % 4 == 0:
                await self._send(make.event("response.output_audio_transcript.delta", **part, delta=" word"))
            self._window.sent_down += 1
            audio = wire.stamp(self._caller) + self._tail
            await self._send(make.event("response.output_audio.delta", **part, delta=audio))
        text = " word" * ((count + 3) // 4)
        done = {**item, "status": "completed", "content": [{"type": "output_audio", "transcript": text}]}
        await self._send(
            make.event("response.output_audio.done", **part),
            make.event("response.output_audio_transcript.done", **part, transcript=text),
            make.event("response.content_part.done", **part, part={"type": "audio", "transcript": text}),
            make.event("response.output_item.done", **place, item=done),
            make.event("conversation.item.done", previous_item_id=None, item=done),
            make.event("response.done", response=make.response(response, "completed", [done])),
        )


class Endpoint:
    """The server; `url` is what a relay is pointed to."""

    def __init__(self, port: int, script: Script, window: Window) -> None:
        self.url = f"ws://127.0.0.1:{port}/v1/realtime?model=fake"
        self._port, self._script, self._window = port, script, window
        self._number = 0
        app = web.Application()
        app.router.add_get("/v1/realtime", self._accept)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def __aenter__(self) -> Endpoint:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()

    async def _accept(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        self._number += 1
        with contextlib.suppress(ConnectionError):
            await Conversation(self._number, self._script, self._window, socket).run()
        return socket
