"""Sources follow what was heard: real speech over a real relay, with answers of two sentences from two documents."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from agent import Agent
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.speak import load_voice
from agent.library import Library
from agent.server import Server
from agent.testing import Script
from agent.testing.lazy import ScriptOrEngine
from agent.transports.memory import pair
from tests.e2e.stage import play
from tests.scenarios.language import Scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST = "The northern lighthouse was built from grey granite by the brothers Stevenson."
SECOND = "The canteen on the pier serves fried herring and rye bread from noon."
ANSWER = f"{FIRST} {SECOND}"
EVENTS = TypeAdapter(RealtimeServerEvent)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("island")
    (folder / "lighthouse.md").write_text(f"# Lighthouse\n\nIt stands in the north. {FIRST} Its lamp is new.\n")
    (folder / "canteen.md").write_text(f"# Canteen\n\n{SECOND} Bring change.\n")
    library, _ = Library.gather([folder])
    yield library
    library.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=[False, True], ids=["ahead", "in real time"])
async def connect(request):
    """A model that is far ahead of the loudspeaker, and one that speaks no faster than it is heard."""
    async with _engine(paced=request.param) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def connect_ahead():
    async with _engine(paced=False) as opened:
        yield opened


@asynccontextmanager
async def _engine(*, paced):
    script = Script()
    script.when("island").calls("search", query="lighthouse granite canteen herring").then_says(ANSWER)
    script.when("stop").says("All right.")
    engine = Engine(load_ears(), load_voice(), ScriptOrEngine(script), paced=paced)
    await engine.warm()

    async def connect():
        return engine.connect()

    yield connect
    await engine.close()


def _told(citations):
    """Of each citation that bears something out: the document → the sentences of the answer."""
    found = {each["document"]: [ANSWER[one["from"] : one["to"]] for one in each["supports"]] for each in citations}
    return {document: said for document, said in found.items() if said}


async def test_an_answer_heard_to_its_end_cites_each_sentence_where_it_stands(connect, library, say):
    it = Scenario("heard out")
    it.caller.types("Tell me about the island.")
    it.caller.hears_out()
    seen, _ = await play(it, Agent().over(library.index), connect, say=say)
    assert _told(seen.citations[-1]) == {"lighthouse.md": [FIRST], "canteen.md": [SECOND]}
    for each in seen.citations[-1]:
        for one in each["supports"]:
            view = library.view(each["document"], each["page"], one["start"], one["end"])
            assert view.passage == one["text"] == ANSWER[one["from"] : one["to"]]
            assert (
                one["url"]
                == f"/documents/{each['document']}?view=passage&start={one['start']}&end={one['end']}#passage"
            )


async def test_a_barge_in_during_the_first_sentence_leaves_the_source_of_that_one_only(connect, library, say):
    it = Scenario("broken off")
    it.caller.types("Tell me about the island.")
    it.caller.barges_in_after(1500, "Please stop.")
    it.caller.hears_out()
    seen, _ = await play(it, Agent().over(library.index), connect, say=say)
    assert "stop" in seen.questions[-1].lower()
    ((document, (said,)),) = _told(seen.citations[-1]).items()
    # A model that speaks no faster than it is heard has not said the rest of the sentence.
    assert (document, FIRST.startswith(said)) == ("lighthouse.md", True)


@pytest.mark.parametrize("modality", ["text", "audio"])
async def test_a_stock_client_reads_the_sources_in_events_that_the_sdk_takes(connect_ahead, library, modality):
    theirs, ours = pair()
    agent = Agent(citations="text", modality=modality).over(library.index)
    serving = Server(agent, connect_ahead, library).serve(theirs, extensions=False)
    task = asyncio.create_task(serving)
    pieces, whole = "", set()
    content = [{"type": "input_text", "text": "Tell me about the island."}]
    item = {"type": "message", "role": "user", "content": content}
    while True:
        raw = await ours.receive()
        event = EVENTS.validate_json(raw, strict=False)
        data = json.loads(raw)
        if data["type"] == "session.created":
            await ours.send(json.dumps({"type": "conversation.item.create", "item": item}))
            await ours.send(json.dumps({"type": "response.create"}))
        if data["type"] in {"response.output_text.delta", "response.output_audio_transcript.delta"}:
            pieces += data["delta"]
        whole |= set(_texts(data))
        if event.type == "response.done" and event.response.output:
            break
    await ours.close()
    await task
    assert pieces.startswith(ANSWER)
    assert whole == {pieces}
    first, second = pieces.removeprefix(ANSWER).strip().removeprefix("Sources: ").rstrip(".").split("; ")
    assert {first, second} == {"Lighthouse", "Canteen"}


def _texts(data):
    """Every text of the assistant's that an event gives whole."""
    items = [data.get("item", {}), *data.get("response", {}).get("output", [])]
    parts = [part for item in items if item.get("role") == "assistant" for part in item.get("content", [])]
    parts += [data.get("part", {})] if data["type"] == "response.content_part.done" else []
    parts += [data] if data["type"] in {"response.output_text.done", "response.output_audio_transcript.done"} else []
    return [part[name] for part in parts for name in ("text", "transcript") if part.get(name)]
