"""What is heard and told of calls while they run and after: sentences, reports, long jobs; through the session."""

from __future__ import annotations

import pytest

from agent.core.aside import ASIDE_LOST, LONGEST_ASIDE
from agent.core.jobs import PATIENCE
from agent.core.patience import LOOK, REPORT_INTERVAL, WORTH_SAYING
from tests.agent.core.ruling import called

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
    bench = make_bench(cite=lambda _answer, found, _earlier: found).open()
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
