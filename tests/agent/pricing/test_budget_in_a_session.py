"""A budget in a real session: server, relay and the embedded engine, which reports what it uses."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field

import pytest

from agent import Agent, Budget
from agent.engine.runtime import Engine
from agent.pricing.books import Books
from agent.pricing.table import tariff
from agent.server import Server
from agent.testing import Script, Stage
from agent.testing.lazy import LazyEars, LazyVoice, ScriptOrEngine
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tools import User, tool

# Only what the model writes costs, and a token of that a cent; the engine takes four characters for one.
PRICES = '[models."*"]\ntext_out = 10000\ntext_in = 0\naudio_in = 0\naudio_out = 0\nminute = 0\n'
THIRTY_TWO = "on and on " * 12 + "and on."  # 127 letters, and so many cents
BUDGET = Budget(session=0.40, warning="Soon over.", farewell="It is over. Goodbye.")


@pytest.fixture
def prices(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(PRICES, encoding="utf-8")
    return path


@pytest.fixture
def script():
    script = Script()
    script.when("leave").calls("search", query="leave").then_says("Thirty days.")
    script.when("story").says(THIRTY_TWO)
    return script


@dataclass
class Client:
    """A client's end of a session, which remembers what came."""

    stream: object
    events: list = field(default_factory=list)

    async def says(self, text):
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        await self.stream.send(json.dumps({"type": "conversation.item.create", "item": item}))
        await self.stream.send(json.dumps({"type": "response.create"}))

    async def gets(self, kind, **fields):
        """Read up to an event of a type with these fields."""
        async with asyncio.timeout(30):
            while True:
                event = json.loads(await self.stream.receive())
                self.events.append(event)
                if event["type"] == kind and event | fields == event:
                    return event

    async def ends(self):
        """Read to the end of the session."""
        with pytest.raises(TransportClosed) as closed:
            await self.gets("nothing more")
        return closed.value.code, closed.value.reason

    def all(self, kind, name):
        return [event[name] for event in self.events if event["type"] == kind]


@pytest.fixture
async def call(script, prices):
    """Makes calls of servers that share their books, with one engine."""
    engine = Engine(LazyEars(), LazyVoice(), ScriptOrEngine(script), session_cap_s=3600)
    books, serving, servers, clients = {}, [], [], []

    async def connect():
        return engine.connect()

    async def make(agent, user=None, *, extensions=True):
        shared = books.setdefault(agent.name, Books(agent.budget, tariff("engine", prices)))
        theirs, ours = pair()
        servers.append(Server(agent, connect, None, books=shared))
        serving.append(asyncio.create_task(servers[-1].serve(theirs, extensions=extensions, user=user)))
        client = Client(ours)
        clients.append(client)
        await client.gets("extension.ready" if extensions else "session.created")
        return client

    yield make
    for client in clients:
        await client.stream.close()
    await asyncio.gather(*serving)
    for server in servers:
        await server.close()
    await engine.close()


def agent(**options):
    return Agent(**{"budget": BUDGET} | options)


@pytest.mark.slow
async def test_a_caller_is_warned_aloud_then_taken_leave_of_and_the_session_ends_with_its_reason(call, caplog):
    caplog.set_level(logging.INFO)

    @tool
    def search(query: str) -> str:
        """Search the handbook."""
        return f"About {query}: thirty days."

    client = await call(agent(tools=[search]))
    await client.says("Tell me a story.")
    await client.gets("response.output_audio_transcript.done", transcript="Soon over.")
    await client.says("How much leave do I get?")
    assert await client.ends() == (1008, "the budget of this conversation is spent")
    assert client.all("response.output_audio_transcript.done", "transcript") == [
        THIRTY_TWO,
        "Soon over.",
        "Thirty days.",
        "It is over. Goodbye.",
    ]
    assert client.all("extension.budget", "state") == ["warning", "reached"]
    assert [error["code"] for error in client.all("error", "error")] == ["budget_reached"]
    assert client.all("extension.usage", "cost_usd") == [0.32, 0.35, 0.41, 0.44, 0.49]
    assert "5 responses" in caplog.text
    assert "0.490000 USD" in caplog.text


def test_a_users_own_tests_can_price_the_engine(script, prices):
    with Stage(script=script, prices=prices) as stage:
        caller = stage.caller(agent(budget=Budget(session=0.30, farewell="Goodbye.")))
        caller("Tell me a story.")
        with pytest.raises(AssertionError, match="the session ended"):
            caller.waits_for("nothing more")
    assert [event["state"] for event in caller.events if event["type"] == "extension.budget"] == ["reached"]


@pytest.mark.slow
async def test_a_tool_that_runs_when_the_budget_is_spent_still_answers(call):
    """Nothing is lost."""
    release = asyncio.Event()

    @tool
    async def search(query: str) -> str:
        """Search the handbook."""
        await release.wait()
        return f"About {query}: thirty days."

    client = await call(agent(tools=[search], budget=Budget(session=0.06, stop_at=9.0, farewell="Goodbye.")))
    await client.says("How much leave do I get?")
    await client.gets("extension.usage", cost_usd=0.06)
    release.set()
    assert await client.ends() == (1008, "the budget of this conversation is spent")
    assert client.all("extension.call.finished", "status") == ["completed"]
    assert client.all("response.output_audio_transcript.done", "transcript") == ["Thirty days.", "Goodbye."]


@pytest.mark.slow
async def test_what_a_client_is_told_is_what_the_service_reported(call):
    client = await call(agent(budget=Budget()))
    for _ in range(2):
        await client.says("Tell me a story.")
        await client.gets("extension.usage")
    reported = [response["usage"] for response in client.all("response.done", "response")]
    [*_, sums] = client.all("extension.usage", "responses")
    read = sum(count for kind, count in sums.items() if kind.endswith("_in"))
    assert read == sum(usage["input_tokens"] for usage in reported) > 0
    assert sums["text_out"] + sums["audio_out"] == sum(usage["output_tokens"] for usage in reported) > 0
    assert client.all("extension.usage", "cost_usd") == [0.32, 0.64]


@pytest.mark.slow
async def test_a_users_budget_is_one_over_their_sessions_and_nobody_elses(call):
    named = agent(budget=Budget(user=0.40, warning="Soon over.", farewell="Goodbye."))
    first, other = await call(named, User("ann")), await call(named, User("bob"))
    await first.says("Tell me a story.")
    await first.gets("extension.budget", state="warning", scope="user")
    second = await call(named, User("ann"))
    await second.says("Tell me a story.")
    assert await second.ends() == (1008, "your budget for today is spent")
    await other.says("Tell me a story.")
    await other.gets("extension.usage", cost_usd=0.32)


@pytest.mark.slow
async def test_a_stock_client_hears_the_last_words_and_is_told_why_it_ends(call):
    client = await call(agent(budget=Budget(session=0.30, farewell="Goodbye.")), extensions=False)
    await client.says("Tell me a story.")
    assert await client.ends() == (1008, "the budget of this conversation is spent")
    assert client.all("response.output_audio_transcript.done", "transcript")[-1] == "Goodbye."
    assert [error["code"] for error in client.all("error", "error")] == ["budget_reached"]
    assert not [event for event in client.events if event["type"].startswith("extension.")]
