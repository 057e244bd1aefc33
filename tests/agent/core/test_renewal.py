"""What becomes of a session's parts when another session of the model's takes over under them."""

from __future__ import annotations

import json

import pytest

from agent.core.actions import DropAudio
from agent.core.answering import MOST_BESIDE
from agent.core.frames import Frame
from agent.core.handover import Dial, DropSuccessor, Switch
from tests.agent.core.conftest import IN_FORCE, SEARCH

DELTA = {"item_id": "m1", "output_index": 0, "content_index": 0}


def loses(bench, code=1006, reason=""):
    bench.take(bench.session.upstream_closed(code, reason, bench.now))
    return bench.lines


def answers(bench, kind, **fields):
    """The connection that was dialled last sends an event, in GA's names."""
    for frame in bench.voiced(Frame.of({"type": kind, **fields})):
        bench.take(bench.session.receive_successor(frame, bench.now))


def taken_over(bench, **changes):
    dials = [line for line in bench.lines if isinstance(line, Dial)]
    bench.take(bench.session.dialled(dials[-1].attempt, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    answers(bench, "session.updated", session=IN_FORCE | {"id": "sess_2"} | changes)
    bench.tick(6)
    assert any(isinstance(line, Switch) for line in bench.lines)


@pytest.mark.parametrize("profile", ["engine", "azure-preview", "voice-live"])
def test_the_new_session_is_told_our_configuration_and_the_conversation_in_its_own_names(make_bench, profile):
    bench = make_bench(profile=profile).open()
    item = {"id": "m1", "type": "message", "role": "assistant", "status": "completed"}
    item["content"] = [{"type": "output_text", "text": "hello"}]
    bench.model("conversation.item.added", item=item, previous_item_id=None)
    bench.model("conversation.item.done", item=item, previous_item_id=None)
    loses(bench)
    taken_over(bench)
    update, given = [frame.data for frame in bench.successor]
    assert update["session"]["instructions"] == "x"
    assert given["item"]["content"][0]["type"] == ("output_text" if profile == "engine" else "text")


def test_what_is_in_force_and_what_the_client_sees_are_the_new_sessions_but_not_its_id(make_bench):
    bench = make_bench().open()
    loses(bench)
    taken_over(bench, audio={"output": {"format": {"type": "audio/pcmu"}, "voice": "verse"}})
    assert bench.session._state.upstream.effective.bytes_per_ms == 8
    bench.clear()
    bench.caller("session.update", session={"type": "realtime", "instructions": "mine"})
    shown = bench.seen("session.updated")[0]["session"]
    assert (shown["id"], shown["audio"]["output"]["voice"]) == ("sess_1", "verse")


def test_a_response_of_the_same_id_in_the_new_session_is_not_taken_for_one_out_of_band(make_bench):
    bench = make_bench().open()
    bench.model("response.created", response={"id": "r1", "conversation_id": None})
    loses(bench)
    taken_over(bench)
    bench.begins("r1")
    bench.calls("r1", "c1")
    assert [call.call_id for call in bench.started] == ["c1"]


def test_a_request_that_was_on_its_way_is_made_again_and_answered(make_bench):
    bench = make_bench().open()
    bench.caller("response.create", response={"metadata": {"a": "b"}})
    loses(bench)
    bench.clear()
    taken_over(bench)
    assert [frame.data["response"] for frame in bench.upstream] == [{"metadata": {"a": "b"}}]


@pytest.fixture
def expiring(make_bench):
    """A session that will expire, with another one ready, and a response beside the conversation."""
    bench = make_bench().open(expires_at=1000)
    bench.begins("o1", conversation_id=None)
    bench.now = 840.0
    bench.tick(1)
    bench.take(bench.session.dialled(1, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    answers(bench, "session.updated", session=IN_FORCE | {"id": "sess_2"})
    bench.tick(10)
    return bench


def test_a_response_beside_the_conversation_is_not_broken_off_for_a_session_that_may_come_later(expiring):
    assert not any(isinstance(line, Switch) for line in expiring.lines)
    expiring.ends("o1", conversation_id=None)
    expiring.tick(1)
    assert isinstance(expiring.lines[-1], Switch)
    assert [event["response"]["status"] for event in expiring.seen("response.done")] == ["completed"]


def test_one_that_has_to_be_broken_off_ends_as_one_beside_the_conversation(expiring):
    expiring.tick(200)
    assert isinstance(expiring.lines[-1], Switch)
    [ended] = [event["response"] for event in expiring.seen("response.done")]
    assert (ended["id"], ended["status"], ended["conversation_id"]) == ("o1", "cancelled", None)


def test_what_is_asked_beside_the_conversation_meanwhile_takes_no_answers_place_nor_its_floor(make_bench, elsewhere):
    bench = make_bench().open()
    bench.caller("response.create", response={"metadata": {"the": "answer"}})
    loses(bench)
    beside = {"conversation": "none", "metadata": {"a": "title"}}
    bench.caller("response.create", response=beside)
    kept = elsewhere(bench)
    for each in (bench, kept):
        each.clear()
        taken_over(each)
        assert [event["response"] for event in each.creates] == [beside, {"metadata": {"the": "answer"}}]
        each.begins("o1", conversation_id=None)
        each.begins("r1")
        each.ends("r1")
        each.clear()
        each.caller("response.create")
        assert len(each.creates) == 1, "nobody waits for the end of what is beside the conversation"


def test_more_asked_beside_the_conversation_than_is_kept_is_refused_in_words(make_bench):
    bench = make_bench().open()
    loses(bench)
    for number in range(MOST_BESIDE + 1):
        bench.caller("response.create", event_id=f"e{number}", response={"conversation": "none"})
    [error] = bench.seen("error")
    assert (error["error"]["code"], error["error"]["event_id"]) == ("too_many_responses", f"e{MOST_BESIDE}")
    bench.clear()
    taken_over(bench)
    assert [event["event_id"] for event in bench.creates] == [f"e{number}" for number in range(MOST_BESIDE)]
    bench.clear()
    loses(bench)
    taken_over(bench)
    assert bench.creates == [], "each is asked for once"


def test_a_user_who_was_about_to_be_answered_is_answered_by_the_new_session_at_once(make_bench):
    bench = make_bench().open()
    bench.user()
    bench.user(stops=True)
    loses(bench)
    bench.clear()
    bench.take(bench.session.dialled(1, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    answers(bench, "session.updated", session=IN_FORCE | {"id": "sess_2"})
    assert [frame.type for frame in bench.upstream] == ["response.create"], "and not when the wait is over"


def test_an_answer_of_which_only_sound_was_passed_on_is_not_begun_anew(make_bench):
    bench = make_bench().open()
    question = {"id": "u1", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "who"}]}
    bench.model("conversation.item.added", item=question, previous_item_id=None)
    bench.begins("r1")
    item = {"id": "m1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    bench.model("response.output_item.added", response_id="r1", output_index=0, item=item)
    bench.model("conversation.item.added", item=item, previous_item_id="u1")
    bench.model("response.output_audio.delta", response_id="r1", delta="AAAA" * 4800, **DELTA)
    loses(bench)
    bench.clear()
    taken_over(bench)
    assert "response.create" not in [frame.type for frame in bench.upstream]


def test_the_client_is_told_what_the_model_said_when_it_closed_and_what_was_tried(make_bench):
    bench = make_bench().open()
    loses(bench, 1011, "restarting")
    bench.take(bench.session.dial_failed(1, "the key is wrong", bench.now, final=True))
    assert isinstance(bench.lines[-1], DropSuccessor)
    text = bench.seen("error")[0]["error"]["message"]
    assert "code 1011, restarting" in text
    assert "the key is wrong" in text
    assert bench.hangups[0].code == 1011


def test_a_late_word_about_a_dial_after_the_end_changes_nothing(make_bench):
    bench = make_bench().open()
    loses(bench)
    bench.take(bench.session.client_closed())
    bench.clear()
    assert bench.session.dialled(1, bench.now) == ()
    assert bench.session.receive_successor(Frame("{}"), bench.now) == ()
    assert bench.session.successor_closed(1006, "", bench.now) == ()
    assert bench.session.dial_failed(1, "late", bench.now) == ()
    assert bench.session.next_deadline() is None


def test_what_a_new_session_sends_and_nobody_can_read_is_dropped(make_bench):
    bench = make_bench().open()
    loses(bench)
    bench.take(bench.session.dialled(1, bench.now))
    assert bench.session.receive_successor(Frame("nonsense"), bench.now) == ()


def test_a_choice_of_the_clients_that_a_new_session_refuses_is_given_up_and_the_rest_kept(make_bench):
    bench = make_bench().open()
    audio = {"output": {"speed": 9, "format": {"type": "audio/pcmu"}}}
    bench.caller("session.update", session={"type": "realtime", "audio": audio})
    loses(bench)
    bench.take(bench.session.dialled(1, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    answers(
        bench, "error", error={"message": "too fast", "code": "invalid_value", "param": "session.audio.output.format"}
    )
    first, second = [frame.data["session"]["audio"]["output"] for frame in bench.successor]
    assert first == audio["output"]
    assert second == {"speed": 9}


@pytest.mark.parametrize("where", ["param", "message"])
def test_a_tool_of_the_clients_that_a_new_session_refuses_is_given_up_and_its_others_kept(make_bench, where):
    bench = make_bench(session={"type": "realtime", "tools": [SEARCH]}).open()
    bench.offers("show", "odd", "hide")
    loses(bench)
    bench.take(bench.session.dialled(1, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    named = {"message": "'session.tools[2].parameters' is no schema"}
    if where == "param":
        named = {"message": "no schema", "param": "session.tools[2].parameters"}
    answers(bench, "error", error=named | {"code": "invalid_value"})
    tools = [[tool["name"] for tool in frame.data["session"]["tools"]] for frame in bench.successor]
    assert tools == [["search", "show", "odd", "hide"], ["search", "show", "hide"]]


@pytest.mark.parametrize("param", ["session.tools", "session.tools[0].parameters"])
def test_where_a_new_session_refuses_tools_and_not_which_of_the_clients_all_of_those_are_given_up(make_bench, param):
    bench = make_bench(session={"type": "realtime", "tools": [SEARCH]}).open()
    bench.offers("show", "odd")
    loses(bench)
    bench.take(bench.session.dialled(1, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    for _ in range(2):
        answers(bench, "error", error={"message": "too much", "code": "invalid_value", "param": param})
    assert [len(frame.data["session"]["tools"]) for frame in bench.successor] == [3, 1], "ours are not for it to refuse"
    assert isinstance(bench.lines[-1], DropSuccessor)


def test_another_kind_that_the_client_chose_goes_to_a_new_session_without_the_fields_of_ours(make_bench):
    ours = {
        "turn_detection": {"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 300},
        "format": {"type": "audio/pcm", "rate": 24000},
        "transcription": {"model": "whisper-1", "language": "de"},
    }
    theirs = {
        "turn_detection": {"type": "semantic_vad", "eagerness": "low"},
        "format": {"type": "audio/pcmu"},
        "transcription": {"language": "en"},
    }
    bench = make_bench(session={"type": "realtime", "audio": {"input": ours}}).open()
    for chosen in (theirs, {"turn_detection": {"eagerness": "high"}}):
        bench.caller("session.update", session={"type": "realtime", "audio": {"input": chosen}})
    loses(bench)
    taken_over(bench)
    assert bench.successor[0].data["session"]["audio"]["input"] == {
        "turn_detection": {"type": "semantic_vad", "eagerness": "high"},
        "format": {"type": "audio/pcmu"},
        "transcription": {"model": "whisper-1", "language": "en"},
    }


def test_a_refusal_that_names_nothing_that_we_can_do_without_is_a_failed_attempt(make_bench):
    bench = make_bench().open()
    loses(bench)
    bench.take(bench.session.dialled(1, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    answers(bench, "error", error={"message": "no", "code": "invalid_value", "param": "session.model"})
    assert isinstance(bench.lines[-1], DropSuccessor)


def test_while_the_client_is_away_the_answer_stops_and_is_cut_where_it_was_heard(make_bench):
    bench = make_bench().open()
    bench.begins("r1")
    bench.model("response.output_audio.delta", response_id="r1", delta="AAAA" * 4800, **DELTA)
    bench.caller("extension.playback", item_id="m1", content_index=0, played_ms=120)
    bench.clear()
    bench.take(bench.session.client_lost(bench.now))
    cancel, truncate = [frame.data for frame in bench.upstream]
    assert (cancel["type"], cancel["response_id"]) == ("response.cancel", "r1")
    assert (truncate["item_id"], truncate["audio_end_ms"]) == ("m1", 120)


def test_a_client_that_is_back_is_greeted_with_what_is_new_and_hears_no_answer_from_its_middle(make_bench):
    bench = make_bench().open()
    bench.take(bench.session.client_lost(bench.now))
    bench.begins("r1")
    bench.model("response.output_audio.delta", response_id="r1", delta="AAAA", **DELTA)
    bench.clear()
    bench.take(bench.session.client_back({"resume": {"token": "t"}}, 3, complete=False, now=bench.now))
    ready, resumed = [json.loads(frame.text) for frame in bench.client]
    assert (ready["session_id"], ready["agent"], ready["resume"]) == ("sess_1", {}, {"token": "t"})
    assert (resumed["missed"], resumed["complete"]) == (3, False)
    bench.clear()
    bench.model("response.output_audio.delta", response_id="r1", delta="AAAA", **DELTA)
    assert bench.client == []
    bench.model("response.done", response={"id": "r1", "status": "completed", "output": []})
    bench.begins("r2")
    bench.model("response.output_audio.delta", response_id="r2", delta="AAAA", **DELTA)
    assert bench.seen("response.output_audio.delta"), "the next one is heard"


@pytest.mark.parametrize("deed", ["speech", "cancel"])
def test_a_break_drops_the_sound_that_still_waits_for_the_client_even_after_the_answers_end(make_bench, deed):
    bench = make_bench().open()
    bench.begins("r1")
    bench.speaks("r1")
    bench.ends("r1")
    bench.lines.clear()
    if deed == "speech":
        bench.user()
    else:
        bench.caller("response.cancel")
    assert bench.lines == [DropAudio("r1")]
