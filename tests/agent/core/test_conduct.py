"""Calls that are treated by the rules of their tools, through the session."""

from __future__ import annotations

import json

import pytest

from agent.core.aside import ASIDE_LOST, LONGEST_ASIDE
from agent.core.jobs import PATIENCE
from agent.core.patience import LOOK, REPORT_INTERVAL, WORTH_SAYING
from agent.core.rules import CallRules
from agent.core.toolwork import DEFAULT_TIMEOUT


@pytest.fixture
def ruled(make_bench):
    """Makes an open session whose tool has these rules."""

    def make(*, options=None, **rules):
        return make_bench(rules={"search": CallRules(**rules)}, **options or {}).open()

    return make


def called(bench, *calls, response="r1", arguments=None):
    """A response that calls, and has ended."""
    bench.begins(response)
    bench.calls(response, *calls, arguments=arguments)
    bench.ends(response)
    return bench


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


# ── what the caller hears ──


def test_a_preamble_is_said_beside_the_conversation_once_a_call_takes_long(ruled):
    bench = called(ruled(preamble="One moment.", heard_after=1.5), "c1")
    bench.tick(1.4)
    assert bench.creates == []
    bench.tick(0.2)
    response = bench.asides[0]["response"]
    assert (response["conversation"], response["input"], response["tool_choice"]) == ("none", [], "none")
    assert response["instructions"].endswith("One moment.")
    assert bench.seen("extension.tool.waiting") == [
        {
            "type": "extension.tool.waiting",
            "event_id": bench.seen("extension.tool.waiting")[0]["event_id"],
            "call_id": "c1",
            "name": "search",
            "message": "One moment.",
            "sound": False,
        }
    ]


def test_a_call_that_is_quick_is_not_heard_of(ruled):
    bench = called(ruled(preamble="One moment.", sound=True), "c1")
    bench.finish("c1")
    bench.tick(10)
    assert bench.asides == bench.seen("extension.tool.waiting") == []


def test_the_answer_waits_for_the_end_of_the_preamble(ruled):
    """One response in flight, asides among them."""
    bench = called(ruled(preamble="One moment."), "c1")
    bench.tick(1)
    bench.aside_begins("a1")
    bench.finish("c1")
    assert len(bench.creates) == len(bench.asides) == 1
    bench.ends("a1", conversation_id=None)
    assert len(bench.creates) == 2


@pytest.mark.parametrize(("begins", "lost"), [(False, ASIDE_LOST), (True, LONGEST_ASIDE)])
def test_a_preamble_that_never_comes_or_never_ends_holds_the_answer_for_a_while_only(ruled, begins, lost):
    bench = called(ruled(preamble="One moment."), "c1")
    bench.tick(1)
    if begins:
        bench.aside_begins("a1")
    bench.finish("c1")
    bench.tick(lost - 0.1)
    assert len(bench.creates) == 1
    bench.tick(0.2)
    assert len(bench.creates) == 2


def test_a_preamble_that_is_refused_frees_the_floor_and_bothers_nobody(ruled):
    bench = called(ruled(preamble="One moment."), "c1")
    bench.tick(1)
    bench.finish("c1")
    bench.error("invalid_value", bench.asides[0]["event_id"])
    assert len(bench.creates) == 2
    assert bench.seen("error") == []


def test_the_callers_speech_stops_the_preamble(ruled):
    bench = called(ruled(preamble="One moment."), "c1")
    bench.tick(1)
    bench.aside_begins("a1")
    bench.user()
    assert [event["response_id"] for event in bench.sent("response.cancel")] == ["a1"]
    assert bench.audio("a1", "m9") == []


def test_a_preamble_that_begins_after_the_caller_has_begun_to_speak_is_stopped(ruled):
    bench = called(ruled(preamble="One moment."), "c1")
    bench.tick(1)
    bench.user()
    bench.aside_begins("a1")
    assert [event["response_id"] for event in bench.sent("response.cancel")] == ["a1"]


def test_a_clients_cancel_stops_the_preamble(ruled):
    bench = called(ruled(preamble="One moment."), "c1")
    bench.tick(1)
    bench.aside_begins("a1")
    bench.caller("response.cancel")
    assert "a1" in [event.get("response_id") for event in bench.sent("response.cancel")]


def test_a_preamble_waits_for_the_models_own_words_and_is_dropped_when_they_take_long(ruled):
    bench = ruled(preamble="One moment.", heard_after=1.0)
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.tick(2)
    assert bench.asides == []
    bench.ends("r1")
    bench.tick(LOOK)
    assert len(bench.asides) == 1
    late = ruled(preamble="One moment.", heard_after=1.0)
    late.begins("r1")
    late.calls("r1", "c1")
    late.tick(1 + WORTH_SAYING + LOOK)
    late.ends("r1")
    late.tick(2)
    assert late.asides == []


def test_an_aside_of_the_clients_is_none_of_ours(ruled):
    bench = called(ruled(preamble="One moment."), "c1")
    bench.tick(1)
    bench.begins("x1", conversation_id=None, metadata={"mine": "1"})
    bench.ends("x1", conversation_id=None)
    bench.finish("c1")
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


# ── reports ──


def test_reports_are_told_to_the_client_at_once_and_to_the_model_now_and_then(ruled):
    bench = called(ruled(tells_model=True), "c1")
    for number in range(4):
        bench.take(bench.session.call_progress("c1", f"step {number}", number / 4, bench.now))
        bench.tick(1)
    assert len(bench.seen("extension.call.progress")) == 4
    assert bench.notes == ["Progress of the tool 'search' (0 %): step 0"]
    bench.tick(REPORT_INTERVAL)
    assert bench.notes[1:] == ["Progress of the tool 'search' (75 %): step 3"]
    assert bench.creates == []


def test_what_was_not_told_of_a_call_that_is_over_is_dropped(ruled):
    bench = called(ruled(tells_model=True), "c1")
    for message in ("one", "two"):
        bench.take(bench.session.call_progress("c1", message, None, bench.now))
    bench.finish("c1")
    bench.tick(60)
    assert bench.notes == ["Progress of the tool 'search': one"]
    assert bench.session.call_progress("c1", "three", None, bench.now) == []


def test_notes_to_the_model_are_not_shown_to_the_client(ruled):
    bench = called(ruled(tells_model=True), "c1")
    note = {"id": "n1", "type": "message", "role": "system", "content": [{"type": "input_text", "text": "secret"}]}
    bench.client.clear()
    bench.model("conversation.item.added", item=note, previous_item_id="u1")
    bench.model("conversation.item.done", item=note, previous_item_id="u1")
    assert bench.client == []


# ── jobs ──


def test_a_job_is_answered_at_once_and_its_result_comes_at_a_quiet_moment(ruled):
    bench = called(ruled(), "c1")
    bench.finish("c1", "started", job=True)
    assert bench.outputs == {"c1": "started"}
    assert bench.seen("extension.call.finished") == []
    bench.begins("r2")
    bench.job_ends("c1", "ready")
    assert bench.seen("extension.call.finished")[0]["status"] == "completed"
    bench.tick(5)
    assert bench.notes == []
    bench.ends("r2")
    bench.tick(LOOK)
    assert bench.notes[0].endswith("Its result: ready")
    assert len(bench.creates) == 2
    bench.begins("r3")
    bench.ends("r3")
    bench.tick(600)
    assert len(bench.creates) == 2


def test_results_that_wait_come_together_and_get_one_response(ruled):
    bench = called(ruled(), "c1", "c2")
    bench.finish("c1", job=True)
    bench.finish("c2", job=True)
    bench.user()
    bench.job_ends("c1", "one")
    bench.job_ends("c2", "two", ok=False)
    bench.tick(10)
    assert bench.notes == []
    bench.model("input_audio_buffer.cleared")
    bench.begins("r2")
    bench.ends("r2")
    asked = len(bench.creates)
    bench.tick(1)
    assert [note[-3:] for note in bench.notes] == ["one", "two"]
    assert len(bench.creates) == asked + 1


def test_where_it_never_falls_quiet_a_result_waits_no_longer_than_that(ruled):
    bench = called(ruled(), "c1")
    bench.finish("c1", job=True)
    bench.begins("r2")
    bench.calls("r2", "c2")
    bench.ends("r2")
    bench.asks("c2")
    bench.job_ends("c1", "ready")
    bench.tick(PATIENCE - 1)
    assert not any("ready" in note for note in bench.notes)
    bench.decides("c2")
    bench.tick(2)
    assert any("ready" in note for note in bench.notes)
    asked = len(bench.creates)
    bench.finish("c2")
    assert len(bench.creates) == asked + 1


def test_a_job_reports_ends_late_and_is_given_up_in_time(ruled):
    bench = called(ruled(job_time=100.0), "c1")
    bench.finish("c1", job=True)
    bench.take(bench.session.call_progress("c1", "half", 0.5, bench.now))
    assert [event["message"] for event in bench.seen("extension.call.progress")] == ["42", "half"]
    bench.tick(101)
    assert bench.cancelled == ["c1"]
    assert "timeout" in bench.notes[0]
    assert bench.seen("extension.call.finished")[0]["status"] == "timed_out"
    assert bench.job_ends("c1") == []


def test_what_a_job_found_may_be_cited(make_bench):
    bench = make_bench(cite=lambda _answer, found: found).open()
    called(bench, "c1").finish("c1", job=True)
    bench.job_ends("c1", citations=[{"text": "x"}])
    bench.begins("r2")
    bench.speaks("r2")
    assert bench.seen("extension.citations")[0]["citations"] == [{"text": "x"}]


def test_the_session_takes_its_jobs_with_it(ruled):
    bench = called(ruled(), "c1")
    bench.finish("c1", job=True)
    bench.take(bench.session.client_closed())
    assert bench.cancelled == ["c1"]
    assert bench.session.next_deadline() is None


def test_a_stock_client_is_told_nothing_of_jobs(ruled):
    bench = called(ruled(options={"extensions": False}), "c1")
    bench.finish("c1", job=True)
    bench.take(bench.session.call_progress("c1", "half", None, bench.now))
    bench.job_ends("c1")
    bench.tick(1)
    assert not any(frame.type.startswith("extension.") for frame in bench.client)
