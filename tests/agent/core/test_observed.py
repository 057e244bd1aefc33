"""Observed sessions: what is told of their calls and connections, and that nothing of the talk is changed by it."""

from __future__ import annotations

import json

import pytest

from agent.core.calls import CallResult
from agent.core.facts import (
    AudioPassed,
    CallBegan,
    CallEnded,
    Met,
    Reconnected,
    ResponseEnded,
    Said,
    SessionEnded,
    TurnEnded,
    Underran,
)
from agent.core.frames import Frame
from agent.core.handover import Dial, Switch
from agent.core.rules import CallRules
from agent.core.session import SessionConfig
from tests.agent.core.conftest import Bench, call_item
from tests.agent.core.test_renewal import taken_over
from tests.agent.core.watching import Watched


@pytest.fixture
def bench():
    return Watched().open()


def test_what_a_response_cost_is_told_with_it(bench):
    bench.begins("r1")
    bench.ends("r1", usage={"input_tokens": 10, "output_tokens": 4, "output_token_details": {"audio_tokens": 3}})
    (response,) = bench.told(ResponseEnded)
    assert (response.usage.text_in, response.usage.text_out, response.usage.audio_out) == (10, 1, 3)
    assert not response.spoken


def test_a_response_that_we_ask_for_begins_when_it_is_asked_for(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1", call_item("c1"))
    bench.now = 1.0
    bench.finish("c1")
    bench.now = 1.4
    bench.begins("r2")
    bench.ends("r2")
    assert bench.told(ResponseEnded)[-1].began == 1.0


@pytest.mark.parametrize(
    ("fields", "outcome", "error"),
    [
        ({}, "ok", None),
        ({"ok": False, "error": "exception"}, "error", "exception"),
        ({"ok": False, "error": "timeout"}, "timeout", "timeout"),
        ({"ok": False, "error": "rate_limited"}, "refused", "rate_limited"),
    ],
)
def test_the_outcome_of_a_call_is_what_its_tool_returned(bench, fields, outcome, error):
    bench.begins("r1")
    bench.now = 1.0
    bench.calls("r1", "c1")
    bench.now = 1.5
    bench.finish("c1", speculated=True, **fields)
    assert bench.told(CallBegan) == [CallBegan("c1", "search", 1.0)]
    assert bench.told(CallEnded) == [CallEnded("c1", "search", 1.0, 1.5, outcome, error, speculated=True)]


def test_a_call_that_takes_too_long_ran_out_of_time_and_its_late_result_is_not_told():
    bench = Watched(timeouts={"search": 2.0}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.tick(3.0)
    bench.finish("c1")
    (call,) = bench.told(CallEnded)
    assert (call.outcome, call.error, call.ended) == ("timeout", "timeout", 2.0)


def test_a_call_that_the_caller_breaks_off_was_cancelled():
    bench = Watched(rules={"search": CallRules(cancels=True)}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.user()
    (call,) = bench.told(CallEnded)
    assert (call.outcome, call.error) == ("cancelled", None)


@pytest.mark.parametrize("decides", [True, False])
def test_a_call_that_the_user_does_not_approve_was_refused(decides):
    bench = Watched(rules={"search": CallRules(approval_time=5.0)}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    Bench.asks(bench, "c1")
    if decides:
        bench.decides("c1", "deny")
    bench.tick(10.0)
    assert [call.outcome for call in bench.told(CallEnded)] == ["refused"]


def test_a_call_that_was_approved_and_then_takes_too_long_was_not_refused():
    bench = Watched(timeouts={"search": 2.0}, rules={"search": CallRules(approval_time=5.0)}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    Bench.asks(bench, "c1")
    bench.decides("c1")
    bench.tick(10.0)
    assert [call.outcome for call in bench.told(CallEnded)] == ["timeout"]


def test_two_calls_at_once_are_two_stages_and_the_model_waits_for_the_last(bench):
    bench.asks()
    bench.begins("r1")
    bench.now = 2.5
    bench.calls("r1", "c1", "c2")
    bench.ends("r1", call_item("c1"), call_item("c2"))
    bench.now = 3.0
    bench.finish("c1")
    bench.now = 4.0
    bench.finish("c2")
    bench.answers_aloud("r2", at=4.0)
    stages = [(each.name, each.began, each.ended) for each in bench.turn.stages]
    assert stages[2:5] == [("tool", 2.5, 3.0), ("tool", 2.5, 4.0), ("model", 4.0, 4.5)]


def test_sound_is_counted_from_the_counters_that_count_it_anyway(bench):
    for _ in range(10):
        bench.caller(Frame('{"type":"input_audio_buffer.append","audio":"' + "A" * 6400 + '"}'))
    bench.answers_aloud(ms=2000)
    assert bench.told(AudioPassed) == [AudioPassed(1.0, 2.0)]
    bench.answers_aloud("r2", at=9.0, ms=500, item="m2")
    assert bench.told(AudioPassed)[-1] == AudioPassed(0.0, 0.5)


def test_gaps_that_the_client_reports_are_told_and_no_more_of_them_than_there_can_be(bench):
    bench.answers_aloud(plays=False)
    for count in (1, 0, 3, 2_000_000):
        bench.plays(100, underruns=count)
    assert [fact.count for fact in bench.told(Underran)] == [1, 3, 100]


def test_a_model_that_was_lost_takes_its_response_with_it_and_the_turn_goes_on_with_the_next(bench):
    bench.asks()
    bench.now = 2.5
    bench.begins("r1")
    bench.now = 3.0
    actions = bench.take(bench.session.upstream_closed(1006, "", bench.now))
    assert Dial(1) in actions
    (response,) = bench.told(ResponseEnded)
    assert (response.status, response.error) == ("failed", "connection_lost")
    assert bench.told(TurnEnded) == []
    bench.take(bench.session.dialled(1, 3.1))
    succeeds(bench)
    assert bench.told(Reconnected) == [Reconnected("model", "ok", "lost")]
    bench.answers_aloud("r9", at=4.0)
    assert bench.turn.outcome == "completed"
    assert bench.turn.latency == pytest.approx(2.5)


def succeeds(bench):
    """The successor greets, takes what it is given, and takes over."""
    bench.now = 3.5
    said = {"id": "sess_2", "type": "realtime", "audio": {"output": {"voice": "alloy"}}}
    for kind in ("session.created", "session.updated"):
        bench.take(bench.session.receive_successor(Frame(json.dumps({"type": kind, "session": said})), bench.now))
    seen = 0
    while Switch() not in bench.lines and seen < len(bench.successor):
        frame, seen = bench.successor[seen], seen + 1
        if frame.type == "conversation.item.create":
            added = {"type": "conversation.item.added", "item": frame.data["item"], "previous_item_id": None}
            bench.take(bench.session.receive_successor(Frame(json.dumps(added)), bench.now))
    assert Switch() in bench.lines


def test_a_session_whose_model_cannot_be_had_again_failed_and_so_did_the_reconnect(bench):
    bench.take(bench.session.upstream_closed(1006, "", 1.0))
    bench.take(bench.session.dial_failed(1, "no such deployment", 1.5, final=True))
    assert bench.told(Reconnected) == [Reconnected("model", "failed", "lost")]
    (ended,) = bench.told(SessionEnded)
    assert (ended.failed, ended.code, ended.ended) == (True, 1011, 1.5)
    bench.session.over(2.0)
    assert len(bench.told(SessionEnded)) == 1


def test_a_successor_that_closes_is_no_reconnect(bench):
    bench.take(bench.session.upstream_closed(1006, "", 1.0))
    bench.take(bench.session.dialled(1, 1.1))
    bench.take(bench.session.successor_closed(1006, "", 1.2))
    assert bench.told(Reconnected) == []


def test_a_client_that_comes_back_is_a_reconnect(bench):
    bench.take(bench.session.client_lost(1.0))
    bench.take(bench.session.client_back({}, 0, complete=True, now=2.0))
    assert bench.told(Reconnected) == [Reconnected("client", "ok", "lost")]
    bench.session.client_closed()
    bench.session.over(3.0)
    assert bench.told(SessionEnded) == [SessionEnded(3.0, failed=False, code=1000, reason="")]


def test_a_client_that_comes_back_to_another_process_has_not_stayed_away(bench):
    bench.take(bench.session.client_lost(1.0))
    bench.session.over(3.0, goes_on=True)
    assert bench.told(Reconnected) == []
    assert len(bench.told(SessionEnded)) == 1


def test_a_session_that_goes_on_is_a_reconnect_and_sound_that_was_heard_elsewhere_is_not_counted_again(bench):
    sound = '{"type":"input_audio_buffer.append","audio":"' + "A" * 64_000 + '"}'
    bench.caller(Frame(sound))
    kept = json.loads(json.dumps(bench.session.keeping.kept(bench.now)))
    other = Watched(prefix="other")
    other.session.keeping.restore(kept, other.now)
    other.take(other.session.client_back({}, 0, complete=False, now=other.now))
    assert other.told(Reconnected) == [Reconnected("client", "ok", "lost")]
    other.take(other.session.upstream_closed(1006, "", other.now))
    taken_over(other)
    other.caller(Frame(sound))
    other.caller(Frame(sound))
    other.answers_aloud(ms=1000)
    assert other.told(AudioPassed) == [AudioPassed(2.0, 1.0)]


def test_a_client_that_stays_away_is_a_reconnect_that_failed(bench):
    bench.take(bench.session.client_lost(1.0))
    bench.session.client_closed()
    bench.session.over(3.0)
    assert bench.told(Reconnected) == [Reconnected("client", "failed", "lost")]


def test_a_session_that_ends_ends_its_turn_and_its_calls(bench):
    bench.asks()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.session.client_closed()
    bench.session.over(5.0)
    assert [call.outcome for call in bench.told(CallEnded)] == ["cancelled"]
    assert bench.turn.outcome == "interrupted"
    assert isinstance(bench.facts[-1], SessionEnded)


def test_a_session_that_ends_after_an_answer_that_was_not_heard_out_ends_a_turn_that_was_answered(bench):
    bench.asks()
    bench.answers_aloud(plays=False)
    bench.session.over(9.0)
    assert bench.turn.outcome == "completed"


def test_a_session_that_ends_while_the_user_speaks_ends_a_turn_without_answer(bench):
    bench.now = 1.0
    bench.user()
    bench.session.over(2.0)
    assert bench.turn.outcome == "unanswered"


def test_a_bug_of_ours_is_a_session_that_failed(bench):
    bench.session.broken()
    bench.session.over(2.0)
    assert bench.told(SessionEnded) == [SessionEnded(2.0, failed=True, code=1011, reason="internal_error")]


def test_what_comes_after_the_end_tells_nothing(bench):
    bench.session.over(2.0)
    bench.user()
    assert isinstance(bench.facts[-1], SessionEnded)


def test_the_models_name_and_its_transcribers_are_told_once():
    bench = Watched()
    session = {"id": "s", "model": "gpt-realtime", "audio": {"input": {"transcription": {"model": "whisper-1"}}}}
    bench.model("session.created", session=session)
    bench.model("session.updated", session=session)
    assert bench.told(Met) == [Met("gpt-realtime", "whisper-1")]


def test_words_are_told_only_to_who_asked_for_them(bench):
    told = Watched(content=True).open()
    message = {"id": "m1", "type": "message", "content": [{"type": "output_audio", "transcript": "Thirty days."}]}
    for each in (bench, told):
        each.asks()
        each.transcribes(text="How much leave?")
        each.begins("r1")
        each.ends("r1", message)
    assert bench.told(Said) == []
    assert told.told(Said) == [Said("user", "How much leave?"), Said("assistant", "Thirty days.")]
    assert "leave" not in repr(bench.facts).lower()


def test_frames_that_cannot_be_read_pass_and_tell_nothing(bench):
    before = list(bench.facts)
    for text in ("no json", "[]", '{"type":"response.done"}', '{"type":5}'):
        bench.session.receive_upstream(Frame(text), 1.0)
        bench.session.receive_client(Frame(text), 1.0)
    assert bench.facts == before


def test_an_agent_that_takes_over_ends_the_call_that_asked_for_it(bench):

    bench.begins("r1")
    bench.calls("r1", "c1")
    config = SessionConfig({"type": "realtime", "instructions": "y"}, {}, extensions=True, ready={"agent": {}})
    bench.take(bench.session.hand_over("c1", CallResult("handed over"), config, 1.0))
    assert [call.outcome for call in bench.told(CallEnded)] == ["ok"]


def test_a_watched_session_decides_what_a_plain_one_does():
    plain, watched = Bench().open(), Watched().open()
    for bench in (plain, watched):
        bench.begins("r1")
        bench.calls("r1", "c1")
        bench.ends("r1", call_item("c1"))
        bench.finish("c1")
        bench.begins("r2")
        bench.speaks("r2")
        bench.user()
        bench.tick(5.0)
    assert [frame.text for frame in watched.client] == [frame.text for frame in plain.client]
    assert [frame.text for frame in watched.upstream] == [frame.text for frame in plain.upstream]
