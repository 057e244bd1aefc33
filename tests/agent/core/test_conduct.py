"""Calls that are treated by the rules of their tools: repeats, the caller's speech, approval; through the session."""

from __future__ import annotations

import json

import pytest

from agent.core.rules import CallRules
from agent.core.toolwork import DEFAULT_TIMEOUT
from tests.agent.core.ruling import called

# ── repeats ──


def test_a_call_that_repeats_a_running_one_gets_its_answer_and_does_not_run(ruled):
    bench = called(ruled(idempotent=True), "c1", "c2")
    assert [call.call_id for call in bench.started] == ["c1"]
    bench.finish("c1", "27 days")
    assert bench.outputs == {"c1": "27 days", "c2": "27 days"}
    assert len(bench.creates) == 1
    assert [event["call_id"] for event in bench.seen("extension.call.started")] == ["c1"]
    assert [event["call_id"] for event in bench.seen("extension.call.finished")] == ["c1"]


def test_a_call_that_repeats_a_finished_one_is_answered_at_once(ruled):
    bench = called(ruled(idempotent=True), "c1", arguments='{"a": 1, "b": 2}')
    bench.finish("c1", "27 days")
    called(bench, "c2", response="r2", arguments='{"b":2,"a":1}')
    assert [call.call_id for call in bench.started] == ["c1"]
    assert bench.outputs["c2"] == "27 days"
    assert len(bench.creates) == 2


@pytest.mark.parametrize("new", ["turn", "arguments", "failure", "rule"])
def test_what_is_asked_anew_runs_anew(ruled, new):
    bench = called(ruled(idempotent=new != "rule"), "c1")
    bench.finish("c1", ok=new != "failure")
    if new == "turn":
        bench.model("input_audio_buffer.committed", item_id="u2", previous_item_id=None)
    called(bench, "c2", response="r2", arguments="{}" if new == "arguments" else None)
    assert [call.call_id for call in bench.started] == ["c1", "c2"]


def test_who_waits_for_another_calls_answer_still_gets_it_after_the_user_has_spoken(ruled):
    bench = called(ruled(idempotent=True), "c1", "c2")
    bench.model("input_audio_buffer.committed", item_id="u2", previous_item_id=None)
    bench.finish("c1")
    assert set(bench.outputs) == {"c1", "c2"}


def test_a_repeat_shares_the_time_limit_of_the_first(ruled):
    bench = called(ruled(idempotent=True), "c1", "c2")
    bench.tick(DEFAULT_TIMEOUT + 1)
    assert bench.cancelled == ["c1"]
    assert ["timeout" in bench.outputs[call_id] for call_id in ("c1", "c2")] == [True, True]


# ── the caller speaks ──


def test_the_callers_speech_cancels_a_tool_that_wants_that_and_asks_for_no_answer(ruled):
    bench = called(ruled(cancels=True), "c1")
    bench.user()
    assert bench.cancelled == ["c1"]
    assert json.loads(bench.outputs["c1"])["error"]["code"] == "cancelled"
    assert "cancelled by the caller" in bench.outputs["c1"]
    assert bench.seen("extension.call.finished")[0]["status"] == "cancelled"
    bench.user(stops=True)
    bench.tick(60)
    assert bench.creates == []
    assert bench.finish("c1") == []


def test_the_callers_speech_leaves_other_tools_alone(ruled):
    bench = called(ruled(), "c1")
    bench.user()
    assert bench.cancelled == []


def test_speech_that_does_not_interrupt_the_model_cancels_nothing(ruled, make_bench):
    detection = {"type": "server_vad", "interrupt_response": False}
    bench = make_bench(rules={"search": CallRules(cancels=True)}).open(audio={"input": {"turn_detection": detection}})
    called(bench, "c1").user()
    assert bench.cancelled == []


@pytest.mark.parametrize("by", ["typing", "cancelling", "committing"])
def test_a_caller_breaks_in_without_a_voice_too(make_bench, by):
    bench = make_bench(rules={"search": CallRules(cancels=True)}).open(audio={"input": {"turn_detection": None}})
    called(bench, "c1")
    if by == "typing":
        content = [{"type": "input_text", "text": "stop"}]
        bench.caller("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        assert [frame.data["item"]["type"] for frame in bench.upstream] == ["function_call_output", "message"]
    elif by == "cancelling":
        bench.caller("response.cancel")
    else:
        bench.model("input_audio_buffer.committed", item_id="u2", previous_item_id=None)
    assert bench.cancelled == ["c1"]
    assert bench.creates == []


def test_what_another_call_of_the_same_response_found_is_still_told(make_bench):
    bench = make_bench(rules={"slow": CallRules(cancels=True)}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.calls("r1", "c2", index=1, tool="slow")
    bench.ends("r1")
    bench.finish("c1")
    bench.user()
    assert bench.creates == []
    bench.model("input_audio_buffer.cleared")
    assert len(bench.creates) == 1


# ── approval ──


def test_the_client_is_asked_and_the_model_told(ruled):
    bench = called(ruled(approval_time=30.0), "c1")
    bench.asks("c1")
    asked = bench.seen("extension.tool.approval_requested")[0]
    assert (asked["call_id"], asked["name"], asked["arguments"]) == ("c1", "search", '{"count":3}')
    assert asked["timeout_ms"] == 30_000
    assert "has not run yet" in bench.notes[0]
    assert bench.asks("c1") == bench.asks("unknown") == []


def test_a_tools_time_begins_with_the_approval(ruled):
    bench = called(ruled(approval_time=60.0), "c1")
    bench.asks("c1")
    bench.tick(50)
    assert bench.cancelled == []
    bench.decides("c1")
    assert bench.approved == ["c1"]
    bench.tick(DEFAULT_TIMEOUT - 1)
    assert bench.cancelled == []
    bench.tick(2)
    assert bench.cancelled == ["c1"]
    assert f"within {DEFAULT_TIMEOUT:g} s" in bench.outputs["c1"]


def test_a_denial_cancels_the_call_and_the_model_answers_with_the_reason(ruled):
    bench = called(ruled(), "c1")
    bench.asks("c1")
    bench.decides("c1", "deny", reason="too dear")
    assert bench.cancelled == ["c1"]
    assert json.loads(bench.outputs["c1"])["error"]["code"] == "approval_denied"
    assert "too dear" in bench.outputs["c1"]
    finished = bench.seen("extension.call.finished")[0]
    assert (finished["status"], finished["error"]) == ("denied", "approval_denied")
    assert len(bench.creates) == 1


def test_what_the_user_approves_after_they_have_stopped_the_answer_is_answered_all_the_same(ruled):
    """They stopped what was being said about it; by approving they ask for it anew."""
    bench = called(ruled(approval_time=60.0), "c1")
    bench.asks("c1")
    bench.caller("response.cancel")
    bench.decides("c1")
    assert bench.approved == ["c1"]
    bench.finish("c1", "3 lamps are ordered")
    assert bench.outputs["c1"] == "3 lamps are ordered"
    assert len(bench.creates) == 1


def test_what_the_user_denies_after_they_have_stopped_the_answer_stays_without_one(ruled):
    bench = called(ruled(approval_time=60.0), "c1")
    bench.asks("c1")
    bench.caller("response.cancel")
    bench.decides("c1", "deny")
    assert "approval_denied" in bench.outputs["c1"]
    assert bench.creates == []


def test_an_approval_that_nobody_gives_expires(ruled):
    bench = called(ruled(approval_time=30.0), "c1")
    bench.asks("c1")
    bench.tick(29.9)
    assert bench.outputs == {}
    bench.tick(0.2)
    assert json.loads(bench.outputs["c1"])["error"]["code"] == "approval_expired"
    assert bench.cancelled == ["c1"]
    assert bench.decides("c1")[0].frame.data["error"]["code"] == "invalid_call_id"
    assert bench.approved == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"call_id": "c2", "decision": "approve"}, "invalid_call_id"),
        ({"call_id": None, "decision": "approve"}, "invalid_call_id"),
        ({"call_id": "c1", "decision": "perhaps"}, "invalid_value"),
        ({"call_id": "c1", "decision": "deny", "reason": 7}, "invalid_type"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_and_the_call_waits_on(ruled, fields, code):
    bench = called(ruled(), "c1")
    bench.asks("c1")
    bench.caller("extension.tool.approval", **fields)
    assert [error["error"]["code"] for error in bench.seen("error")] == [code]
    assert bench.approved == bench.cancelled == []


def test_a_stock_client_cannot_approve(ruled):
    bench = called(ruled(options={"extensions": False}), "c1")
    bench.decides("c1")
    assert bench.seen("error")[0]["error"]["code"] == "unknown_event_type"


def test_a_decision_twice_counts_once(ruled):
    bench = called(ruled(), "c1")
    bench.asks("c1")
    bench.decides("c1")
    bench.decides("c1", "deny")
    assert (bench.approved, bench.cancelled) == (["c1"], [])


def test_a_client_that_returns_is_asked_again_with_the_time_that_is_left(ruled):
    bench = called(ruled(approval_time=60.0), "c1")
    bench.asks("c1")
    bench.take(bench.session.client_lost(bench.now))
    bench.tick(20)
    bench.client.clear()
    bench.take(bench.session.client_back({}, 0, complete=True, now=bench.now))
    assert [event["timeout_ms"] for event in bench.seen("extension.tool.approval_requested")] == [40_000]
    bench.decides("c1")
    assert bench.approved == ["c1"]


def test_the_callers_speech_withdraws_what_waits_for_approval_where_the_tool_wants_that(ruled):
    bench = called(ruled(cancels=True), "c1")
    bench.asks("c1")
    bench.user()
    assert bench.cancelled == ["c1"]
    assert bench.decides("c1")[0].frame.data["error"]["code"] == "invalid_call_id"


def test_the_caller_hears_that_there_is_something_to_approve(ruled):
    bench = called(ruled(approval_prompt="Please confirm."), "c1")
    bench.asks("c1")
    bench.tick(0.1)
    assert bench.asides[0]["response"]["instructions"].endswith("Please confirm.")


def test_two_sentences_are_said_one_after_the_other(ruled):
    bench = called(ruled(approval_prompt="Please confirm."), "c1", "c2")
    bench.asks("c1")
    bench.asks("c2")
    bench.tick(0.1)
    assert len(bench.asides) == 1
    bench.aside_begins("a1")
    bench.ends("a1", conversation_id=None)
    bench.tick(1)
    assert len(bench.asides) == 2
