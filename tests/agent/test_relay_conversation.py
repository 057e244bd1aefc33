"""What a tool knows of the conversation that it is called in."""

import json

from tests.agent.test_relay import house  # noqa: F401  (a fixture)
from tests.tools.search.conftest import put, small_index, words_embedder  # noqa: F401  (fixtures)
from tools import ToolContext, tool
from tools.search.tool import search_tool

TALK = (("u1", "user", "How much is the island pass?"), ("a1", "assistant", "It is £40."))


async def talk(at):
    previous = None
    for item_id, role, text in TALK:
        kind = "input_text" if role == "user" else "output_text"
        item = {"id": item_id, "type": "message", "role": role, "content": [{"type": kind, "text": text}]}
        await at.model_says("conversation.item.done", previous_item_id=previous, item=item | {"status": "completed"})
        previous = item_id


async def output_of(at):
    return (await at.model_gets("conversation.item.create"))["item"]["output"]


async def test_a_tool_knows_what_was_said_before_it_was_called(house):  # noqa: F811
    @tool
    async def recall(context: ToolContext) -> str:
        """Repeat the conversation."""
        return " / ".join(f"{said.role}: {said.text}" for said in context.conversation)

    at = await house(recall)
    await talk(at)
    await at.call("recall")
    assert await output_of(at) == "user: How much is the island pass? / assistant: It is £40."


async def test_a_follow_up_that_the_model_only_hands_on_finds_what_it_means(house, small_index, put):  # noqa: F811
    put(small_index, "work.md", "work for children is forbidden and for children there is school")
    put(small_index, "fares.md", "the island pass costs 21 pounds for children")
    at = await house(search_tool(small_index, top=1))
    arguments = json.dumps({"query": "And for children?"})
    await at.call("search", "c1", arguments)
    assert json.loads(await output_of(at))["passages"][0]["document"] == "work.md"
    await talk(at)
    await at.call("search", "c2", arguments)
    assert json.loads(await output_of(at))["passages"][0]["document"] == "fares.md"
