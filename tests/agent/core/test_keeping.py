"""A session goes on in another process: nothing is lost or done twice, and its client sees one conversation."""

from __future__ import annotations

import json

from agent.core.calls import CallResult
from agent.core.frames import Frame
from agent.core.handover import Dial
from agent.core.keeping import broken_off
from agent.core.rules import CallRules
from agent.core.state import Phase
from tests.agent.core.test_renewal import taken_over


def told(bench):
    """The items that the new model was given: type, and text, call id or output of each."""
    items = [frame.data["item"] for frame in bench.successor if frame.type == "conversation.item.create"]
    return [(each["type"], each.get("output") or each.get("call_id") or each["content"][0]["text"]) for each in items]


def noted(bench):
    """What the new model was told that neither side has said, before it took over and after it."""
    return [text for _, text in told(bench) if text.startswith("The tool")] + bench.notes


def types(bench):
    return [frame.type for frame in bench.client]


def test_the_conversation_goes_on_under_the_same_ids_and_the_client_sees_one_session(bench, elsewhere):
    bench.caller("conversation.item.create", item=_user("u1", "my name is Ada"))
    bench.model("conversation.item.added", previous_item_id=None, item=_user("u1", "my name is Ada"))
    other = elsewhere(bench)
    assert other.session.phase is Phase.OPEN
    assert types(other) == ["extension.ready", "extension.resumed", "extension.reconnecting"]
    assert other.client[0].data["session_id"] == "sess_1"
    taken_over(other)
    assert told(other) == [("message", "my name is Ada")]
    assert types(other)[-1] == "extension.reconnected"
    other.caller("conversation.item.retrieve", item_id="u1")
    assert other.client[-1].type == "conversation.item.retrieved"
    assert other.session.conversation == bench.session.conversation


def test_the_timer_comes_to_rest_in_a_session_that_goes_on(bench, elsewhere):
    other = elsewhere(bench)
    taken_over(other)
    other.tick(120)
    assert not other.hangups


def test_the_audio_that_the_client_has_sent_counts_on(bench, elsewhere):
    bench.caller(json.dumps({"type": "input_audio_buffer.append", "audio": "A" * 64_000}))
    other = elsewhere(bench)
    taken_over(other)
    other.model("input_audio_buffer.speech_started", audio_start_ms=100, item_id="u1")
    started = next(frame for frame in other.client if frame.type == "input_audio_buffer.speech_started")
    assert started.data["audio_start_ms"] == 1100


def test_a_turn_that_was_being_spoken_ends_unheard(bench, elsewhere):
    bench.user()
    other = elsewhere(bench)
    assert "input_audio_buffer.cleared" in types(other)


def test_a_turn_that_waited_for_its_answer_is_answered(bench, elsewhere):
    bench.user()
    bench.user(stops=True)
    bench.model("conversation.item.added", previous_item_id=None, item=_user("u1", "well?"))
    other = elsewhere(bench)
    taken_over(other)
    assert len(other.creates) == 1


def test_an_answer_that_nobody_has_heard_of_is_asked_for_again_and_one_that_was_heard_in_part_is_not(bench, elsewhere):
    bench.model("conversation.item.added", previous_item_id=None, item=_user("u1", "well?"))
    bench.begins("r1")
    other = elsewhere(bench)
    taken_over(other)
    assert len(other.creates) == 1
    assert [f.data["response"]["status"] for f in other.client if f.type == "response.done"] == ["cancelled"]
    other.begins("r2")
    other.speaks("r2", "m2", finish=False)
    third = elsewhere(other)
    taken_over(third)
    assert third.creates == []


def test_what_was_asked_for_while_there_was_no_model_is_asked_of_the_next_one(bench, elsewhere):
    bench.take(bench.session.upstream_closed(1006, "", bench.now))
    bench.caller("response.create", response={"max_output_tokens": 7})
    other = elsewhere(bench)
    taken_over(other)
    assert [each["response"] for each in other.creates] == [{"max_output_tokens": 7}]


def is_heard(bench, played_ms):
    """An answer of a second is given, and heard so far."""
    bench.begins("r1")
    message = {"id": "m1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    bench.model("conversation.item.added", previous_item_id=None, item=message)
    bench.speaks("r1", "m1", ms=1000, text="It was a dark night.")
    bench.ends("r1")
    bench.caller("extension.playback", item_id="m1", content_index=0, played_ms=played_ms)


def test_an_answer_is_cut_where_it_was_heard(bench, elsewhere):
    is_heard(bench, 500)
    other = elsewhere(bench)
    taken_over(other)
    assert told(other) == [("message", "It was a")]


def test_an_answer_that_was_heard_to_its_end_stays_whole(bench, elsewhere):
    is_heard(bench, 1000)
    other = elsewhere(bench)
    taken_over(other)
    assert told(other) == [("message", "It was a dark night.")]


def test_a_call_whose_worker_lives_stays_open_and_its_result_is_told_once(bench, elsewhere):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    other = elsewhere(bench, runs_on=True)
    taken_over(other)
    assert other.outputs == {}
    other.finish("c1", "the outcome")
    other.finish("c1", "a second one")
    assert other.outputs == {"c1": "the outcome"}
    assert len([frame for frame in other.upstream if "function_call_output" in frame.text]) == 1
    assert len(other.creates) == 1
    assert other.started == []


def test_a_call_whose_worker_is_dead_is_told_as_interrupted_and_not_started(bench, elsewhere):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    other = elsewhere(bench)
    taken_over(other)
    assert [kind for kind, _ in told(other)] == ["function_call", "function_call_output"]
    assert "interrupted" in told(other)[1][1]
    assert other.started == []
    assert len(other.creates) == 1


def test_a_call_that_nobody_ends_ends_when_its_time_is_up(bench, elsewhere):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    other = elsewhere(bench, runs_on=True)
    taken_over(other)
    other.tick(21)
    assert "timeout" in other.outputs["c1"]


def test_an_output_that_no_model_has_acknowledged_is_told(bench, elsewhere):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.finish("c1", "42")
    other = elsewhere(bench)
    taken_over(other)
    assert told(other)[-1] == ("function_call_output", "42")
    assert len(other.creates) == 1


def test_a_call_that_waited_for_its_user_has_not_run_and_may_be_made_again(ruled, elsewhere):
    bench = ruled()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.asks("c1")
    other = elsewhere(bench, runs_on=True)
    taken_over(other)
    assert "approval_lost" in told(other)[-1][1]


def test_a_call_that_repeats_another_gets_what_came_of_that(ruled, elsewhere):
    rules = {"search": CallRules(idempotent=True)}
    bench = ruled(idempotent=True)
    bench.begins("r1")
    bench.calls("r1", "c1", "c2")
    bench.ends("r1")
    other = elsewhere(bench, runs_on=True, rules=rules)
    taken_over(other)
    other.finish("c1", "for both")
    assert other.outputs == {"c1": "for both", "c2": "for both"}


def test_a_job_goes_on_where_its_worker_lives_and_is_told_as_interrupted_where_it_is_dead(bench, elsewhere):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.finish("c1", "started", job=True)
    bench.begins("r2")
    bench.ends("r2")
    alive = elsewhere(bench, runs_on=True)
    taken_over(alive)
    alive.job_ends("c1", "ready")
    alive.tick(1)
    assert alive.notes[0].endswith("Its result: ready")
    dead = elsewhere(bench)
    taken_over(dead)
    dead.tick(1)
    assert any("interrupted" in note for note in noted(dead))


def test_what_a_job_has_found_and_nobody_was_told_is_told_elsewhere(bench, elsewhere):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.finish("c1", "started", job=True)
    bench.begins("r2")
    bench.job_ends("c1", "ready")
    other = elsewhere(bench)
    taken_over(other)
    other.tick(1)
    assert [note.endswith("Its result: ready") for note in noted(other)] == [True]


def test_the_passages_of_the_latest_turns_can_still_be_cited(bench, elsewhere):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.finish("c1", "found", citations=({"id": "p1", "text": "words"},))
    other = elsewhere(bench)
    assert other.session._state.tools.evidence == [{"id": "p1", "text": "words"}]


def test_a_clients_own_call_is_answered_by_it_in_the_new_session(bench, elsewhere):
    bench.offers("lamp")
    bench.begins("r1")
    bench.calls("r1", "c1", tool="lamp")
    bench.ends("r1")
    other = elsewhere(bench)
    taken_over(other)
    other.clear()
    other.answers("c1", "lit")
    assert other.outputs == {"c1": "lit"}


def test_calls_of_ours_are_still_kept_from_the_client(bench, elsewhere):
    bench.model("conversation.item.added", previous_item_id=None, item=_user("u1", "well?"))
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.finish("c1")
    other = elsewhere(bench)
    taken_over(other)
    assert not any("function_call" in frame.text for frame in other.client)
    other.caller("conversation.item.delete", item_id="u1")
    assert other.sent("conversation.item.delete")[0]["item_id"] == "u1"


def test_what_the_service_did_not_take_is_not_asked_of_the_next_one(make_bench, elsewhere):
    session = {"type": "realtime", "instructions": "x", "audio": {"input": {"noise_reduction": {"type": "near_field"}}}}
    bench = make_bench(session=session)
    bench.model("session.created", session={"id": "sess_1"})
    error = {"type": "invalid_request_error", "code": "unknown_parameter", "message": "no", "event_id": None}
    bench.model("error", error=error | {"param": "session.audio.input.noise_reduction"})
    bench.model("session.updated", session={"id": "sess_1"})
    assert bench.session.rejected == ("audio.input.noise_reduction",)
    other = elsewhere(bench, session=session)
    taken_over(other)
    update = next(frame for frame in other.successor if frame.type == "session.update")
    assert "noise_reduction" not in update.text


def test_whatever_concerns_the_conversation_is_to_be_written_soon_and_a_piece_of_an_answer_is_not(bench):
    before = bench.session.keeping.changes
    bench.model("conversation.item.added", previous_item_id=None, item=_user("u1", "well?"))
    assert bench.session.keeping.changes > before
    bench.begins("r1")
    before = bench.session.keeping.changes
    place = {"response_id": "r1", "item_id": "m1", "output_index": 0, "content_index": 0}
    bench.service(Frame.of({"type": "response.output_audio_transcript.delta", **place, "delta": "It"}))
    assert bench.session.keeping.changes == before


def test_nothing_is_known_of_calls_where_there_are_none(bench):
    kept = bench.session.keeping.kept(0.0)
    assert list(broken_off(kept, runs_on=False)) == []
    assert Dial(1) not in bench.lines
    assert CallResult("x").output == "x"


def _user(item_id, text):
    content = [{"type": "input_text", "text": text}]
    return {"id": item_id, "type": "message", "role": "user", "status": "completed", "content": content}
