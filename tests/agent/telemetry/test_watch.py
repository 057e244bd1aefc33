"""Whole sessions watched: what becomes of a talk, through the very relay that `vocative run` serves."""

from __future__ import annotations

import logging
from functools import partial

import pytest
from aiohttp import WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

import agent.testing.stage
from agent import Agent, DialError
from agent.core.observed import ObservedSession
from agent.core.session import Session
from agent.server import Server
from agent.telemetry.unwatched import UNWATCHED
from agent.testing import Script, Stage
from tests.agent.telemetry.conftest import Seen
from tools import ToolPolicy, tool

CURRENT = []


@tool(policy=ToolPolicy(redact=("pin",)))
def look_up(query: str, pin: str = "") -> dict:
    """Look something up."""
    CURRENT.append(trace.get_current_span().get_span_context())
    return {"found": query, "pin": pin}


@tool
def breaks() -> str:
    """Break."""
    raise RuntimeError("secret of the tool")


AGENT = Agent(name="Desk", tools=[look_up, breaks])


class Play:
    """A stage whose server is watched; what it told is complete once it is left."""

    def __init__(self, monkeypatch, seen):
        monkeypatch.setattr(agent.testing.stage, "Server", partial(Server, telemetry=seen.telemetry))
        self.script = Script()
        self.script.when("leave").calls("look_up", query="leave", pin="ada's pin").then_says("Thirty days.")
        self.script.when("break").calls("breaks").then_says("It did not work.")
        self.script.when("long").says("This is a long answer about a great many things. " * 6)
        self.script.when("stop").says("Of course.")
        self.script.when("fail").fails("no luck")
        self.stage = Stage(script=self.script)

    def __enter__(self):
        self.stage.__enter__()
        return self.stage.caller(AGENT)

    def __exit__(self, *error):
        self.stage.__exit__(*error)


@pytest.fixture
def play(monkeypatch, seen):
    return Play(monkeypatch, seen)


def test_a_session_holds_turns_and_a_turn_its_stages_tools_and_responses(play, seen):
    with play as caller:
        caller("how much leave?").expect_answer(contains="Thirty")
    (session,), (turn,), (call,) = (
        seen.named(name) for name in ("session", "invoke_agent Desk", "execute_tool look_up")
    )
    assert turn.parent.span_id == session.context.span_id
    within = {span.name for span in seen.spans if span.parent and span.parent.span_id == turn.context.span_id}
    assert within == {"model", "first_audio", "heard", "playback", "execute_tool look_up", "chat vocative-engine"}
    assert session.kind is SpanKind.SERVER
    assert turn.attributes["vocative.turn.kind"] == "typed"
    assert turn.attributes["gen_ai.usage.output_tokens"] > 0
    assert call.attributes["gen_ai.tool.name"] == "look_up"
    chats = seen.named("chat vocative-engine")
    assert [chat.kind for chat in chats] == [SpanKind.CLIENT] * 2
    assert (
        sum(chat.attributes["gen_ai.usage.input_tokens"] for chat in chats)
        == (turn.attributes["gen_ai.usage.input_tokens"])
    )


def test_a_tool_runs_within_its_own_span_so_that_what_it_calls_belongs_to_the_trace(play, seen):
    CURRENT.clear()
    with play as caller:
        caller("how much leave?")
    (call,) = seen.named("execute_tool look_up")
    assert [each.span_id for each in CURRENT] == [call.context.span_id]
    assert CURRENT[0].trace_id == seen.named("session")[0].context.trace_id


def test_a_tool_that_fails_is_an_error_in_trace_and_metrics_and_the_call_goes_on(play, seen, caplog):
    caplog.set_level(logging.INFO, "agent.telemetry")
    with play as caller:
        caller("break it").expect_answer(contains="did not work")
        caller("how much leave?").expect_answer(contains="Thirty")
    (call,) = seen.named("execute_tool breaks")
    assert call.status.status_code is StatusCode.ERROR
    assert call.attributes["error.type"] == "exception"
    assert seen.samples("vocative_tool_calls_total") == {("breaks", "error"): 1, ("look_up", "ok"): 1}
    assert seen.samples("vocative_sessions_active") == {(): 0}
    assert seen.samples("vocative_sessions_total") == {("ended", "1000"): 1}
    told = [
        (record.getMessage(), record.fields.get("outcome")) for record in caplog.records if hasattr(record, "fields")
    ]
    assert told == [
        ("tool", "error"),
        ("turn", "completed"),
        ("tool", "ok"),
        ("turn", "completed"),
        ("session over", None),
    ]


def test_a_barge_in_ends_a_turn_and_begins_another_and_every_span_is_ended(play, seen):
    with play as caller:
        caller("a long one", hears_out=False)
        caller("stop", aloud=True, after_ms=300)
    turns = seen.named("invoke_agent Desk")
    assert [turn.attributes["vocative.turn.outcome"] for turn in turns] == ["interrupted", "completed"]
    assert seen.samples("vocative_barge_ins_total") == {(): 1}
    assert all(span.end_time >= span.start_time for span in seen.spans)


def test_a_response_that_fails_is_an_error_in_its_span_and_its_turn(play, seen):
    with play as caller:
        caller("fail now")
    (chat,), (turn,) = seen.named("chat vocative-engine"), seen.named("invoke_agent Desk")
    assert (chat.status.status_code, turn.status.status_code) == (StatusCode.ERROR, StatusCode.ERROR)


def test_tokens_are_those_that_the_service_reported(play, seen):
    with play as caller:
        caller("how much leave?")
    reported = [event["response"]["usage"] for event in caller.events if event["type"] == "response.done"]
    sums = seen.samples("gen_ai_client_token_usage_sum")
    by_direction = {
        kind: sum(value for labels, value in sums.items() if kind in labels) for kind in ("input", "output")
    }
    assert by_direction == {kind: sum(each[f"{kind}_tokens"] for each in reported) for kind in ("input", "output")}


def test_nothing_that_was_said_is_told_unless_somebody_asked_for_it(play, seen, caplog):
    caplog.set_level(logging.DEBUG, "agent.telemetry")
    with play as caller:
        caller("how much leave?")
    told = "".join(span.to_json() for span in seen.spans) + caplog.text
    told += "".join(str(vars(record)) for record in caplog.records if record.name.startswith("agent.telemetry"))
    for word in ("Thirty", "how much", "ada's pin", '"leave"'):
        assert word not in told


def test_what_was_asked_for_is_told_without_what_the_tools_policy_hides(monkeypatch, caplog):
    seen = Seen(content=True)
    caplog.set_level(logging.INFO, "agent.telemetry")
    with Play(monkeypatch, seen) as caller:
        caller("how much leave?")
    (call,) = seen.named("execute_tool look_up")
    assert call.attributes["gen_ai.tool.call.arguments"] == '{"query":"leave","pin":"[redacted]"}'
    assert "ada's pin" not in "".join(span.to_json() for span in seen.spans) + str(
        [vars(each) for each in caplog.records]
    )
    said = [record.fields["text"] for record in caplog.records if record.getMessage() == "said"]
    assert said == ["Thirty days."]


def test_telemetry_that_fails_costs_no_call(play, seen, monkeypatch, caplog):
    monkeypatch.setattr(seen.telemetry.instruments, "record", lambda *_: 1 / 0)
    with play as caller:
        caller("how much leave?").expect_answer(contains="Thirty")
    assert sum("telemetry failed" in record.getMessage() for record in caplog.records) == 1
    assert seen.named("session")


def test_where_nobody_watches_no_observer_is_made(monkeypatch):
    made = []
    monkeypatch.setattr(ObservedSession, "__init__", lambda *_arguments, **_named: made.append(1))
    plain = UNWATCHED.watch("s", "a", "engine", began=0.0, unix=0.0, headers=None)
    staff = object()
    session = plain.session(AGENT.session_config(extensions=True), new_id=lambda: "id", now=0.0)
    assert type(session) is Session
    assert plain.staff(staff) is staff
    with Stage(script=Script()) as stage:
        stage.script.otherwise().says("Yes.")
        stage.caller(AGENT)("there?").expect_answer(contains="Yes")
    assert made == []


TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def unreachable():
    raise DialError("there is no such deployment", 404)


@pytest.fixture
async def http(seen):
    server = Server(AGENT, unreachable, None, telemetry=seen.telemetry)
    async with TestClient(TestServer(server.application())) as client:
        yield client


async def test_a_session_whose_model_cannot_be_had_is_counted_as_failed(http, seen):
    async with http.ws_connect("/v1/realtime") as socket:
        await socket.receive()
    assert seen.samples("vocative_sessions_total") == {("failed", "upstream_unreachable"): 1}


async def test_who_is_turned_away_is_counted_by_the_reason(http, seen):
    with pytest.raises(WSServerHandshakeError):
        await http.ws_connect("/v1/realtime", headers={"Origin": "https://evil.example"})
    (refusals,) = seen.samples("vocative_refusals_total").values()
    assert refusals == 1


@pytest.mark.parametrize(("given", "part"), [(TRACEPARENT, True), ("nonsense", False), (None, False)])
def test_a_session_is_part_of_its_callers_trace(seen, given, part):
    headers = {} if given is None else {"traceparent": given}
    watch = seen.telemetry.watch("sess_1", "Desk", "engine", began=1.0, unix=0.0, headers=headers)
    watch.session(AGENT.session_config(extensions=True), new_id=lambda: "id", now=0.0)
    watch.over(2.0)
    (session,) = seen.named("session")
    assert (f"{session.context.trace_id:032x}" in TRACEPARENT) is part
    assert (session.parent is not None) is part
