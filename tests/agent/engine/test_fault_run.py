"""Faults under way: events and the time go in, what is really sent comes out."""

from __future__ import annotations

import json

import pytest

from agent.engine.effects import Close, Send
from agent.engine.fault_run import FailResponse, FaultRun, Refusal
from agent.engine.faults import (
    Delay,
    Drop,
    Duplicate,
    Error,
    Expire,
    Fail,
    Faults,
    Late,
    Lose,
    Nameless,
    Refuse,
    Reject,
    Stall,
)
from agent.engine.wire_errors import EventRefused


class Line:
    """One session with faults."""

    def __init__(self, run):
        self.faults = run.admit()
        self.now = 0.0

    def sends(self, *kinds, **fields):
        """What comes out at once when the session sends events of these types."""
        out = []
        for kind in kinds:
            out += self.faults.outgoing(Send({"type": kind, "event_id": f"of {kind}", **fields}), self.now)
        return shown(out)

    def waits(self, seconds):
        self.now += seconds
        return shown(self.faults.due(self.now))


def shown(passed):
    return [each.event["type"] if isinstance(each, Send) else each for each in passed]


@pytest.fixture
def session():
    return lambda *rules: Line(FaultRun(Faults(*rules)))


def test_without_a_rule_that_fits_the_identical_event_comes_out(session):
    line = session(Lose(event="response.done"))
    event = Send({"type": "response.created", "event_id": "1"})
    assert line.faults.outgoing(event, 0.0)[0] is event
    assert line.faults.next_deadline() is None


def test_the_connection_is_dropped_behind_the_nth_event(session):
    line = session(Drop(at=2, code=1011, reason="bad day"))
    assert line.sends("a", "b", "c") == ["a", "b", Close(1011, "bad day")]
    assert line.sends("d") == []


def test_a_drop_without_a_code_sends_no_close_frame(session):
    assert session(Drop(event="response.*")).sends("a", "response.created") == [
        "a",
        "response.created",
        Close(1006, ""),
    ]


def test_a_delayed_event_holds_up_those_behind_it(session):
    line = session(Delay(event="b", ms=200, times=1))
    assert line.sends("a", "b", "c") == ["a"]
    assert line.faults.next_deadline() == pytest.approx(0.2)
    assert line.waits(0.1) == []
    assert line.waits(0.1) == ["b", "c"]
    assert line.faults.next_deadline() is None
    assert line.sends("b") == ["b"]


def test_a_late_event_is_overtaken_until_the_event_that_frees_it(session):
    line = session(Late(event="transcript", until="response.done"))
    assert line.sends("a", "transcript", "b", "response.done", "c") == ["a", "b", "response.done", "transcript", "c"]


def test_a_late_event_comes_when_its_time_is_over(session):
    line = session(Late(event="transcript", until="never", ms=300))
    assert line.sends("transcript", "b") == ["b"]
    assert line.waits(0.3) == ["transcript"]


def test_a_late_event_queues_behind_a_delayed_one(session):
    line = session(Late(event="a", ms=100), Delay(event="b", ms=200))
    assert line.sends("a", "b") == []
    assert line.waits(0.1) == []
    assert line.waits(0.1) == ["b", "a"]


def test_a_lost_event_never_comes(session):
    assert session(Lose(event="response.done", times=1)).sends("response.done", "a", "response.done") == [
        "a",
        "response.done",
    ]


def test_an_event_comes_more_than_once(session):
    assert session(Duplicate(event="a", copies=2, times=1)).sends("a", "a") == ["a", "a", "a", "a"]


def test_a_response_fails_once_begun(session):
    line = session(Fail(times=1, code="server_error", message="bad day"))
    created = {"response": {"id": "resp_1"}}
    assert line.sends("response.created", **created) == [
        "response.created",
        FailResponse("resp_1", "server_error", "bad day"),
    ]
    assert line.sends("response.created", **created) == ["response.created"]


def test_a_poisoned_session_fails_every_response_and_the_next_session_none():
    run = FaultRun(Faults(Fail(session=1)))
    line, other = Line(run), Line(run)
    for _ in range(5):
        assert len(line.sends("response.created", response={"id": "r"})) == 2
    assert len(other.sends("response.created", response={"id": "r"})) == 1


def test_a_response_can_fail_in_mid_speech(session):
    line = session(Fail(event="response.output_audio.delta"))
    assert line.sends("response.output_audio.delta", response_id="resp_1")[1].response_id == "resp_1"
    assert line.sends("session.updated") == ["session.updated"]


def test_an_error_about_nothing_in_particular_comes_behind_an_event(session):
    line = session(Error(event="a", code="overloaded", message="bad day"))
    out = line.faults.outgoing(Send({"type": "a", "event_id": "1"}), 0.0)
    assert out[1].event["error"] == {
        "type": "server_error",
        "code": "overloaded",
        "message": "bad day",
        "param": None,
        "event_id": None,
    }
    assert out[1].event["event_id"] != "1"


def test_an_error_does_not_say_which_event_it_is_about(session):
    line = session(Nameless())
    out = line.faults.outgoing(Send({"type": "error", "error": {"code": "x", "event_id": "mine"}}), 0.0)
    assert out[0].event["error"] == {"code": "x", "event_id": None}


def test_nothing_is_read_while_the_engine_stalls(session):
    line = session(Stall(event="a", ms=500))
    assert line.faults.reads_from == 0.0
    line.now = 2.0
    line.sends("a")
    assert line.faults.reads_from == pytest.approx(2.5)


def test_connections_are_refused_and_counted():
    run = FaultRun(Faults(Refuse(status=429, retry_after=3, session=2), Drop(at=1, session=3)))
    run.admit()
    with pytest.raises(Refusal, match="HTTP 429") as refused:
        run.admit()
    assert (refused.value.status, refused.value.retry_after) == (429, 3)
    assert Line(run).sends("a") == ["a", Close(1006, "")]


def test_a_session_lasts_as_long_as_it_is_told():
    run = FaultRun(Faults(Expire(after_s=2, times=1)))
    assert run.admit().cap(3600) == 2
    assert run.admit().cap(3600) == 3600
    assert FaultRun(Faults(Expire(after_s=5000))).admit().cap(3600) == 3600


def test_an_event_with_a_rejected_field_is_refused_by_name(session):
    line = session(Reject(field="session.audio.output.speed", times=1))
    update = {"type": "session.update", "event_id": "mine", "session": {"audio": {"output": {"speed": 1.0}}}}
    line.faults.incoming(json.dumps({"type": "session.update", "session": {"audio": {"output": {}}}}))
    with pytest.raises(EventRefused) as refused:
        line.faults.incoming(json.dumps(update))
    assert refused.value.body(refused.value.event_id) == {
        "type": "invalid_request_error",
        "code": "unknown_parameter",
        "message": "Unknown parameter: 'session.audio.output.speed'.",
        "param": "session.audio.output.speed",
        "event_id": "mine",
    }
    line.faults.incoming(json.dumps(update))


@pytest.mark.parametrize("message", ["{", b"\0", "[]", '{"type": "session.update", "session": 5}'])
def test_what_cannot_be_read_is_none_of_the_faults_business(session, message):
    session(Reject(field="session.audio")).faults.incoming(message)


def test_a_rule_waits_for_what_has_to_come_before_it(session):
    line = session(Lose(event="a", after="b"), Reject(field="session.audio", after="b"))
    assert line.sends("a") == ["a"]
    line.faults.incoming('{"type": "session.update", "session": {"audio": {}}}')
    assert line.sends("b", "a") == ["b"]
    with pytest.raises(EventRefused):
        line.faults.incoming('{"type": "session.update", "session": {"audio": {}}}')


def test_times_counts_over_all_sessions():
    run = FaultRun(Faults(Lose(event="a", times=2)))
    assert [Line(run).sends("a") for _ in range(3)] == [[], [], ["a"]]


def test_the_end_of_the_session_takes_along_what_was_held_back(session):
    line = session(Late(event="a", ms=60_000), Delay(event="b", ms=60_000))
    assert line.sends("a", "b") == []
    out = line.faults.outgoing(Close(1001, "session_expired"), 0.0)
    assert shown(out) == ["b", "a", Close(1001, "session_expired")]
    assert line.faults.next_deadline() is None
    assert line.sends("c") == []


def test_a_drop_behind_a_delayed_event_comes_in_its_turn_and_frees_nothing(session):
    line = session(Late(event="a", ms=50), Delay(event="b", ms=200), Drop(event="b"))
    assert line.sends("a", "b", "c") == []
    assert line.waits(0.1) == []
    assert line.waits(0.1) == ["b", Close(1006, "")]
    assert line.faults.next_deadline() is None
