"""Log lines: their form, and what they belong to."""

from __future__ import annotations

import io
import json
import logging

import pytest
from aiohttp.test_utils import TestClient, TestServer
from opentelemetry import trace

from agent import Agent
from agent.server import Server
from agent.telemetry.correlation import Traces, within
from agent.telemetry.logs import begin_logging, end_logging
from tests.agent.test_server import model, received  # noqa: F401  (a fixture)

TRACE = 0x0AF7651916CD43DD8448EB211C80319C
CONTEXT = trace.SpanContext(TRACE, 0xB7AD6B7169203331, is_remote=False, trace_flags=trace.TraceFlags(1))


class Log:
    def __init__(self, form, level="info"):
        self._stream, self.traces = io.StringIO(), Traces()
        self.handler = begin_logging(form, level, self.traces, self._stream)

    @property
    def lines(self):
        return self._stream.getvalue().splitlines()

    @property
    def json(self):
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def log(request):
    made = Log(getattr(request, "param", "json"))
    yield made
    end_logging(made.handler)


def test_a_line_is_one_json_object_with_the_time_in_utc(log):
    logging.getLogger("agent.x").info('said "no"\nand left')
    (line,) = log.json
    assert (line["level"], line["logger"], line["message"]) == ("info", "agent.x", 'said "no"\nand left')
    assert line["time"].endswith("Z")
    assert "session" not in line


def test_a_line_of_a_session_carries_its_trace(log):
    log.traces.began("sess_1", CONTEXT)
    logging.getLogger("agent.relay").warning("session %s: it is late", "sess_1")
    assert log.json[0] | {"time": ""} == {
        "time": "",
        "level": "warning",
        "logger": "agent.relay",
        "message": "session sess_1: it is late",
        "session": "sess_1",
        "trace_id": f"{TRACE:032x}",
        "span_id": f"{CONTEXT.span_id:016x}",
    }
    log.traces.ended("sess_1")
    logging.getLogger("agent.relay").warning("session %s: it is late", "sess_1")
    assert "trace_id" not in log.json[1]


def test_a_line_of_a_tool_carries_its_session_its_call_and_its_own_span(log):
    with within("sess_1", "call_1"), trace.use_span(trace.NonRecordingSpan(CONTEXT)):
        logging.getLogger("tools.mine").info("looking")
    logging.getLogger("tools.mine").info("done")
    assert (log.json[0]["session"], log.json[0]["call"]) == ("sess_1", "call_1")
    assert log.json[0]["trace_id"] == f"{TRACE:032x}"
    assert "session" not in log.json[1]


def test_an_exception_stays_within_its_line(log):
    try:
        int("no")
    except ValueError:
        logging.getLogger("agent.x").exception("failed")
    (line,) = log.json
    assert "ValueError: invalid literal" in line["exception"]


@pytest.mark.parametrize("log", ["text"], indirect=True)
def test_a_line_for_people_says_what_it_belongs_to_once(log):
    logging.getLogger("agent.x").info("session %s: late", "sess_1")
    logging.getLogger("agent.x").info("turn", extra={"session": "sess_2", "fields": {"turn": 3}})
    try:
        int("no")
    except ValueError:
        logging.getLogger("agent.x").exception("failed")
    assert log.lines[0].endswith("info    agent.x: session sess_1: late")
    assert log.lines[1].endswith("info    agent.x: turn turn=3 session=sess_2")
    assert log.lines[-1].startswith("  ValueError: invalid literal")


@pytest.mark.parametrize("log", ["text"], indirect=True)
async def test_a_caller_cannot_write_a_line_of_its_own_into_the_log_for_people(log, model):  # noqa: F811
    forged = "2026-01-01T00:00:00.000Z error   agent.door: forged"
    async with (
        TestClient(TestServer(Server(Agent(), model.connect, None).application())) as http,
        http.ws_connect("/v1/realtime") as socket,
    ):
        await received(socket, "session.created")
        await socket.close(code=1000, message=f"\x1b[2Kbye\n{forged}\r{forged}".encode())
    assert any(r"closed with 1000 \x1b[2Kbye" in line for line in log.lines)
    assert not any(line.startswith(forged) for line in log.lines)


def test_others_are_heard_only_when_they_warn_and_nothing_is_written_after_the_end():
    made = Log("json")
    logging.getLogger("elsewhere").info("chatter")
    logging.getLogger("elsewhere").warning("trouble")
    end_logging(made.handler)
    logging.getLogger("agent.x").warning("too late")
    assert [line["message"] for line in made.json] == ["trouble"]


def test_the_level_is_that_of_our_own_lines():
    made = Log("json", "error")
    logging.getLogger("agent.x").warning("hm")
    logging.getLogger("agent.x").error("oh")
    end_logging(made.handler)
    assert [line["message"] for line in made.json] == ["oh"]
