"""Calls of tools, from the model's request to the one response that follows all outputs, through the session."""

from __future__ import annotations

import itertools
import json

import pytest

from agent.core.toolwork import DEFAULT_TIMEOUT


def test_a_call_starts_as_soon_as_its_item_is_done_and_before_the_response_is(bench):
    """Trap VoiceRAG 4 (core): the tool runs inside the pump."""
    bench.begins("r1")
    bench.calls("r1", "c1")
    assert [(call.call_id, call.name, call.arguments) for call in bench.started] == [
        ("c1", "search", '{"query":"leave"}')
    ]
    assert bench.creates == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_call_that_is_done_runs_though_its_service_leaves_the_status_null(bench, function_call, announced):
    """Services whose events are written from typed objects spell out what they have not set."""
    call = function_call("c1") | {"status": None}
    bench.begins("r1")
    if announced:
        bench.model("response.output_item.done", response_id="r1", output_index=0, item=call)
    bench.ends("r1", call)
    assert [call.call_id for call in bench.started] == ["c1"]


def test_calls_of_one_response_run_side_by_side(bench):
    """Trap VoiceRAG 4 (core): parallel calls run one by one."""
    bench.begins("r1")
    bench.calls("r1", "c1", "c2", "c3")
    assert [call.call_id for call in bench.started] == ["c1", "c2", "c3"]


@pytest.mark.parametrize("order", [*itertools.permutations(("c1", "c2", "end"))])
def test_two_calls_and_the_end_in_any_order_give_both_outputs_then_one_response(bench, order):
    """Traps sequencer (openai-agents), openai-agents-python PR#3405: one reply, only when all calls are done."""
    bench.begins("r1")
    bench.calls("r1", "c1", "c2")
    for step in order:
        assert bench.creates == []
        bench.ends("r1") if step == "end" else bench.finish(step, step)
    assert bench.outputs == {"c1": "c1", "c2": "c2"}
    assert [frame.type for frame in bench.upstream] == ["conversation.item.create"] * 2 + ["response.create"]
    bench.begins("r2")
    bench.ends("r2")
    assert len(bench.creates) == 1


@pytest.mark.parametrize("kinds", [*itertools.product(("message", "call"), repeat=3)])
def test_a_response_may_hold_any_mix_of_messages_and_calls(bench, kinds):
    """Trap VoiceRAG 2: a response of [message, function_call] or two calls raises IndexError."""
    bench.begins("r1")
    calls = []
    for index, kind in enumerate(kinds):
        if kind == "call":
            calls.append(f"c{index}")
            bench.calls("r1", f"c{index}", index=index)
        else:
            bench.speaks("r1", f"m{index}", index=index)
    bench.ends("r1")
    for call in calls:
        bench.finish(call)
    assert [call.call_id for call in bench.started] == calls
    assert len(bench.creates) == bool(calls)


def test_speech_bundled_with_a_call_is_followed_by_one_answer(bench):
    """Trap livekit/agents#6411: the model bundles speech and a call; a forced reply then answers twice."""
    bench.begins("r1")
    bench.speaks("r1")
    bench.calls("r1", "c1", index=1)
    bench.finish("c1")
    bench.ends("r1")
    bench.begins("r2")
    bench.ends("r2")
    bench.tick(60)
    assert len(bench.creates) == 1


@pytest.mark.parametrize("status", ["incomplete", "in_progress", "failed"])
def test_a_call_that_was_cut_short_does_not_run(bench, status):
    bench.begins("r1")
    bench.calls("r1", "c1", status=status)
    bench.ends("r1", status="cancelled")
    assert bench.started == []
    assert bench.creates == []


@pytest.mark.parametrize("missing", [{"call_id": None}, {"name": 7}, {"call_id": ["c1"]}])
def test_a_call_without_a_name_or_an_id_does_not_run(bench, function_call, missing):
    bench.begins("r1")
    item = function_call("c1") | missing
    bench.model("response.output_item.done", response_id="r1", output_index=0, item=item)
    assert bench.started == []


def test_a_repeated_item_done_runs_the_call_once(bench):
    """Trap livekit/agents#3702: the tool runs again: duplicate orders."""
    bench.begins("r1")
    bench.calls("r1", "c1", "c1")
    bench.finish("c1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    assert len(bench.started) == len(bench.creates) == len(bench.outputs) == 1


def test_calls_that_stand_only_in_response_done_run_too(bench, function_call):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1", function_call("c1"), function_call("c2"), {"type": "message"})
    assert [call.call_id for call in bench.started] == ["c1", "c2"]
    bench.finish("c1")
    assert bench.creates == []
    bench.finish("c2")
    assert len(bench.creates) == 1


@pytest.mark.parametrize("status", ["cancelled", "failed", "incomplete"])
def test_calls_listed_by_a_response_that_did_not_complete_do_not_run(bench, function_call, status):
    bench.begins("r1")
    bench.ends("r1", function_call("c1"), status=status)
    assert bench.started == []


def test_a_call_that_ends_early_waits_for_more_calls_of_its_response(bench):
    """A quick first tool must not make the model answer before the second call is even written."""
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.finish("c1")
    bench.calls("r1", "c2", index=1)
    bench.ends("r1")
    assert bench.creates == []
    bench.finish("c2")
    assert len(bench.creates) == 1


def test_a_call_that_ends_while_the_user_speaks_gives_its_output_and_waits_to_be_answered(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.user()
    bench.finish("c1")
    assert bench.outputs == {"c1": "42"}
    assert bench.creates == []
    bench.placed("c1")
    bench.user(stops=True)
    bench.begins("r2")
    bench.ends("r2")
    assert bench.creates == []  # the response of voice activity has seen the output


def test_a_result_after_a_barge_in_stays_in_the_conversation_and_does_not_run_again(bench):
    """Traps livekit/agents#3702, pipecat#3661: results lost on a barge-in; a call in progress for ever."""
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.user()
    bench.ends("r1", status="cancelled")
    bench.user(stops=True)
    bench.begins("r2")
    bench.finish("c1")
    assert bench.outputs == {"c1": "42"}
    assert bench.creates == []
    bench.ends("r2")
    assert len(bench.creates) == 1
    assert len(bench.started) == 1


def test_a_response_of_voice_activity_between_two_outputs_does_not_swallow_the_second(bench):
    bench.begins("r1")
    bench.calls("r1", "c1", "c2")
    bench.ends("r1")
    bench.finish("c1")
    bench.user()
    bench.user(stops=True)
    bench.begins("voice")
    bench.finish("c2")
    bench.ends("voice")
    assert len(bench.creates) == 1


def test_an_old_calls_output_is_answered_together_with_those_of_the_latest_response(bench):
    bench.begins("r1")
    bench.calls("r1", "slow")
    bench.user()
    bench.ends("r1", status="cancelled")
    bench.user(stops=True)
    bench.begins("r2")
    bench.finish("slow")  # wanted, and held: r2 is active
    bench.calls("r2", "c2")
    bench.ends("r2")
    assert bench.creates == []
    bench.finish("c2")
    bench.begins("r3")
    bench.ends("r3")
    assert len(bench.creates) == 1


def test_an_old_call_that_ends_while_the_latest_response_has_one_open_waits_for_it(bench):
    bench.begins("r1")
    bench.calls("r1", "slow")
    bench.ends("r1")
    bench.user()
    bench.user(stops=True)
    bench.begins("r2")
    bench.calls("r2", "c2")
    bench.ends("r2")
    bench.finish("slow")
    assert bench.creates == []
    bench.finish("c2")
    assert len(bench.creates) == 1


def test_a_timeout_gives_the_model_an_output_and_a_late_result_is_dropped(make_bench):
    """Trap livekit/agents#6222: a timed-out reply still plays."""
    bench = make_bench(timeouts={"search": 5.0}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.tick(4.9)
    assert bench.cancelled == []
    bench.tick(0.2)
    assert bench.cancelled == ["c1"]
    error = json.loads(bench.outputs["c1"])["error"]
    assert error["code"] == "timeout"
    assert "5 s" in error["message"]
    assert bench.seen("extension.call.finished")[0]["status"] == "timed_out"
    assert len(bench.creates) == 1
    assert bench.finish("c1", "late", citations=[{"document": "a"}]) == []
    assert len(bench.outputs) == 1
    bench.begins("r2")
    bench.speaks("r2")
    assert bench.seen("extension.citations") == []


@pytest.mark.parametrize(("timeouts", "due"), [({}, DEFAULT_TIMEOUT), ({"search": 3.0}, 3.0), ({"search": None}, None)])
def test_a_tool_has_its_own_time_limit_the_default_or_none(make_bench, timeouts, due):
    bench = make_bench(timeouts=timeouts).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    assert bench.session.next_deadline() == due


def test_the_timer_rests_when_calls_of_an_active_response_follow_each_other(bench):
    """A deadline that stayed in the past made the driver ring its timer without end."""
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.finish("c1")
    bench.tick(15)
    bench.calls("r1", "c2", index=1)
    bench.tick(10)
    assert bench.session.next_deadline() > bench.now
    bench.finish("c2")
    bench.ends("r1")
    assert len(bench.creates) == 1


def test_the_clients_own_request_is_held_while_a_call_is_open_and_becomes_the_one_that_follows(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.caller("response.create", event_id="mine", response={"metadata": {"a": "b"}})
    assert bench.creates == []
    bench.finish("c1")
    assert [create["event_id"] for create in bench.creates] == ["mine"]
    bench.begins("r2")
    bench.ends("r2")
    assert len(bench.creates) == 1


def test_a_request_of_the_clients_that_voice_activity_has_answered_is_not_sent_as_well(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.caller("response.create", event_id="mine")
    bench.user()
    bench.user(stops=True)
    bench.begins("voice")
    bench.ends("voice")
    bench.finish("c1")
    assert [create["event_id"] != "mine" for create in bench.creates] == [True]


def test_a_client_that_opted_in_sees_how_its_calls_go(bench):
    bench.begins("r1")
    bench.calls("r1", "c1", "c2")
    bench.take(bench.session.call_progress("c1", "reading", 0.5, bench.now))
    bench.now = 1.25
    bench.finish("c1", for_client={"hits": 2})
    bench.finish("c2", ok=False, error="tool_error")
    assert [event["call_id"] for event in bench.seen("extension.call.started")] == ["c1", "c2"]
    assert bench.seen("extension.call.progress")[0]["fraction"] == 0.5
    done, failed = bench.seen("extension.call.finished")
    assert (done["status"], done["duration_ms"], done["result"]) == ("completed", 1250, {"hits": 2})
    assert (failed["status"], failed["error"]) == ("failed", "tool_error")
    assert bench.session.call_progress("c1", "too late", None, bench.now) == []


def test_a_stock_client_sees_nothing_of_the_calls(stock):
    """Trap VoiceRAG 7: what is the server's leaks to the browser."""
    stock.begins("r1")
    stock.calls("r1", "c1")
    stock.session.call_progress("c1", "reading", None, 0.0)
    stock.finish("c1")
    stock.ends("r1")
    assert [frame.type for frame in stock.client] == ["response.created", "response.done"]


def test_calls_of_an_out_of_band_response_do_not_run_in_the_default_conversation(bench, function_call):
    bench.begins("aside", conversation_id=None)
    bench.calls("aside", "c1", announce=False)
    bench.ends("aside", function_call("c2"), conversation_id=None)
    assert bench.started == []
    assert bench.creates == []
    assert not bench.seen("response.output_item.done")


def test_an_out_of_band_response_neither_holds_nor_releases_ours(bench):
    bench.begins("aside", conversation_id=None)
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.finish("c1")
    bench.ends("aside", conversation_id=None)
    assert bench.creates == []
    bench.ends("r1")
    assert len(bench.creates) == 1


def test_a_call_of_a_response_that_is_over_already_runs_and_is_answered(bench):
    bench.begins("r1")
    bench.begins("r2")
    bench.calls("r1", "c1", announce=False)
    bench.ends("r2")
    bench.finish("c1")
    assert len(bench.creates) == 1


def test_a_lost_response_created_does_not_let_a_call_be_answered_too_early(bench):
    bench.calls("r1", "c1")
    bench.finish("c1")
    assert bench.creates == []
    bench.ends("r1")
    assert len(bench.creates) == 1
