"""What is run ahead, through the relay: begun early, used once and by nobody else, stopped when it is not wanted."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent import Agent
from agent.cast import Cast
from agent.core.speculating import DELTA
from tests.agent.by_hand import House, gets, houses
from tools import RateLimit, Speculation, ToolContext, ToolError, ToolPolicy, Toolset, User, tool
from tools.opening import Shared
from tools.result import SHOWN
from tools.search.backend import Passage
from tools.search.tool import search_tool


class Index:
    """An index that is as slow as a test wants, and remembers who asked what."""

    def __init__(self):
        self.asked, self.stopped = [], 0
        self.begun, self.may_answer = asyncio.Event(), asyncio.Event()

    async def search(self, query, *, top=5, user=None):
        self.asked.append((query, user and user.id))
        self.begun.set()
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return [Passage(f"id of {query}", "handbook.pdf", "Handbook", f"About {query}.", 0.5)]


class Listening(House):
    """One whose model tells what it hears, and whose tools may be run ahead."""

    def __init__(self, *tools, **options):
        names = frozenset(spec.name for spec in Toolset(tools) if spec.speculation)
        super().__init__(*tools, config={"speculative": names}, **options)

    async def open(self):
        await self.model_says("session.created", session={})
        await self.model_says("session.updated", session={})
        await self.told("extension.ready")
        return self

    async def hears(self, text, item="u1"):
        await self.model_says("input_audio_buffer.speech_started", item_id=item, audio_start_ms=0)
        await self.model_says(DELTA, item_id=item, content_index=0, delta=text)

    async def calls(self, query, name="search", call_id="c1"):
        item = {"type": "function_call", "id": f"fc_{call_id}", "call_id": call_id, "name": name}
        item |= {"arguments": json.dumps({"query": query}), "status": "completed"}
        await self.model_says("input_audio_buffer.committed", item_id="u1", previous_item_id=None)
        await self.model_says("response.output_item.done", response_id="r1", output_index=0, item=item)

    async def told(self, kind="extension.call.finished"):
        return await gets(self.client, kind)

    async def output(self):
        return (await gets(self.model, "conversation.item.create"))["item"]["output"]


@pytest.fixture
async def house():
    async with houses(Listening) as make:
        yield make


async def test_a_call_in_the_users_words_is_answered_by_the_search_that_runs_already(house):
    index = Index()
    at = await house(search_tool(index))
    await at.hears("How much leave")
    await asyncio.wait_for(index.begun.wait(), 5)
    await at.calls("How much leave?")
    started = await at.told("extension.call.started")
    index.may_answer.set()
    told = await at.told()
    assert (started["call_id"], told["call_id"], told["status"]) == ("c1", "c1", "completed")
    assert told["speculated"] is True
    assert index.asked == [("How much leave", None)]


async def test_what_everybody_sees_is_what_a_search_without_it_gives(house):
    seen = []
    for early in ("How much leave", None):
        index = Index()
        index.may_answer.set()
        at = await house(search_tool(index))
        if early:
            await at.hears(early)
            await asyncio.wait_for(index.begun.wait(), 5)
        await at.calls("How much leave?")
        told = await at.told()
        assert bool(told.pop("speculated", False)) == bool(early)
        seen.append((told["result"], told["status"], told["error"], await at.output()))
        assert len(index.asked) == 1
    assert seen[0] == seen[1]


async def test_a_call_in_other_words_is_searched_for_itself(house):
    index = Index()
    index.may_answer.set()
    at = await house(search_tool(index))
    await at.hears("How much leave")
    await at.calls("annual leave days")
    told = await at.told()
    assert told["result"]["citations"][0]["id"] == "id of annual leave days"
    assert "speculated" not in told
    assert [query for query, _ in index.asked] == ["How much leave", "annual leave days"]


async def test_a_search_that_is_overtaken_by_more_words_is_stopped(house):
    index = Index()
    at = await house(search_tool(index))
    await at.hears("How much leave")
    await asyncio.wait_for(index.begun.wait(), 5)
    index.begun.clear()
    await at.model_says("input_audio_buffer.committed", item_id="u1", previous_item_id=None)
    kind = "conversation.item.input_audio_transcription.completed"
    await at.model_says(kind, item_id="u1", content_index=0, transcript="How much leave do I get?")
    await asyncio.wait_for(index.begun.wait(), 5)
    assert index.stopped == 1
    index.may_answer.set()
    await at.calls("How much leave do I get?")
    assert (await at.told())["speculated"] is True
    assert len(index.asked) == 2


async def test_a_search_for_a_turn_that_is_past_is_stopped_and_serves_no_other(house):
    index = Index()
    at = await house(search_tool(index))
    await at.hears("How much leave")
    await asyncio.wait_for(index.begun.wait(), 5)
    await at.model_says("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=0)
    index.may_answer.set()
    await at.calls("How much leave")
    assert "speculated" not in await at.told()
    assert (index.stopped, len(index.asked)) == (1, 2)


async def test_a_search_that_a_call_took_over_outlives_what_the_user_says_next(house):
    index = Index()
    at = await house(search_tool(index))
    await at.hears("How much leave")
    await at.calls("How much leave")
    await at.told("extension.call.started")
    await at.model_says("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=0)
    await at.told("input_audio_buffer.speech_started")
    index.may_answer.set()
    assert (await at.told())["speculated"] is True
    assert index.stopped == 0


async def test_what_one_agent_looked_up_ahead_answers_no_call_of_the_agent_that_it_hands_over_to(house):
    """Both have a search of that name, each of documents of its own."""
    desk, billing = Index(), Index()
    desk.may_answer.set()
    billing.may_answer.set()
    tools = [search_tool(index) for index in (desk, billing)]
    target = Agent(name="Billing", tools=tools[1:])
    cast = await Cast.open(Agent(name="Desk", tools=tools[:1], handoffs=[target]), Shared(), None, extensions=True)
    at = await house(tools[0], staff=cast)
    await at.hears("How much leave")
    await asyncio.wait_for(desk.begun.wait(), 5)
    await at.call("transfer_to_billing")
    assert (await at.told())["call_id"] == "c1"
    await at.calls("How much leave", call_id="c2")
    told = await at.told()
    assert (told["call_id"], told["status"], "speculated" in told) == ("c2", "completed", False)
    assert [len(desk.asked), len(billing.asked)] == [1, 1]


async def test_it_answers_one_call_and_the_next_is_run(house):
    index = Index()
    index.may_answer.set()
    at = await house(search_tool(index))
    await at.hears("How much leave")
    await at.calls("How much leave")
    assert (await at.told())["speculated"] is True
    await at.calls("How much leave", call_id="c2")
    assert "speculated" not in await at.told()


async def test_each_session_searches_for_its_own_user_and_shares_nothing(house):
    index = Index()
    index.may_answer.set()
    ann, bob = [await house(search_tool(index), user=User(name)) for name in ("ann", "bob")]
    await ann.hears("How much leave")
    await asyncio.wait_for(index.begun.wait(), 5)
    await bob.calls("How much leave")
    assert "speculated" not in await bob.told()
    await ann.calls("How much leave")
    assert (await ann.told())["speculated"] is True
    assert index.asked == [("How much leave", "ann"), ("How much leave", "bob")]


async def test_two_indexes_are_both_searched_ahead(house):
    one, other = Index(), Index()
    one.may_answer.set()
    other.may_answer.set()
    at = await house(search_tool(one), search_tool(other, name="search_wiki"))
    await at.hears("How much leave")
    await asyncio.wait_for(one.begun.wait(), 5)
    await asyncio.wait_for(other.begun.wait(), 5)
    await at.calls("How much leave", name="search_wiki")
    assert (await at.told())["speculated"] is True
    await at.calls("How much leave", call_id="c2")
    assert (await at.told())["speculated"] is True
    assert len(one.asked) == len(other.asked) == 1


async def test_a_tool_that_did_not_say_so_is_never_run_ahead(house):
    ran, index = [], Index()

    @tool
    def order(query: str) -> str:
        """Order something."""
        ran.append(query)
        return "ordered"

    at = await house(order, search_tool(index, speculate=False))
    await at.hears("Order a badge")
    await at.calls("Order a badge", name="order")
    assert "speculated" not in await at.told()
    assert ran == ["Order a badge"]
    assert index.asked == []


async def test_a_tool_that_is_counted_is_not_run_ahead_beside_one_that_may_be(house):
    """Else what the user never meant uses up what they may have, and the call itself is refused."""
    index, looked = Index(), []

    @tool(speculate="query", policy=ToolPolicy(rate_limit=RateLimit(calls=1, seconds=1000)))
    def look(query: str) -> str:
        """Look something up."""
        looked.append(query)
        return "found"

    at = await house(search_tool(index), look)
    await at.hears("How much leave")
    await asyncio.wait_for(index.begun.wait(), 5)
    await at.calls("annual leave", name="look")
    assert await at.output() == "found"
    assert looked == ["annual leave"]


@pytest.mark.parametrize("early", ["What is it", None])
async def test_a_result_that_is_on_the_screen_is_said_to_be_there_when_it_was_run_ahead_too(house, early):
    told = []

    @tool(speculate="query", policy=ToolPolicy(destination="client"))
    def draw(query: str, context: ToolContext) -> str:
        """Draw something on the screen."""
        told.append(context.shows)
        return query

    at = await house(draw)
    if early:
        await at.hears(early)
    await at.calls("What is it", name="draw")
    assert (await at.output()) == SHOWN
    assert (told, (await at.told()).get("speculated", False)) == ([True], early is not None)


async def test_a_failure_ahead_is_nobodys_and_the_call_is_tried_for_itself(house):
    tries = []

    @tool(speculate="query")
    async def look(query: str, context: ToolContext) -> str:
        """Look something up."""
        tries.append(context.call_id)
        if len(tries) == 1:
            raise ToolError("not now")
        return "found"

    at = await house(look)
    await at.hears("How much leave")
    await at.calls("How much leave", name="look")
    told = await at.told()
    assert (told["status"], told.get("speculated")) == ("completed", None)
    assert tries == ["", "c1"]


async def test_a_run_ahead_lasts_no_longer_than_a_call_may_and_is_then_given_up(house):
    tries = []

    @tool(speculate=Speculation("query"), timeout_s=0.01)
    async def look(query: str) -> str:
        """Look something up."""
        tries.append(query)
        if len(tries) == 1:
            await asyncio.Event().wait()
        return "found"

    at = await house(look)
    await at.hears("How much leave")
    await at.calls("How much leave", name="look")
    assert await at.output() == "found"


async def test_a_session_that_ends_leaves_no_search_behind(house):
    index = Index()
    at = await house(search_tool(index))
    await at.hears("How much leave")
    await asyncio.wait_for(index.begun.wait(), 5)
    await at.client.close()
    await asyncio.wait_for(at.running, 5)
    assert index.stopped == 1
