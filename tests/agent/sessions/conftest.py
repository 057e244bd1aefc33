"""Workers that share a real Redis, and a model that acknowledges what it is told and says what a test wants."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent
from agent.core.rates import ANY, Tariff
from agent.pricing.books import Books
from agent.returns import RESUME
from agent.server import EXTENSIONS, Server
from agent.sessions.custody import Custody
from agent.sessions.redis_ledger import RedisLedger
from agent.sessions.redis_store import RedisStore
from agent.sessions.sealing import Seal
from agent.transports.memory import pair
from tests.agent.core.spendthrift import CENT
from tests.redis_server import redis_server

KEY = b"a key that is long enough to be one"


@pytest.fixture(scope="module")
def redis_process():
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(redis_process):
    redis_process.do("FLUSHALL")
    return redis_process


class Link:
    """One connection to the model: what it was told, and what it says."""

    def __init__(self, stream):
        self.stream, self.told, self.news = stream, [], asyncio.Event()
        self.items = []
        self.task = asyncio.create_task(self._serve())

    async def says(self, kind, **fields):
        await self.stream.send(json.dumps({"type": kind, **fields}))

    async def _serve(self):
        await self.says("session.created", session={"id": "sess_m"})
        while True:
            try:
                event = json.loads(await self.stream.receive())
            except Exception:
                return
            self.told.append(event)
            if event["type"] == "session.update":
                await self.says("session.updated", session={"id": "sess_m", **event["session"]})
            elif event["type"] == "conversation.item.create":
                item = {"id": f"i_{len(self.told)}", **event["item"], "status": "completed"}
                self.items.append(item)
                for kind in ("conversation.item.added", "conversation.item.done"):
                    await self.says(kind, previous_item_id=None, item=item)
            self.news.set()

    async def gets(self, kind, count=1):
        async with asyncio.timeout(5):
            while True:
                found = [event for event in self.told if event["type"] == kind]
                if len(found) >= count:
                    return found[count - 1]
                self.news.clear()
                await self.news.wait()

    async def hears(self, item_id, text):
        """The user says something."""
        content = [{"type": "input_text", "text": text}]
        item = {"id": item_id, "type": "message", "role": "user", "status": "completed", "content": content}
        await self.says("conversation.item.added", previous_item_id=None, item=item)
        await self.says("conversation.item.done", previous_item_id=None, item=item)

    async def spends(self, count, response_id="r1"):
        """A silent answer that costs so many cents."""
        usage = {"input_tokens": count, "output_tokens": 0}
        await self.says("response.created", response={"id": response_id, "conversation_id": "c"})
        response = {"id": response_id, "conversation_id": "c", "status": "completed", "output": [], "usage": usage}
        await self.says("response.done", response=response)

    async def calls(self, call_id, name, response_id="r1", arguments="{}"):
        item = {"id": f"f_{call_id}", "type": "function_call", "call_id": call_id, "name": name}
        item |= {"arguments": arguments, "status": "completed"}
        await self.says("response.created", response={"id": response_id, "conversation_id": "c"})
        await self.says("conversation.item.added", previous_item_id=None, item=item | {"status": "in_progress"})
        await self.says("response.output_item.done", response_id=response_id, output_index=0, item=item)
        await self.says("conversation.item.done", previous_item_id=None, item=item)
        await self.says("response.done", response={"id": response_id, "status": "completed", "output": [item]})


class Worker:
    """One server over real sockets."""

    def __init__(self, http, server, links):
        self.http, self.server, self.links = http, server, links

    @property
    def custody(self):
        return self.server._custody

    async def enter(self, token=None, bearer=None):
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        offers = ("realtime", EXTENSIONS) if token is None else ("realtime", EXTENSIONS, RESUME + token)
        return Caller(await self.http.ws_connect("/v1/realtime", protocols=offers, headers=headers))

    async def link(self, number=1):
        async with asyncio.timeout(5):
            while len(self.links) < number:  # noqa: ASYNC110  (nobody tells)
                await asyncio.sleep(0.005)
        return self.links[number - 1]

    async def kept(self):
        """Until all that has happened is in the store."""
        await asyncio.gather(*(held.keep.noted() for held in self.custody._held.values()))

    async def dies(self):
        """What others see of a worker that was killed: it neither writes nor listens nor answers."""
        self.custody._store._listening.cancel()
        await asyncio.gather(self.custody._store._listening, return_exceptions=True)
        self.custody._store.trouble = "dead"


class Caller:
    def __init__(self, socket):
        self.socket, self.events = socket, []

    async def gets(self, kind):
        async with asyncio.timeout(5):
            while True:
                message = await self.socket.receive()
                assert message.data is not None, f"closed with {self.socket.close_code} before {kind}"
                event = json.loads(message.data) if isinstance(message.data, str) else {"type": "close"}
                self.events.append(event)
                if event["type"] == kind:
                    return event
                assert isinstance(message.data, str), f"closed with {message.data} {message.extra} before {kind}"

    async def token(self):
        return (await self.gets("extension.ready"))["resume"]["token"]

    async def ends(self):
        """The message that closes the connection, whatever comes before it."""
        while (message := await self.socket.receive()).type.name == "TEXT":
            pass
        return message

    def breaks(self):
        self.socket._response.connection.transport.abort()


@pytest.fixture
async def workers(redis):
    """Opens workers; each has its own model and shares the store."""
    async with AsyncExitStack() as stack:

        async def opened(*tools, grace=5.0, keys=(KEY,), agent=None, door=None, budget=None):
            links = []

            async def connect():
                ours, theirs = pair()
                links.append(Link(theirs))
                return ours

            store = RedisStore(redis.url)
            custody, books = Custody(store, Seal(keys), grace), None
            if budget is not None:
                books = Books(budget, Tariff({ANY: CENT}), ledger=RedisLedger(store))
            within = {"grace": grace, "custody": custody, "books": books}
            server = Server(agent or Agent(tools=tools), connect, None, door, **within)
            http = await stack.enter_async_context(TestClient(TestServer(server.application())))
            return Worker(http, server, links)

        yield opened


async def outcome_of(caller):
    async with asyncio.timeout(5):
        event = json.loads((await caller.socket.receive()).data)
    return event["error"]["code"] if event["type"] == "error" else event["type"]


@pytest.fixture
async def stores(redis):
    """The same Redis, as two workers reach it."""
    both = [RedisStore(redis.url), RedisStore(redis.url)]
    for number, store in enumerate(both):
        await store.start(f"w{number}", lambda _message: None, lambda: None)
    yield both
    for store in both:
        await store.close()
