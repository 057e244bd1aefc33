"""One session of a client over several of the model's."""

from __future__ import annotations

import pytest

from agent.core.actions import ToClient, ToUpstream
from agent.core.floor import Floor
from agent.core.frames import Frame
from agent.core.handover import Ask, Dial, DropSuccessor, GiveUp, Switch
from tests.agent.core.continuing import CONFIG, Bench

FAILED = {"id": "r", "status": "failed", "status_details": {"error": {"type": "server_error"}}}


@pytest.fixture
def bench():
    bench = Bench()
    bench.model("session.updated", session={"id": "sess_1"})
    return bench


def test_a_lost_upstream_is_replaced_by_one_that_knows_the_conversation(bench):
    bench.says("u1", "leave?")
    bench.calls("c", "u1")
    bench.outputs("c")
    bench.says("a1", "Thirty days.", None, "assistant")
    bench.now = 5.0
    assert Dial(1) in bench.lose()
    assert bench.continuity.severed
    bench.now = 5.4
    bench.succeed()
    assert bench.given() == ["leave?", "function_call", "function_call_output", "Thirty days."]
    assert bench.steps.count(Switch()) == 1
    assert not bench.continuity.severed
    assert [event for event in bench.client if event["type"].startswith("extension.")] == [
        {"type": "extension.reconnecting", "event_id": bench.client[0]["event_id"], "reason": "lost"},
        {"type": "extension.reconnected", "event_id": bench.client[-1]["event_id"], "reason": "lost", "gap_ms": 400},
    ]


def test_after_a_reconnect_the_session_has_its_prompt_its_tools_and_its_voice(bench):
    bench.lose()
    bench.dialled()
    bench.answer("session.created", session={"id": "sess_2"})
    assert bench.successor[0]["session"] == CONFIG


def test_a_client_that_did_not_opt_in_is_told_nothing():
    bench = Bench(extensions=False)
    bench.lose()
    bench.succeed()
    assert bench.client == []


def test_what_is_said_while_nobody_listens_does_not_come_as_a_flood_of_stale_audio(bench):
    append = Frame('{"type":"input_audio_buffer.append","audio":"AAAA"}')
    assert bench.continuity.appended(append) == (ToUpstream(append),)
    bench.lose()
    assert bench.continuity.appended(append) == ()
    bench.succeed()
    assert bench.continuity.appended(append) == (ToUpstream(append),)


def test_a_call_that_runs_through_the_loss_lands_in_the_new_session(bench):
    bench.says("u1", "leave?")
    bench.calls("c", "u1")
    bench.floor = Floor(running=frozenset({"c"}), quiet=False)
    bench.lose()
    bench.succeed()
    assert bench.given() == ["leave?", "function_call"]
    bench.outputs("c")
    assert bench.upstream[-1]["item"]["call_id"] == "c"
    assert len(bench.upstream) == 1


def test_an_output_that_came_in_the_gap_lands_in_it_too_and_once(bench):
    bench.says("u1", "leave?")
    bench.calls("c", "u1")
    bench.floor = Floor(running=frozenset({"c"}), quiet=False)
    bench.lose()
    assert bench.outputs("c") == []
    bench.floor = Floor()
    bench.succeed()
    assert bench.given() == ["leave?", "function_call", "function_call_output"]


def test_the_user_who_was_speaking_is_told_that_the_turn_has_come_to_nothing(bench):
    bench.model("input_audio_buffer.speech_started", audio_start_ms=0, item_id="u1")
    bench.lose()
    assert "input_audio_buffer.cleared" in bench.kinds(bench.client)


def test_an_answer_that_was_cut_ends_for_the_client_and_is_asked_for_again_if_nothing_of_it_was_heard(bench):
    bench.says("u1", "leave?")
    bench.model("response.created", response={"id": "r", "conversation_id": "c"})
    bench.floor = Floor(response_id="r", quiet=False)
    bench.lose()
    assert bench.client[-1]["response"]["status"] == "cancelled"
    bench.succeed()
    assert bench.asked() == [Ask(None)]


def test_one_that_was_heard_in_part_is_left_and_remembered_as_far_as_it_went(bench):
    bench.says("u1", "leave?")
    bench.model("response.created", response={"id": "r", "conversation_id": "c"})
    item = {"id": "a1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    bench.model("response.output_item.added", response_id="r", output_index=0, item=item)
    bench.model("conversation.item.added", previous_item_id="u1", item=item)
    bench.model("response.output_audio_transcript.delta", item_id="a1", content_index=0, delta="It is thir")
    bench.floor = Floor(response_id="r", quiet=False)
    bench.lose()
    assert "conversation.item.deleted" not in bench.kinds(bench.client)
    bench.succeed()
    assert bench.given() == ["leave?", "It is thir"]
    assert bench.asked() == []


def test_session_expired_is_not_shown_to_the_client_and_leads_to_another_session(bench):
    assert bench.model("error", error={"code": "session_expired", "message": "60 minutes", "event_id": None}) is None
    bench.tick(0.0)
    assert Dial(1) in bench.steps
    assert bench.continuity.severed
    assert bench.lose() == [], "the close that follows is no further loss"
    bench.succeed()
    assert Switch() in bench.steps


def test_other_errors_are_the_clients_as_before(bench):
    assert bench.model("error", error={"code": "x", "event_id": None}).data["error"]["code"] == "x"


def test_a_session_that_will_expire_is_left_before_it_does_and_nobody_notices():
    bench = Bench()
    bench.model("session.created", session={"id": "sess_1", "expires_at": 1_001_800})
    bench.says("u1", "leave?")
    bench.tick(1499.0)
    assert bench.steps == []
    bench.tick(1.0)
    assert bench.steps == [Dial(1)]
    bench.floor = Floor(quiet=False)
    bench.succeed()
    assert Switch() not in bench.steps
    assert bench.upstream == []
    bench.floor = Floor()
    bench.tick(0.3)
    assert Switch() in bench.steps
    (notice,) = bench.client
    assert (notice["type"], notice["reason"], notice["gap_ms"]) == ("extension.reconnected", "expiring", 0)


def test_at_the_hard_margin_it_is_left_in_the_midst_of_an_answer():
    bench = Bench()
    bench.model("session.created", session={"id": "sess_1", "expires_at": 1_001_800})
    bench.says("u1", "leave?")
    bench.model("response.created", response={"id": "r", "conversation_id": "c"})
    bench.floor = Floor(response_id="r", quiet=False)
    bench.tick(1500.0)
    bench.succeed()
    bench.tick(269.0)
    assert Switch() not in bench.steps
    bench.tick(1.1)
    assert bench.steps.index(Switch()) < bench.steps.index(bench.asked()[0])
    assert "response.done" in bench.kinds(bench.client)


@pytest.mark.parametrize("what", ["speech", "transcript"])
def test_it_is_not_quiet_while_the_user_speaks_or_the_words_are_still_being_written_down(what):
    bench = Bench()
    session = {"id": "sess_1", "expires_at": 1_001_800, "audio": {"input": {"transcription": {"model": "w"}}}}
    bench.model("session.updated", session=session)
    bench.tick(1500.0)
    if what == "speech":
        bench.model("input_audio_buffer.speech_started", audio_start_ms=0, item_id="u1")
    else:
        bench.model("input_audio_buffer.committed", item_id="u1", previous_item_id=None)
    bench.succeed()
    assert Switch() not in bench.steps
    bench.model("input_audio_buffer.committed", item_id="u1", previous_item_id=None)
    kind = "conversation.item.input_audio_transcription.completed"
    bench.model(kind, item_id="u1", content_index=0, transcript="leave?")
    bench.tick(0.3)
    assert Switch() in bench.steps
    assert bench.given()[-1] == "leave?", "it was noted without its words at first, and is told again with them"


def test_what_happens_while_the_successor_waits_is_told_to_it_before_the_switch():
    bench = Bench()
    bench.model("session.created", session={"id": "sess_1", "expires_at": 1_001_800})
    bench.says("u1", "leave?")
    bench.floor = Floor(quiet=False)
    bench.tick(1500.0)
    bench.succeed()
    bench.says("u2", "and sick leave?", "u1")
    bench.config = CONFIG | {"output_modalities": ["text"]}
    bench.floor = Floor()
    bench.tick(0.3)
    assert bench.kinds(bench.successor) == [
        "session.update",
        "conversation.item.create",
        "session.update",
        "conversation.item.create",
    ]
    assert bench.given() == ["leave?", "and sick leave?"]


def test_a_poisoned_session_is_replaced_with_its_history_and_the_question_is_put_again(bench):
    bench.says("u1", "leave?")
    for _ in range(3):
        bench.model("response.done", response=FAILED)
    bench.tick(0.0)
    assert Dial(1) in bench.steps
    assert not bench.continuity.severed
    bench.succeed()
    assert bench.given() == ["leave?"]
    assert bench.asked() == [Ask(None)]


def test_a_session_that_has_expired_is_not_merely_poisoned(bench):
    bench.model("error", error={"code": "session_expired"})
    for _ in range(3):
        bench.model("response.done", response=FAILED)
    bench.tick(0.0)
    assert bench.continuity.severed


def test_a_successor_that_refuses_the_configuration_says_which_field(bench):
    bench.lose()
    bench.dialled()
    bench.answer("session.created", session={})
    (drop,) = bench.answer("error", error={"message": "no such voice", "param": "session.audio.output.voice"})
    assert drop == DropSuccessor("the model refused the session (field session.audio.output.voice): no such voice")


def test_attempts_that_fail_end_in_words(bench):
    bench.lose()
    for attempt in range(1, 6):
        bench.take(bench.continuity.dial_failed(attempt, "HTTP 503", bench.now))
        bench.tick(8.0)
    (*_, end) = bench.take(bench.continuity.dial_failed(6, "HTTP 503", bench.now))
    assert isinstance(end, GiveUp)
    assert "6 attempts: HTTP 503" in end.reason


def test_a_successor_that_closes_or_answers_late_is_not_taken_for_another(bench):
    bench.lose()
    assert bench.continuity.dial_failed(7, "late", 0.0) == bench.continuity.dialled(7, 0.0) == []
    bench.dialled()
    assert bench.take(bench.continuity.successor_closed(1011, "boom", 0.0))[0] == DropSuccessor(
        "the model closed the connection (code 1011, boom)"
    )
    assert bench.answer("session.created", session={}) == []
    bench.tick(1.0)
    bench.accept()
    assert Switch() in bench.steps


def test_a_ready_successor_is_taken_at_once_when_the_present_upstream_is_lost():
    bench = Bench()
    bench.model("session.created", session={"id": "sess_1", "expires_at": 1_001_800})
    bench.floor = Floor(quiet=False)
    bench.tick(1500.0)
    bench.succeed()
    assert Switch() in bench.lose()


def test_the_new_sessions_items_follow_the_clients_and_its_clock_runs_on(bench):
    for _ in range(10):
        bench.continuity.appended(Frame('{"type":"input_audio_buffer.append","audio":"' + "A" * 6400 + '"}'))
    bench.says("u1", "leave?")
    bench.lose()
    bench.succeed()
    bench.client.clear()
    started = bench.model("input_audio_buffer.speech_started", audio_start_ms=40, item_id="u2")
    assert started.data["audio_start_ms"] == 1040
    assert bench.says("u2", "next", "u1").data["previous_item_id"] == "u1"


def test_the_echo_of_what_the_new_session_was_given_is_no_news(bench):
    bench.says("u1", "leave?")
    bench.lose()
    bench.accept()
    bench.tick(5.0)
    assert Switch() in bench.steps, "acknowledgements that do not come are taken as given"
    item = next(event["item"] for event in bench.successor if "item" in event)
    assert bench.model("conversation.item.added", previous_item_id=None, item=item) is None


def test_a_message_that_nobody_had_acknowledged_is_shown_when_the_new_session_has_it(bench):
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "typed"}]}
    bench.says("u1", "leave?")
    bench.caller("conversation.item.create", item=message)
    bench.caller("response.create")
    bench.floor = Floor(request=Frame.of(bench.upstream[-1]))
    bench.lose()
    bench.succeed()
    added = next(event for event in bench.client if event["type"] == "conversation.item.added")
    assert added["previous_item_id"] == "u1"
    assert added["item"]["content"][0]["text"] == "typed"
    assert len(bench.asked()) == 1


def test_what_the_client_asks_for_in_the_gap_is_done_after_it(bench):
    bench.lose()
    assert bench.caller("session.update", session={"type": "realtime", "output_modalities": ["text"]}) == []
    assert bench.caller("response.create", response={"metadata": {"a": "b"}}) == []
    bench.succeed()
    assert bench.asked()[0].request.data["response"] == {"metadata": {"a": "b"}}
    assert "session.updated" in bench.kinds(bench.client), "it waited for that answer"


def test_frames_that_are_nothing_for_us_pass_as_the_identical_object(bench):
    for frame in (Frame('{"type":"response.output_text.delta"}'), Frame('{"type":"response.created","response":{}}')):
        assert bench.continuity.incoming(frame, frame.type, 0.0) is frame
    action = ToClient(Frame("{}"))
    assert bench.continuity.redirect([action])[0] is action
