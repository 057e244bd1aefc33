"""A caller who types, and comes back when the connection breaks, as the page does."""

from __future__ import annotations

import asyncio
import json

from aiohttp import ClientError

from agent.returns import RESUME
from agent.server import EXTENSIONS

STRANGERS = 6  # how often it asks again where a worker does not know of it
PAUSE = 0.2  # seconds before that


class Caller:
    """Dials one address after the other, each when the connection to the one before is lost.

    Attributes:
        events: What it was told.
        answers: The texts among that.
        closed: Every connection that it lost: when, and the close code.
        back_after: How long it took to be back in its session, in seconds, each time.
    """

    def __init__(self, http, number, urls):
        self.http, self.number, self._urls = http, number, urls
        self.events, self.answers, self.closed, self.back_after = [], [], [], []
        self.token = self._away_since = None
        self._news = asyncio.Condition()

    async def run(self):
        loop = asyncio.get_running_loop()
        for url in self._urls:
            await self._connected(url)
            self._away_since = loop.time()
            self.closed.append((self._away_since, self.socket.close_code))

    async def _connected(self, url):
        for attempt in range(STRANGERS):
            stranger = False
            offers = ["realtime", EXTENSIONS, *([] if self.token is None else [RESUME + self.token])]
            try:
                async with self.http.ws_connect(f"{url}/v1/realtime", protocols=offers) as self.socket:
                    async for message in self.socket:
                        event = json.loads(message.data)
                        stranger = stranger or (event["type"] == "error" and event["error"]["code"] == "not_resumable")
                        await self._told(event)
                if not stranger:
                    return
            except ClientError:  # whoever was about to answer has died
                if attempt == STRANGERS - 1:
                    raise
            await asyncio.sleep(PAUSE)
        raise AssertionError(f"caller {self.number} is known to nobody any more")

    async def _told(self, event):
        self.events.append(event)
        if event["type"] == "extension.ready":
            self.token = event["resume"]["token"]
        elif event["type"] == "extension.reconnected":
            self.back_after.append(asyncio.get_running_loop().time() - self._away_since)
        elif event["type"] == "response.done":
            output = event["response"].get("output", ())
            parts = [part for item in output for part in item.get("content", ())]
            self.answers += [part.get("text") or part.get("transcript") for part in parts]
        async with self._news:
            self._news.notify_all()

    async def until(self, holds):
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(holds)

    async def saw(self, kind):
        await self.until(lambda: any(event["type"] == kind for event in self.events))

    async def books(self, wish=None):
        self._wish = self.number if wish is None else wish
        await self.says(f"book for {self._wish}", id=f"wish_{self._wish}")

    async def makes_sure(self):
        """What was said in the very moment in which a worker died may not have been heard: ask, and say it again."""
        self.events.clear()
        await self.socket.send_json({"type": "conversation.item.retrieve", "item_id": f"wish_{self._wish}"})
        await self.until(lambda: {"conversation.item.retrieved", "error"} & {each["type"] for each in self.events})
        if any(each["type"] == "error" for each in self.events):
            await self.books(self._wish)

    async def says(self, text, **fields):
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content, **fields}
        await self.socket.send_json({"type": "conversation.item.create", "item": item})
        await self.socket.send_json({"type": "response.create"})

    async def asks(self, text):
        before = len(self.answers)
        await self.says(text)
        await self.until(lambda: len(self.answers) > before)
        return self.answers[-1]
