"""Every relay scenario passes with the engine in this process and with `vocative engine` reached by its address."""

from __future__ import annotations

import asyncio
import json

import pytest
import pytest_asyncio

from agent import Agent, samples
from agent.config import Settings
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.library import Library
from agent.server import Server
from agent.transports.memory import pair
from agent.upstreams import upstream
from tests.e2e.stage import Citing, Saying, check, play
from tests.scenarios.language import Scenario
from tools import ToolError, tool

pytestmark = pytest.mark.asyncio(loop_scope="module")

TALKS = []


def talk(title, **options):
    def write(describe):
        TALKS.append(Scenario(title, **options))
        describe(TALKS[-1])
        return TALKS[-1]

    return write


@tool
def get_weather(city: str) -> str:
    """Tell the current weather in a city."""
    return f"It is 18 degrees and cloudy in {city}."


@tool
def set_timer(seconds: int) -> str:
    """Set a timer that rings after a number of seconds."""
    return f"The timer is set for {seconds} seconds."


@tool
def water_level(basin: str) -> str:
    """Read the water level of a basin."""
    raise ToolError(f"the gauge of the {basin} is frozen")


@tool
def moon_phase(month: str) -> str:
    """Tell the phase of the moon in a month."""
    raise ZeroDivisionError(f"the secret of {month}")


@tool(timeout_s=1.0)
async def call_taxi(street: str) -> str:
    """Call a taxi to a street."""
    await asyncio.Event().wait()
    return street


@pytest.fixture(scope="module")
def agent():
    library, _ = Library.gather([samples.documents_path()])
    yield Agent(tools=[get_weather, set_timer, water_level, moon_phase, call_taxi]).over(library.index)
    library.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["in process", "by its address"])
async def connect(request):
    model = "engine" if request.param == "in process" else request.getfixturevalue("engine").ws
    async with upstream(model, Settings(), lambda: Engine(load_ears(), load_voice(), load_reasoner())) as opened:
        yield opened


@talk("a typed question is searched for, answered and cited")
def typed(it):
    it.caller.types("How much is the Island Pass?")
    it.caller.hears_out()
    it.client_saw(calls=["search"], statuses=["completed"], answers=[Saying("£42")], citations=[Citing("fares.html")])
    it.client_saw(errors=[], closed=None)
    it.model_saw(responses=2, truncates=[], errors=[])


@talk("a spoken question is heard, searched for, answered aloud and cited")
def spoken(it):
    it.caller.asks("How many steps does the lighthouse have?")
    it.caller.hears_out()
    it.client_saw(questions=[Saying("lighthouse")], calls=["search"], answers=[Saying("142")], errors=[])
    it.client_saw(citations=[Citing("visitor-guide.pdf")])


@talk("two tools in one request are answered once")
def two_tools(it):
    it.caller.types("What is the weather in Paris and set a timer for five minutes?")
    it.caller.hears_out()
    it.client_saw(calls=["get_weather", "set_timer"], statuses=["completed"] * 2, errors=[])
    it.client_saw(answers=[Saying("18 degrees", "Paris", "300")])
    it.model_saw(responses=2)


@talk("a tool that fails is told in its own words, and the conversation goes on")
def failing(it):
    it.caller.types("What is the water level of the north basin?")
    it.caller.hears_out()
    it.caller.types("What is the weather in Rome?")
    it.caller.hears_out()
    it.client_saw(calls=["water_level", "get_weather"], statuses=["failed", "completed"], errors=[], closed=None)
    it.client_saw(answers=[Saying("frozen"), Saying("Rome")])


@talk("a tool that raises tells nobody its secret, and the conversation goes on")
def raising(it):
    it.caller.types("What is the phase of the moon in March?")
    it.caller.hears_out()
    it.caller.types("What is the weather in Rome?")
    it.caller.hears_out()
    it.client_saw(calls=["moon_phase", "get_weather"], statuses=["failed", "completed"], errors=[], closed=None)
    it.client_saw(answers=[Saying("did not work"), Saying("Rome")])


@talk("a tool that hangs is stopped when its time is over, and that is said")
def hanging(it):
    it.caller.types("Call a taxi to Harbour Street.")
    it.caller.hears_out()
    it.client_saw(calls=["call_taxi"], statuses=["timed_out"], answers=[Saying("did not")], errors=[], closed=None)
    it.model_saw(responses=2)


@talk("an argument that was not said is asked for")
def missing(it):
    it.caller.types("What is the weather?")
    it.caller.hears_out()
    it.caller.types("In Lisbon.")
    it.caller.hears_out()
    it.client_saw(calls=["get_weather"], answers=[Saying("city", "?"), Saying("Lisbon")], errors=[])


@talk("small talk needs no tool")
def greeting(it):
    it.caller.types("Hello there!")
    it.caller.hears_out()
    it.client_saw(calls=[], answers=[Saying("hello")], citations=[], errors=[])
    it.model_saw(responses=1)


@talk("a follow-up is understood by what was asked before")
def follow_up(it):
    it.caller.types("How much is the Island Pass?")
    it.caller.hears_out()
    it.caller.types("And for children?")
    it.caller.hears_out()
    it.client_saw(calls=["search", "search"], answers=[Saying("£42"), Saying("£21")], errors=[])


@talk("what the documents do not say is not invented")
def unanswerable(it):
    it.caller.types("Who won the football world cup in 1998?")
    it.caller.hears_out()
    it.client_saw(calls=["search"], answers=["I'm sorry, the documents do not say."], errors=[])


@talk("a stock client gets the answer and sees nothing of how it came about", stock=True)
def stock(it):
    it.caller.types("How much is the Island Pass?")
    it.caller.hears_out()
    it.client_saw(calls=[], citations=[], answers=[Saying("£42")], errors=[])
    it.model_saw(responses=2)


@talk("a client that wants text gets no sound")
def text_only(it):
    it.caller.sends({"type": "session.update", "session": {"type": "realtime", "output_modalities": ["text"]}})
    it.caller.types("How much is the Island Pass?")
    it.caller.hears_out()
    it.client_saw(calls=["search"], answers=[Saying("£42")], heard_ms=0, citations=[Citing("fares.html")], errors=[])


@pytest.mark.parametrize("scenario", TALKS, ids=lambda scenario: scenario.title)
async def test_the_conversation_goes_as_it_should(scenario, connect, agent, say):
    check(scenario, *await play(scenario, agent, connect, say=say))


@pytest.mark.parametrize(
    ("path", "profile", "client"),
    [
        ("/openai/realtime?deployment=mine", "azure-preview", "preview"),
        ("/voice-live/realtime?model=mine", "voice-live", "voice-live"),
        ("/voice-live/realtime?model=mine", "voice-live", "ga"),
    ],
)
@pytest.mark.parametrize("scenario", [typed, spoken, two_tools, text_only], ids=lambda scenario: scenario.title)
async def test_it_goes_the_same_way_in_every_dialect(scenario, path, profile, client, engine, agent, say):
    keys = Settings(azure_openai_api_key="any", azure_voicelive_api_key="any")
    async with upstream(engine.http + path, keys, Engine) as connect:
        played = await play(scenario, agent, connect, say=say, profile=profile, client=client)
    check(scenario, *played)


async def test_a_tool_that_raises_shows_its_secret_neither_to_the_model_nor_to_the_client(connect, agent, say):
    it = Scenario("raises")
    it.caller.types("What is the phase of the moon in March?")
    it.caller.hears_out()
    seen, model = await play(it, agent, connect, say=say)
    assert [name for name, _ in model.outputs] == ["moon_phase"]
    assert "secret" not in json.dumps(model.outputs) + repr(seen)


@pytest.mark.parametrize("stock", [False, True], ids=["with our events", "stock"])
async def test_a_barge_in_by_voice_cuts_the_answer_where_the_client_stopped(stock, connect, agent, say):
    it = Scenario("barge-in", stock=stock)
    it.caller.types("Tell me about the lighthouse.")
    it.caller.barges_in_after(300, "How much is the Explorer Pass?")
    it.caller.hears_out()
    seen, model = await play(it, agent, connect, say=say)
    assert len(model.truncates) == 1
    assert model.truncates[0] >= 300
    assert seen.interrupted == ([] if stock else model.truncates)
    assert "£69" in seen.answers[-1]
    assert seen.errors == []
    assert model.errors == []


async def test_a_stopped_answer_is_cut_and_the_next_question_is_answered(connect, agent, say):
    it = Scenario("stop")
    it.caller.types("Tell me about the lighthouse.")
    it.caller.stops_after(400)
    it.caller.waits(1)  # its last report came before the cancel, so the cut is made when no newer one comes
    it.caller.types("How much is the Explorer Pass?")
    it.caller.hears_out()
    seen, model = await play(it, agent, connect, say=say)
    assert "£69" in seen.answers[-1]
    assert seen.interrupted == model.truncates
    assert len(model.truncates) == 1
    assert model.truncates[0] >= 400
    assert seen.errors == []


async def test_a_client_that_leaves_in_the_middle_of_an_answer_leaves_nothing_behind(connect, agent):
    before, opened = asyncio.all_tasks(), []

    async def remembered():
        opened.append(await connect())
        return opened[-1]

    theirs, ours = pair()
    serving = asyncio.create_task(Server(agent, remembered, None).serve(theirs, extensions=True))
    content = [{"type": "input_text", "text": "Tell me about the lighthouse."}]
    item = {"type": "message", "role": "user", "content": content}
    await ours.send(json.dumps({"type": "conversation.item.create", "item": item}))
    await ours.send(json.dumps({"type": "response.create"}))
    async with asyncio.timeout(60):
        while json.loads(await ours.receive())["type"] != "response.output_audio.delta":
            pass
        await ours.close()
        await serving
        await opened[0].wait_closed()
        while left := asyncio.all_tasks() - before:
            await asyncio.wait(left)
