"""A barge-in, through the session: late audio dropped, the conversation cut where the sound was cut."""

from __future__ import annotations

import itertools

import pytest

from agent.core.interruption import REPORT_TIME

REPORT = {"item_id": "m1", "content_index": 0}


def speaking(bench, ms=1000, **fields):
    bench.begins("r1")
    bench.speaks("r1", ms=ms, **fields)
    return bench


def test_a_barge_in_cuts_where_the_clients_last_word_says(bench):
    """Traps VoiceRAG 16, openai-agents#2009: no truncate on a barge-in that voice activity detects."""
    speaking(bench)
    bench.caller("extension.playback", **REPORT, played_ms=200)
    bench.user()
    assert bench.truncates == []
    bench.caller("extension.playback", **REPORT, played_ms=260, stopped=True)
    assert bench.truncates == [("m1", 0, 260)]
    assert [(e["item_id"], e["played_ms"]) for e in bench.seen("extension.interrupted")] == [("m1", 260)]


def test_without_a_last_word_the_last_report_counts_a_moment_later(bench):
    speaking(bench)
    bench.caller("extension.playback", **REPORT, played_ms=200)
    bench.user()
    bench.tick(REPORT_TIME - 0.01)
    assert bench.truncates == []
    bench.caller("extension.playback", **REPORT, played_ms=240)
    bench.tick(0.02)
    assert bench.truncates == [("m1", 0, 240)]


def test_without_any_report_the_moment_of_the_break_counts_and_not_the_end_of_the_wait(bench):
    speaking(bench, ms=5000)
    bench.now = 1.0
    bench.user()
    bench.tick(1)
    assert bench.truncates == [("m1", 0, 1000)]


@pytest.mark.parametrize(("said", "cut"), [(0, 1), (1, 1), (999_999, 1000)])
def test_the_cut_is_never_at_0_and_never_beyond_what_was_sent(bench, said, cut):
    """Traps pipecat#3677, openai-agents#2009: an error, then silence for good."""
    bench.begins("r1")
    bench.speaks("r1", finish=False)
    bench.user()
    bench.caller("extension.playback", **REPORT, played_ms=said, stopped=True)
    assert bench.truncates == [("m1", 0, cut)]


def test_late_audio_of_a_response_that_was_broken_into_is_dropped_and_not_counted(bench):
    """Trap livekit/agents#6222: what was given up still plays."""
    speaking(bench, ms=500, finish=False)
    bench.user()
    bench.clear()
    bench.audio("r1", ms=800)
    assert bench.client == []
    bench.caller("extension.playback", **REPORT, played_ms=1300, stopped=True)
    assert bench.truncates == [("m1", 0, 500)]
    bench.ends("r1", status="cancelled")
    bench.begins("r2")
    bench.audio("r2", "m2")
    assert len(bench.seen("response.output_audio.delta")) == 1


def test_an_answer_of_which_the_rest_was_dropped_is_cut_though_all_that_came_was_heard(bench):
    speaking(bench, ms=500, finish=False)
    bench.caller("extension.playback", **REPORT, played_ms=500)
    bench.user()
    bench.audio("r1", ms=800)
    item = {"id": "m1", "type": "message", "status": "incomplete", "content": []}
    bench.model("response.output_item.done", response_id="r1", output_index=0, item=item)
    bench.caller("extension.playback", **REPORT, played_ms=500, stopped=True)
    assert bench.truncates == [("m1", 0, 500)]


def test_an_answer_that_begins_while_the_last_word_is_awaited_is_neither_cut_nor_hides_the_other(bench):
    speaking(bench)
    bench.caller("extension.playback", **REPORT, played_ms=300)
    bench.caller("response.cancel")
    bench.ends("r1", status="cancelled")
    bench.begins("r2")
    bench.speaks("r2", "m2")
    bench.caller("extension.playback", item_id="m2", content_index=0, played_ms=100)
    bench.tick(5)
    assert bench.truncates == [("m1", 0, 300)]


def test_a_last_word_that_all_was_heard_leaves_the_answer_whole(bench):
    speaking(bench)
    bench.caller("extension.playback", **REPORT, played_ms=800)
    bench.user()
    bench.caller("extension.playback", **REPORT, played_ms=1000, stopped=True)
    assert bench.truncates == []


def test_a_transcript_of_a_response_that_was_broken_into_still_passes(bench):
    speaking(bench, finish=False)
    bench.user()
    bench.model("response.output_audio_transcript.delta", response_id="r1", item_id="m1", delta="x")
    assert bench.seen("response.output_audio_transcript.delta")


def test_an_answer_that_was_heard_to_its_end_is_not_cut_by_the_next_question(bench):
    speaking(bench)
    bench.ends("r1")
    bench.caller("extension.playback", **REPORT, played_ms=1000)
    bench.user()
    bench.tick(5)
    assert bench.truncates == []


def test_an_answer_that_has_ended_and_still_plays_is_cut(bench):
    speaking(bench)
    bench.ends("r1")
    bench.caller("extension.playback", **REPORT, played_ms=400)
    bench.user()
    bench.caller("extension.playback", **REPORT, played_ms=420, stopped=True)
    assert bench.truncates == [("m1", 0, 420)]


@pytest.mark.parametrize("order", [*itertools.permutations(["break", "stopped", "cancel", "truncate", "again"])])
def test_an_item_is_truncated_at_most_once_whoever_asks_and_in_whatever_order(bench, order):
    speaking(bench)
    steps = {
        "break": bench.user,
        "again": bench.user,
        "cancel": lambda: bench.caller("response.cancel"),
        "stopped": lambda: bench.caller("extension.playback", **REPORT, played_ms=300, stopped=True),
        "truncate": lambda: bench.caller("conversation.item.truncate", **REPORT, audio_end_ms=300),
    }
    for step in order:
        steps[step]()
    bench.tick(2)
    assert len(bench.truncates) == 1


def test_of_an_item_with_two_parts_the_one_that_was_playing_is_cut(bench):
    bench.begins("r1")
    bench.speaks("r1", ms=500, finish=False)
    bench.audio("r1", ms=700, part=1)
    bench.user()
    bench.caller("extension.playback", item_id="m1", content_index=1, played_ms=900, stopped=True)
    assert bench.truncates == [("m1", 1, 700)]


def test_of_an_item_with_two_parts_that_nobody_reported_the_first_unheard_one_is_cut(bench):
    bench.begins("r1")
    bench.speaks("r1", ms=500, finish=False)
    bench.audio("r1", ms=700, part=1)
    bench.now = 0.2
    bench.user()
    bench.tick(1)
    assert bench.truncates == [("m1", 0, 200)]


def test_where_the_model_does_not_stop_nothing_is_dropped_and_nothing_cut(make_bench):
    quiet = {"type": "server_vad", "interrupt_response": False}
    bench = make_bench().open(audio={"input": {"turn_detection": quiet}})
    speaking(bench, finish=False)
    bench.user()
    bench.audio("r1")
    bench.tick(5)
    assert len(bench.seen("response.output_audio.delta")) == 2
    assert bench.truncates == []


def test_a_stock_client_cuts_by_itself_and_we_do_not(stock):
    speaking(stock)
    stock.user()
    stock.tick(5)
    assert stock.truncates == []
    stock.caller("conversation.item.truncate", **REPORT, audio_end_ms=300)
    assert stock.truncates == [("m1", 0, 300)]


@pytest.mark.parametrize(("asked", "sent"), [(5000, 1000), (0, 1), (-7, 1), (1000, 1000), (1, 1)])
def test_a_clients_truncate_out_of_range_is_moved_into_it(stock, asked, sent):
    """Trap pipecat#3677: truncate longer than the received audio."""
    speaking(stock)
    stock.caller("conversation.item.truncate", **REPORT, audio_end_ms=asked)
    assert stock.truncates == [("m1", 0, sent)]


def test_a_clients_truncate_of_an_item_that_we_do_not_know_is_the_models_to_judge(stock):
    stock.caller("conversation.item.truncate", item_id="m9", content_index=0, audio_end_ms=5000)
    assert stock.truncates == [("m9", 0, 5000)]


def test_an_error_for_our_truncate_is_not_the_clients_affair(bench):
    speaking(bench)
    bench.user()
    bench.caller("extension.playback", **REPORT, played_ms=260, stopped=True)
    event_id = bench.sent("conversation.item.truncate")[0]["event_id"]
    bench.error("invalid_value", event_id)
    assert bench.seen("error") == []


def test_audio_of_an_out_of_band_response_is_passed_and_never_truncated(bench):
    bench.begins("aside", conversation_id=None)
    bench.speaks("aside", "m7")
    bench.user()
    bench.tick(5)
    assert bench.seen("response.output_audio.delta")
    assert bench.truncates == []


def test_cancelling_an_out_of_band_response_does_not_silence_the_one_that_is_heard(bench):
    speaking(bench, finish=False)
    bench.begins("aside", conversation_id=None)
    bench.caller("response.cancel", response_id="aside")
    bench.audio("r1")
    assert len(bench.seen("response.output_audio.delta")) == 2
    assert bench.sent("response.cancel")


def test_cancelling_the_active_response_by_its_name_silences_it(bench):
    speaking(bench, finish=False)
    bench.caller("response.cancel", response_id="r1")
    bench.audio("r1")
    assert len(bench.seen("response.output_audio.delta")) == 1


def test_a_cancel_that_came_too_late_is_harmless(bench):
    """Trap pipecat#3755: the harmless response_cancel_not_active killed the socket."""
    speaking(bench)
    bench.ends("r1")
    bench.caller("response.cancel")
    bench.error("response_cancel_not_active")
    assert bench.seen("error") == []
    assert bench.hangups == []
    bench.caller("response.create")
    assert len(bench.creates) == 1


def test_a_request_right_after_a_cancel_waits_for_the_end_of_what_was_cancelled(stock):
    """Trap livekit/agents#2064: response.create right after a cancel gives an active-response error."""
    speaking(stock, finish=False)
    stock.caller("response.cancel")
    stock.caller("response.create")
    assert stock.creates == []
    stock.ends("r1", status="cancelled")
    assert len(stock.creates) == 1


def test_reports_of_what_was_never_sent_change_nothing(bench):
    bench.caller("extension.playback", item_id="m9", played_ms=5, stopped=True)
    bench.user()
    bench.tick(5)
    assert bench.truncates == []
