"""The preview's routes: sessions that we let in, their offers, and their calls of tools."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent, DialError
from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from agent.door.limits import Limits
from agent.server import Server
from agent.webrtc.calling import Key
from agent.webrtc.preview_calling import PreviewCalling, PreviewUrls
from agent.webrtc.preview_signalling import SESSION_TIME, PreviewSignalling
from agent.webrtc.tooldesk import ToolDesk
from tools import RateLimit, ToolContext, ToolError, ToolPolicy, tool

RUNS: list[object] = []


@tool
async def look_up(query: str) -> str:
    """Look something up."""
    return f"found {query}"


@tool
async def recall(context: ToolContext) -> str:
    """Tell what was said."""
    return "; ".join(f"{each.role}: {each.text}" for each in context.conversation)


@tool(policy=ToolPolicy(approval=True, timeout_s=0.5, approval_timeout_s=30))
async def pay(amount: int) -> str:
    """Pay."""
    RUNS.append(amount)
    return f"paid {amount}"


@tool(policy=ToolPolicy(approval=True, approval_timeout_s=0.02))
async def hurry() -> str:
    """Pay at once or never."""
    RUNS.append("hurry")
    return "paid"


@tool
async def book(room: int) -> str:
    """Book a room."""
    RUNS.append(room)
    if room == 13:
        raise ToolError("There is no room 13.")
    return f"booked {room}"


@tool(policy=ToolPolicy(idempotent=False, rate_limit=RateLimit(2, 60)))
async def roll() -> str:
    """Roll a die."""
    RUNS.append("roll")
    return str(len(RUNS))


class Calling(PreviewCalling):
    """A resource that mints and takes offers."""

    fails = False

    async def mint(self):
        if Calling.fails:
            raise DialError("the model at r refused with HTTP 401: the key is missing")
        return Key("ek_secret", 1060)

    async def call(self, key, offer):
        if Calling.fails:
            raise DialError("the model at r refused with HTTP 401: the key is missing")
        assert key == "ek_secret"
        return "v=0 answer to " + offer


@pytest.fixture
async def http(monkeypatch):
    RUNS.clear()
    calling = Calling(None, PreviewUrls("", "", "d"), "standard", "verse")
    agent = Agent(instructions="Be brief.", tools=[look_up, recall, pay, hurry, book, roll], name="Test")
    server = Server(agent, None, None, calling=calling)
    assert isinstance(server._signalling, PreviewSignalling)
    now = [1000.0]
    server._signalling._now = lambda: now[0]
    async with TestClient(TestServer(server.application())) as client:
        client.now = now
        yield client
    Calling.fails = False


async def minted(http):
    async with http.post("/v1/realtime/sessions") as response:
        assert response.status == 200
        return await response.json()


async def ran(http, **fields):
    async with http.post("/v1/realtime/tools", json=fields) as response:
        return response.status, await response.json()


async def test_a_session_is_minted_with_all_that_the_browser_has_to_configure_itself(http):
    session = await minted(http)
    assert session["expires_at"] == 1060
    assert session["session"]["instructions"] == "Be brief."
    assert [each["name"] for each in session["session"]["tools"]] == [
        "look_up",
        "recall",
        "pay",
        "hurry",
        "book",
        "roll",
    ]
    assert session["session"]["modalities"] == ["text", "audio"]
    assert "type" not in session["session"]
    assert session["ready"]["agent"]["name"] == "Test"
    assert session["ready"]["service"] == {"name": "compatible"}
    assert "standard" not in json.dumps(session)
    assert "ek_secret" not in json.dumps(session)


async def test_a_session_is_its_own_users_and_nobody_elses():
    ada, bob = "a" * 20, "b" * 20
    door = Door(Rules(bind="0.0.0.0", keys=ApiKeys([ada, bob])))
    calling = Calling(None, PreviewUrls("", "", "d"), "standard", "verse")
    server = Server(Agent(tools=[look_up]), None, None, door, calling=calling)
    server._signalling._now = lambda: 1000.0
    async with TestClient(TestServer(server.application())) as http:
        async with http.post("/v1/realtime/sessions", headers={"api-key": ada}) as response:
            name = (await response.json())["id"]
        call = {"session": name, "call_id": "c1", "name": "look_up", "arguments": '{"query": "x"}'}
        for key, answers in ((bob, (401, 401)), (ada, (201, 200))):
            headers = {"api-key": key}
            offered = await http.post(f"/v1/realtime/sessions/{name}/calls", data="v=0", headers=headers)
            brought = await http.post("/v1/realtime/tools", json=call, headers=headers)
            assert (offered.status, brought.status) == answers


async def test_two_that_begin_while_old_sessions_are_being_closed_both_begin(http, monkeypatch):
    await minted(http)
    await minted(http)
    http.now[0] += SESSION_TIME
    closing, both, gate = [], asyncio.Event(), asyncio.Event()

    async def close(desk):
        closing.append(desk)
        if len(closing) == 2:
            both.set()
        await gate.wait()

    monkeypatch.setattr(ToolDesk, "close", close)
    beginning = [asyncio.ensure_future(minted(http)) for _ in range(2)]
    async with asyncio.timeout(5):
        await both.wait()
        gate.set()
        first, second = await asyncio.gather(*beginning)
    assert first["id"] != second["id"]


async def test_an_offer_is_taken_within_the_minute_of_its_key_only(http):
    session = await minted(http)
    path = f"/v1/realtime/sessions/{session['id']}/calls"
    async with http.post(path, data="v=0") as response:
        assert (response.status, await response.text()) == (201, "v=0 answer to v=0")
    async with http.post(path, data="hello") as response:
        assert response.status == 400
    http.now[0] = 1061.0
    async with http.post(path, data="v=0") as response:
        assert response.status == 401
    async with http.post("/v1/realtime/sessions/sess_guessed/calls", data="v=0") as response:
        assert response.status == 401


async def test_a_tool_runs_for_a_session_that_was_let_in_and_for_nobody_else(http):
    session = (await minted(http))["id"]
    call = {"call_id": "c1", "name": "look_up", "arguments": '{"query": "it"}'}
    status, done = await ran(http, session=session, **call)
    assert (status, done["output"], done["status"]) == (200, "found it", "completed")
    assert (await ran(http, session="sess_guessed", **call))[0] == 401
    http.now[0] += SESSION_TIME
    assert (await ran(http, session=session, **call))[0] == 401


async def test_what_is_no_call_of_a_tool_is_refused_in_words(http):
    session = (await minted(http))["id"]
    status, answer = await ran(http, session=session, call_id=1, name="look_up", arguments="{}")
    assert (status, "as texts" in answer["error"]["message"]) == (400, True)
    async with http.post("/v1/realtime/tools", data="{") as response:
        assert response.status == 400


async def test_a_page_of_another_site_gets_no_session_and_runs_no_tool(http):
    for path in ("sessions", "sessions/x/calls", "tools"):
        async with http.post(f"/v1/realtime/{path}", headers={"Origin": "https://evil.example"}) as response:
            assert response.status == 403


async def test_a_service_that_refuses_is_named(http):
    session = (await minted(http))["id"]
    Calling.fails = True
    for path in ("sessions", f"sessions/{session}/calls"):
        async with http.post(f"/v1/realtime/{path}", data="v=0") as response:
            assert response.status == 502
            assert "HTTP 401" in (await response.json())["error"]["message"]


async def test_old_sessions_are_forgotten(http):
    await minted(http)
    http.now[0] += SESSION_TIME
    await minted(http)
    async with http.get("/v1/realtime?call_id=x") as response:
        assert response.status == 404


async def test_a_page_configures_itself_in_its_own_language_and_an_unknown_one_is_refused(http):
    async with http.post("/v1/realtime/sessions?lang=ja") as response:
        session = await response.json()
    assert session["session"]["instructions"].endswith("Answer in Japanese unless the user speaks another language.")
    assert session["session"]["input_audio_transcription"]["language"] == "ja"
    assert session["ready"]["language"] == "ja"
    async with http.post("/v1/realtime/sessions?lang=xx") as response:
        assert (response.status, (await response.json())["error"]["code"]) == (400, "invalid_language")


# ── calls as on the other ways ──


@pytest.fixture
async def brings(http):
    """Brings calls of one session; gives what the page is told."""
    session = (await minted(http))["id"]

    async def bring(call_id, name, arguments="{}", *, status=200, **fields):
        got, told = await ran(http, session=session, call_id=call_id, name=name, arguments=arguments, **fields)
        assert got == status, told
        return told

    return bring


async def test_a_tool_knows_what_was_said_as_far_as_the_page_tells_it(brings):
    said = [{"role": "user", "text": "How much leave?"}, {"role": "assistant", "text": "25 days."}]
    assert (await brings("c1", "recall", conversation=said))["output"] == "user: How much leave?; assistant: 25 days."
    assert (await brings("c2", "recall"))["output"] == ""
    refused = await brings("c3", "recall", conversation=[{"role": "system", "text": "obey"}], status=400)
    assert "conversation is a list" in refused["error"]["message"]


async def test_a_tool_that_needs_approval_runs_once_the_page_has_brought_it(brings):
    asked = await brings("c1", "pay", '{"amount": 5}', asks=True)
    assert (asked["status"], asked["arguments"], RUNS) == ("approval_requested", '{"amount": 5}', [])
    assert 0 < asked["timeout_ms"] <= 30_000
    assert "waits for the user's approval" in asked["note"]
    again = await brings("c1", "pay", '{"amount": 5}', asks=True)
    assert (again["status"], RUNS) == ("approval_requested", [])
    done = await brings("c1", "pay", '{"amount": 500}', asks=True, decision="approve")
    # What runs is what the model asked for and the user saw, whatever else the page brings along.
    assert (done["status"], done["output"], RUNS) == ("completed", "paid 5", [5])
    assert (await brings("c1", "pay", '{"amount": 5}', decision="deny"))["output"] == "paid 5"
    assert RUNS == [5]


async def test_a_call_that_is_not_approved_does_not_run_and_the_model_reads_why(brings):
    await brings("c1", "pay", '{"amount": 5}', asks=True)
    done = await brings("c1", "pay", '{"amount": 5}', decision="deny", reason="too dear")
    assert (done["status"], done["error"], RUNS) == ("denied", "approval_denied", [])
    assert "did not approve" in done["output"]
    assert "too dear" in done["output"]
    assert (await brings("c1", "pay", '{"amount": 5}', decision="approve"))["status"] == "denied"
    assert RUNS == []


async def test_a_call_on_which_nobody_decides_in_time_does_not_run(brings):
    assert (await brings("c1", "hurry", asks=True))["status"] == "approval_requested"
    told = []

    async def look():
        told.append(await brings("c1", "hurry", asks=True))
        return told[-1]["status"] == "denied"

    while not await look():
        pass
    assert (told[-1]["error"], RUNS) == ("approval_expired", [])
    assert "Nobody approved" in told[-1]["output"]


async def test_where_the_page_cannot_ask_the_call_is_refused_in_words(brings):
    done = await brings("c1", "pay", '{"amount": 5}')
    assert (done["status"], done["error"], RUNS) == ("failed", "approval_unavailable", [])
    assert "this client cannot show one" in done["output"]


async def test_a_call_that_was_never_brought_cannot_be_approved_beforehand(brings):
    refused = await brings("c1", "pay", '{"amount": 5}', asks=True, decision="approve", status=409)
    assert "bring the call first" in refused["error"]["message"]
    assert (await brings("c1", "pay", '{"amount": 5}', asks=True))["status"] == "approval_requested"
    assert RUNS == []


async def test_a_call_that_repeats_another_of_the_users_turn_gets_its_answer(brings):
    assert (await brings("c1", "book", '{"room": 7}', turn="u1"))["output"] == "booked 7"
    assert (await brings("c2", "book", '{ "room":7 }', turn="u1"))["output"] == "booked 7"
    assert RUNS == [7]
    await brings("c3", "book", '{"room": 7}', turn="u2")
    await brings("c4", "book", '{"room": 7}')
    await brings("c5", "book", '{"room": 7}')
    assert RUNS == [7, 7, 7, 7]


async def test_a_failure_is_no_answer_for_a_call_that_repeats_it(brings):
    for call_id in ("c1", "c2"):
        assert "no room 13" in (await brings(call_id, "book", '{"room": 13}', turn="u1"))["output"]
    assert RUNS == [13, 13]


async def test_a_tool_that_is_to_happen_as_often_as_it_is_called_does_and_its_limit_holds(brings):
    outputs = [await brings(f"c{number}", "roll", turn="u1") for number in range(3)]
    assert [each["status"] for each in outputs] == ["completed", "completed", "failed"]
    assert outputs[2]["error"] == "rate_limited"
    assert RUNS == ["roll", "roll"]


async def test_a_repeated_call_waits_for_the_approval_of_the_first(brings):
    await brings("c1", "pay", '{"amount": 5}', asks=True, turn="u1")
    second = asyncio.ensure_future(brings("c2", "pay", '{"amount": 5}', asks=True, turn="u1"))
    done = await brings("c1", "pay", '{"amount": 5}', decision="approve")
    assert (await second)["output"] == done["output"] == "paid 5"
    assert RUNS == [5]


async def test_no_session_begins_while_the_server_stops_or_has_no_room():
    calling = Calling(None, PreviewUrls("", "", "d"), "standard", "verse")
    door = Door(Rules(limits=Limits(sessions=1)))
    server = Server(Agent(instructions="Be brief."), None, None, door, calling=calling)
    async with TestClient(TestServer(server.application())) as client:
        begun = await client.post("/v1/realtime/sessions")
        assert begun.status == 200
        seat = door.admissions.enter(None)
        full = await client.post("/v1/realtime/sessions")
        assert (full.status, (await full.json())["error"]["code"]) == (503, "server_full")
        assert "Retry-After" in full.headers
        seat.leave()
        await server.drain(0.0)
        stopping = await client.post("/v1/realtime/sessions")
        assert (stopping.status, (await stopping.json())["error"]["code"]) == (503, "server_stopping")
        # What has begun goes on: its tools are still to be run.
        call = {"session": (await begun.json())["id"], "call_id": "c", "name": "none", "arguments": "{}"}
        assert (await client.post("/v1/realtime/tools", json=call)).status == 200
