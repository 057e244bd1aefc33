"""A house with several workers: the command as users run it, a model that calls tools all the time, and callers."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import sys
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.environment import environment

ROOT = Path(__file__).parents[3]
STARTUP = 180  # seconds; a machine may be busy with other things

HOTEL = """
import asyncio
from agent import Agent
from tools import tool

@tool
async def look_up(query: str) -> str:
    '''Look something up.'''
    await asyncio.sleep(0.1)
    return "found " + query

agent = Agent(name="Hotel", instructions="{instructions}", tools=[look_up], model="ws://127.0.0.1:{port}/v1/realtime")
"""


class Model:
    """A Realtime endpoint that calls the tool, waits for its output, answers aloud, and begins again."""

    def __init__(self):
        self.asked, self.answered, self.unknown, self.heard = set(), set(), 0, 0
        self.instructions = []
        self.resting = False
        self._ids = itertools.count(1)

    async def __aenter__(self):
        app = web.Application()
        app.router.add_get("/v1/realtime", self._session)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _session(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        outputs = asyncio.Queue()
        await self._say(socket, "session.created", session={"type": "realtime", "id": self._id("sess")})
        talking = None
        try:
            async for message in socket:
                event = json.loads(message.data)
                if event["type"] == "session.update":
                    self.instructions.append(event["session"].get("instructions"))
                    session = {**event["session"], "type": "realtime", "id": "sess"}
                    await self._say(socket, "session.updated", session=session)
                    talking = talking or asyncio.create_task(self._talk(socket, outputs))
                elif event["type"] == "input_audio_buffer.append":
                    self.heard += 1
                elif event["type"] == "conversation.item.create":
                    if event["item"]["type"] == "function_call_output":
                        call = event["item"]["call_id"]
                        self.unknown += call not in self.asked or call in self.answered
                        self.answered.add(call)
                    await self._item(socket, event["item"])
                elif event["type"] == "response.create":
                    outputs.put_nowait(None)
        finally:
            if talking is not None:
                talking.cancel()
                await asyncio.gather(talking, return_exceptions=True)
        return socket

    async def _talk(self, socket, outputs):
        while True:
            await asyncio.sleep(0.05)
            if self.resting:
                return
            response, call, item = self._id("resp"), self._id("call"), self._id("item")
            fields = {"id": item, "type": "function_call", "name": "look_up", "call_id": call}
            done = {**fields, "status": "completed", "arguments": '{"query":"x"}'}
            place = {"response_id": response, "output_index": 0}
            self.asked.add(call)
            await self._begin(socket, response)
            await self._say(socket, "response.output_item.added", **place, item={**fields, "arguments": ""})
            await self._say(socket, "response.output_item.done", **place, item=done)
            await self._end(socket, response, [done])
            await outputs.get()
            await self._answer(socket)

    async def _answer(self, socket):
        response, item = self._id("resp"), self._id("item")
        message = {"id": item, "type": "message", "role": "assistant", "content": []}
        place = {"response_id": response, "output_index": 0}
        part = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        await self._begin(socket, response)
        await self._say(socket, "response.output_item.added", **place, item=message)
        for _ in range(5):
            await asyncio.sleep(0.1)
            await self._say(socket, "response.output_audio.delta", **part, delta="AAAA" * 1200)
        await self._say(socket, "response.output_audio.done", **part)
        await self._say(socket, "response.output_item.done", **place, item=message)
        await self._end(socket, response, [message])

    async def _begin(self, socket, response):
        body = {"id": response, "object": "realtime.response", "status": "in_progress", "output": []}
        await self._say(socket, "response.created", response=body)

    async def _end(self, socket, response, output):
        body = {"id": response, "object": "realtime.response", "status": "completed", "output": output}
        await self._say(socket, "response.done", response=body)

    async def _item(self, socket, item):
        item = {"id": self._id("item"), **item, "status": "completed"}
        await self._say(socket, "conversation.item.added", previous_item_id=None, item=item)
        await self._say(socket, "conversation.item.done", previous_item_id=None, item=item)

    async def _say(self, socket, kind, **fields):
        with contextlib.suppress(ConnectionError):
            await socket.send_str(json.dumps({"type": kind, "event_id": self._id("event"), **fields}))

    def _id(self, kind):
        return f"{kind}_{next(self._ids)}"


class House:
    """`vocative run` as a process of its own.

    Args:
        folder: Where it runs.
        arguments: Of the command.
        how: Further options of the process.
    """

    def __init__(self, folder, *arguments, **how):
        self._folder, self._arguments, self._how = folder, arguments, how
        self.said = []

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "agent", "run", "--port", "0", *self._arguments],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self._folder,
            env=environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1"),
            **self._how,
        )
        self._reading = asyncio.create_task(self._read())
        greeted = await self.says(r"listens on (\S+)")
        self.url = greeted[1]
        return self

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            for pid in self.workers():
                os.kill(pid, 9)
            self.process.kill()
        await self.process.wait()
        await self._reading

    async def _read(self):
        async for line in self.process.stdout:
            self.said.append(line.decode())

    async def says(self, pattern):
        """Wait until it says something that a pattern fits."""
        async with asyncio.timeout(STARTUP):
            while True:
                text = "".join(self.said)
                if found := re.search(pattern, text):
                    return found
                assert not self._reading.done(), text
                await asyncio.sleep(0.05)

    def workers(self):
        """The process ids of its workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = []
        for pid in path.read_text().split():
            with contextlib.suppress(OSError):
                if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text():
                    found.append(int(pid))
        return found

    async def until(self, condition):
        """Wait until something holds."""
        async with asyncio.timeout(STARTUP):
            while not condition():
                assert self.process.returncode is None, "".join(self.said)
                await asyncio.sleep(0.05)


class Caller:
    """One who speaks and listens all the time, and notes how it ends."""

    def __init__(self, house):
        self._house, self.deltas, self.closed, self.leaving = house, 0, None, False
        self.ready, self.token = asyncio.Event(), None

    async def __aenter__(self):
        self._http = aiohttp.ClientSession()
        self.socket = await self._http.ws_connect(
            f"{self._house.url}/v1/realtime", protocols=("realtime", "vocative.v1")
        )
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._speak())]
        return self

    async def __aexit__(self, *_):
        await self.leave()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()

    async def leave(self):
        self.leaving = True
        await self.socket.close()

    async def _listen(self):
        async for message in self.socket:
            if '"response.output_audio.delta"' in message.data:
                self.deltas += 1
            elif '"extension.ready"' in message.data:
                self.token = json.loads(message.data)["resume"]["token"]
                self.ready.set()
        if not self.leaving:
            self.closed = asyncio.get_running_loop().time(), self.socket.close_code

    async def _speak(self):
        append = json.dumps({"type": "input_audio_buffer.append", "audio": "AAAA" * 1280})
        while not self.socket.closed:
            await self.socket.send_str(append)
            await asyncio.sleep(0.2)
