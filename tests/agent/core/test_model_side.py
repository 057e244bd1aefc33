"""What the model sends while the session is open, and the races with what we have sent."""

from __future__ import annotations

import pytest

from agent.core.responses import REQUEST_LOST
from agent.core.toolwork import DEFAULT_TIMEOUT

QUIET = {"type": "server_vad", "interrupt_response": False}


def asked(bench):
    """A response with one call has ended and its result is in: our request is on its way."""
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.finish("c1")
    bench.placed("c1")
    assert len(bench.creates) == 1


def broken_off(bench, response="r1", item="m1", *, kind="output_audio", text="It is"):
    """A message of a response that was interrupted."""
    content = [{"type": kind, "transcript": text}]
    message = {"id": item, "type": "message", "role": "assistant", "status": "incomplete", "content": content}
    bench.model("response.output_item.done", response_id=response, output_index=0, item=message)


# ── a request of ours that crosses the user's speech ──


def test_an_answer_that_begins_while_the_user_speaks_is_cancelled_and_not_played(bench):
    """The model interrupts only what it has begun; a request that crosses the speech would talk over the user."""
    asked(bench)
    bench.user()
    bench.begins("r2")
    assert [event["response_id"] for event in bench.sent("response.cancel")] == ["r2"]
    bench.clear()
    bench.audio("r2")
    assert bench.client == []
    bench.error("response_cancel_not_active", "vocative_9")
    assert bench.hangups == bench.seen("error") == []


def test_what_was_asked_is_answered_by_the_response_to_the_user(bench):
    asked(bench)
    bench.user()
    bench.begins("r2")
    bench.ends("r2", status="cancelled")
    bench.user(stops=True)
    bench.begins("voice")
    bench.ends("voice")
    bench.tick(60)
    assert len(bench.creates) == 1


def test_what_was_asked_is_asked_again_when_the_users_speech_comes_to_nothing(bench):
    asked(bench)
    bench.user()
    bench.begins("r2")
    bench.ends("r2", status="cancelled")
    assert len(bench.creates) == 1
    bench.model("input_audio_buffer.cleared")
    assert len(bench.creates) == 2
    assert bench.creates[0]["event_id"] == bench.creates[1]["event_id"]


def test_where_the_model_does_not_interrupt_the_answer_goes_on(make_bench):
    bench = make_bench().open(audio={"input": {"turn_detection": QUIET}})
    asked(bench)
    bench.user()
    bench.begins("r2")
    bench.audio("r2")
    assert bench.sent("response.cancel") == []
    assert bench.seen("response.output_audio.delta")


def test_an_answer_that_the_client_asked_for_is_the_clients_to_cancel(bench):
    bench.caller("response.create")
    bench.user()
    bench.begins("r1")
    assert bench.sent("response.cancel") == []


def test_an_answer_to_the_user_is_not_taken_for_one_that_crossed_the_speech(bench):
    bench.user()
    bench.user(stops=True)
    bench.user()
    bench.begins("voice")
    assert bench.sent("response.cancel") == []


# ── an answer of which nothing was heard ──


def test_an_answer_that_was_broken_into_before_any_sound_is_taken_out_and_not_cut_at_0(bench):
    """Traps VoiceRAG 16, openai-agents#2009: the model believes that it was heard; a truncate at 0 ms is rejected."""
    bench.begins("r1")
    bench.user()
    bench.audio("r1")  # too late
    broken_off(bench)
    broken_off(bench)
    assert [event["item_id"] for event in bench.deleted] == ["m1"]
    bench.tick(5)
    assert bench.truncates == []
    bench.error("item_not_found", bench.deleted[0]["event_id"])
    assert bench.seen("error") == []


def test_of_an_answer_of_which_some_was_heard_that_much_stays(bench):
    bench.begins("r1")
    bench.audio("r1", ms=500)
    bench.user()
    broken_off(bench)
    assert bench.deleted == []


def test_a_written_answer_stays(bench):
    bench.begins("r1")
    bench.user()
    broken_off(bench, kind="output_text")
    assert bench.deleted == []


def test_an_answer_that_the_model_broke_off_by_itself_stays(bench):
    bench.begins("r1")
    broken_off(bench)
    assert bench.deleted == []


def test_for_a_stock_client_what_we_kept_from_it_is_taken_out_as_well(stock):
    stock.begins("r1")
    stock.user()
    broken_off(stock, kind="audio")
    assert [event["item_id"] for event in stock.deleted] == ["m1"]


# ── the stop button ──


@pytest.mark.parametrize("when", ["while the response is active", "while the tool runs"])
def test_after_a_stop_a_tool_that_ends_later_does_not_make_the_model_speak_unasked(bench, when):
    bench.begins("r1")
    bench.calls("r1", "c1")
    if when == "while the tool runs":
        bench.ends("r1")
    bench.caller("response.cancel")
    if when != "while the tool runs":
        bench.ends("r1", status="cancelled")
    bench.finish("c1")
    bench.tick(DEFAULT_TIMEOUT + REQUEST_LOST)
    assert bench.outputs == {"c1": "42"}
    assert bench.creates == []
    assert bench.cancelled == []


def test_after_a_stop_an_answer_that_was_held_is_not_asked_for(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.finish("c1")
    bench.caller("response.create", event_id="mine")
    bench.caller("response.cancel")
    bench.ends("r1", status="cancelled")
    bench.tick(60)
    assert bench.creates == []


def test_a_call_of_the_stopped_response_that_is_done_only_then_is_quiet_too(bench):
    bench.begins("r1")
    bench.caller("response.cancel", response_id="r1")
    bench.calls("r1", "c1")
    bench.ends("r1", status="cancelled")
    bench.finish("c1")
    assert bench.outputs == {"c1": "42"}
    assert bench.creates == []


def test_what_the_client_asks_after_a_stop_does_not_wait_for_what_was_stopped(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.caller("response.cancel")
    bench.caller("response.create", event_id="mine")
    assert [create["event_id"] for create in bench.creates] == ["mine"]
    bench.begins("r2")
    bench.calls("r2", "c2")
    bench.finish("c1")
    bench.ends("r2")
    assert len(bench.creates) == 1
    bench.finish("c2")
    assert len(bench.creates) == 2


def test_cancelling_another_response_stops_nothing(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.caller("response.cancel", response_id="aside")
    bench.finish("c1")
    assert len(bench.creates) == 1


# ── what is hidden ──


@pytest.mark.parametrize("kind", ["mcp_list_tools.completed", "response.mcp_call_arguments.done"])
def test_tools_that_the_service_runs_for_us_are_not_shown(stock, kind):
    item = {"id": "mcp1", "type": "mcp_list_tools", "tools": [{"name": "secret"}]}
    stock.model("conversation.item.added", item=item, previous_item_id=None)
    stock.model(kind, item_id="mcp1")
    assert stock.client == []


def test_a_hidden_item_that_the_service_deletes_by_itself_is_not_mentioned(stock):
    stock.begins("r1")
    stock.calls("r1", "c1")
    stock.clear()
    stock.model("conversation.item.deleted", item_id="fc_c1")
    assert stock.client == []
    stock.model("conversation.item.deleted", item_id="u1")
    assert len(stock.client) == 1
