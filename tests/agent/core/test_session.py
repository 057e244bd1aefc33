"""The session as a whole: its phases, what passes untouched, what a client is told."""

from __future__ import annotations

import json
import time

import pytest

from agent.core.frames import Frame
from agent.core.opening import OPENING_TIME
from agent.core.session import Phase

AUDIO = '{"type":"response.output_audio.delta","response_id":"r1","item_id":"m1","content_index":0,"delta":"AAAA"}'


def test_the_configuration_is_sent_first_and_the_client_greeted_when_it_holds(make_bench):
    """Trap VoiceRAG 8: no session.update at all; 15: a session without prompt, tools and voice."""
    bench = make_bench()
    bench.model("session.created", session={"id": "s", "instructions": "default"})
    assert [frame.data["session"] for frame in bench.upstream] == [{"type": "realtime", "instructions": "x"}]
    assert bench.client == []
    bench.model("session.updated", session={"id": "s", "instructions": "x", "tools": [1], "audio": {}})
    assert bench.seen("session.created")[0]["session"] == {"id": "s", "audio": {}}
    assert bench.seen("extension.ready")[0]["session_id"] == "s"
    assert bench.session.phase is Phase.OPEN
    assert bench.session.next_deadline() is None


def test_a_stock_client_gets_none_of_our_events(make_bench):
    bench = make_bench(extensions=False)
    bench.model("session.created", session={})
    bench.model("session.updated", session={})
    assert [frame.type for frame in bench.client] == ["session.created"]


def test_the_greeting_and_the_configuration_are_taken_in_this_order_only(make_bench):
    bench = make_bench()
    bench.model("session.updated", session={})
    assert bench.client == []
    bench.model("session.created", session={})
    bench.model("session.created", session={})
    assert len(bench.upstream) == 1
    bench.model("session.updated", session={})
    bench.model("session.created", session={"instructions": "secret"})
    assert len(bench.seen("session.created")) == 1


def test_a_later_update_is_shown_without_what_is_the_operators(bench):
    """Trap VoiceRAG 7: session.updated leaks the prompt and tools to the browser."""
    bench.model("session.updated", session={"id": "s", "instructions": "secret", "tools": []})
    assert bench.seen("session.updated")[0]["session"] == {"id": "sess_1"}


@pytest.mark.parametrize("greeted", [False, True])
def test_a_session_that_never_opens_is_given_up_in_words(make_bench, greeted):
    """Trap VoiceRAG 10: opens, then drops."""
    bench = make_bench()
    if greeted:
        bench.model("session.created", session={})
    bench.tick(OPENING_TIME + 1)
    assert f"{OPENING_TIME:g} s" in bench.seen("error")[0]["error"]["message"]
    assert bench.hangups[0].code == 1011
    assert bench.session.next_deadline() is None


@pytest.mark.parametrize("greeted", [False, True])
def test_a_rejected_configuration_names_the_field_and_ends_the_session(make_bench, greeted):
    bench = make_bench()
    if greeted:
        bench.model("session.created", session={})
    bench.model("error", error={"code": "unknown_parameter", "message": "no such field", "param": "session.tools[0].x"})
    error = bench.seen("error")[0]["error"]
    assert (error["code"], "session.tools[0].x" in error["message"]) == ("unknown_parameter", True)
    assert bench.hangups


@pytest.mark.parametrize("phase", ["opening", "configuring", "open", "calling", "closed"])
def test_an_upstream_that_closes_is_reported_in_every_phase(make_bench, phase):
    """Trap VoiceRAG 11: an upstream close is not passed on."""
    bench = make_bench()
    if phase != "opening":
        bench.model("session.created", session={})
    if phase not in {"opening", "configuring"}:
        bench.model("session.updated", session={})
    if phase == "calling":
        bench.calls("r1", "c1")
    if phase == "closed":
        bench.take(bench.session.client_closed())
        bench.clear()
    bench.take(bench.session.upstream_closed(1001, "session_expired", bench.now))
    if phase in {"open", "calling"}:
        bench.take(bench.session.dial_failed(1, "nobody is there", bench.now, final=True))
        assert "nobody is there" in bench.seen("error")[0]["error"]["message"]
    if phase == "closed":
        assert bench.client == bench.hangups == []
        return
    assert "1001, session_expired" in bench.seen("error")[0]["error"]["message"]
    assert len(bench.hangups[0].reason.encode()) <= 123
    assert bench.cancelled == (["c1"] if phase == "calling" else [])


def test_the_reason_of_a_hangup_fits_a_close_frame(bench):
    bench.take(bench.session.upstream_closed(1011, "ü" * 100, bench.now))
    bench.take(bench.session.dial_failed(1, "nobody is there", bench.now, final=True))
    assert 110 < len(bench.hangups[0].reason.encode()) <= 123


def test_a_client_that_leaves_stops_its_tools_and_nothing_more_comes(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.take(bench.session.client_closed())
    assert bench.cancelled == ["c1"]
    bench.clear()
    assert bench.finish("c1") == []
    assert bench.model("response.created", response={"id": "r2"}) == []
    assert bench.caller("response.create") == []
    assert list(bench.session.handle_timer(99)) == []
    assert bench.session.next_deadline() is None


def test_a_failure_of_our_own_is_said_to_the_client(bench):
    bench.take(bench.session.broken())
    assert bench.seen("error")[0]["error"]["code"] == "internal_error"
    assert bench.hangups


@pytest.mark.parametrize(
    "text",
    [
        AUDIO,
        '{"delta":"AAAA","type":"response.output_audio.delta"}',
        '{"type":"response.output_audio.delta","odd":1}',
        '{"type":"response.audio.delta","response_id":"r1","item_id":"m1","delta":"AAAA","content_index":0}',
        '{"type":"rate_limits.updated","rate_limits":[]}',
        '{"event_id":"e","type":"response.output_text.delta","delta":"x"}',
        '{"type":"conversation.item.input_audio_transcription.completed","item_id":"u1","transcript":"late"}',
        '{"type":"something.new"}',
        '{"type":"broken.off","x":',
        '{"type":"response.created","response":{"id":"r1"}}',
        '{"type":"response.done","response":{"id":"r1","output":[]}}',
        '{"type":"input_audio_buffer.speech_started"}',
    ],
)
def test_what_need_not_be_changed_passes_as_the_identical_object(bench, text):
    """Trap pipecat#1788: also the user's transcript that comes after the reply."""
    frame = Frame(text)
    bench.model(frame)
    assert bench.client[0] is frame


@pytest.mark.parametrize("text", ['{"type":"input_audio_buffer.append","audio":"AAAA"}', '{"type":"response.create"}'])
def test_a_clients_frame_passes_as_the_identical_object(bench, text):
    frame = Frame(text)
    bench.caller(frame)
    assert bench.upstream[0] is frame


@pytest.mark.timeout(10)
def test_frames_of_many_mebibytes_pass_without_being_decoded(bench):
    size = 15 * 1024 * 1024
    began = time.perf_counter()
    up = Frame('{"type":"input_audio_buffer.append","audio":"' + "A" * size + '"}')
    down = Frame(AUDIO.replace("AAAA", "A" * size))
    bench.caller(up)
    bench.model(down)
    assert (bench.upstream, bench.client) == ([up], [down])
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("text", ["", "null", '"text"', "[" * 99_999, '{"no":"type"}', '{"type":"response.done",'])
def test_what_the_model_sends_and_is_no_event_is_dropped(bench, text):
    assert bench.model(Frame(text)) == []
    assert bench.session.phase is Phase.OPEN


def test_what_breaks_off_where_it_would_have_to_be_renumbered_is_dropped(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    assert bench.model(Frame(AUDIO[:-1])) == []
    assert bench.session.phase is Phase.OPEN


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"session.updated","session":"instructions"}',
        '{"type":"response.output_item.done","item":{"type":"function_call","name":"secret"}}',
        '{"type":"conversation.item.added","item":["function_call"]}',
    ],
)
def test_what_cannot_be_read_is_not_shown(bench, text):
    assert bench.model(text) == []


def test_a_refused_frame_gives_an_error_and_the_session_goes_on(bench):
    bench.caller("conversation.item.create", event_id="e1", item={"type": "message", "role": "system"})
    error = bench.seen("error")[0]["error"]
    assert (error["type"], error["event_id"], error["param"]) == ("invalid_request_error", "e1", "item.role")
    assert bench.upstream == []
    bench.take(bench.session.receive_binary())
    assert bench.seen("error")[1]["error"]["code"] == "invalid_frame"
    assert bench.session.phase is Phase.OPEN


def test_an_update_of_which_nothing_is_the_clients_is_answered_without_the_model(bench):
    bench.caller("session.update", session={"type": "realtime", "instructions": "mine"})
    assert bench.upstream == []
    assert bench.seen("session.updated")[0]["session"]["id"] == "sess_1"
    bench.caller("session.update", session={"type": "realtime", "output_modalities": ["text"], "tools": []})
    assert bench.sent("session.update")[0]["session"] == {"type": "realtime", "output_modalities": ["text"]}


@pytest.mark.parametrize("kind", ["conversation.item.retrieve", "conversation.item.delete"])
def test_a_client_cannot_reach_the_items_of_our_tools(bench, kind):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.caller(kind, item_id="fc_c1", event_id="e1")
    assert bench.upstream == []
    assert bench.seen("error")[0]["error"]["code"] == "item_not_found"
    bench.caller(kind, item_id="u1")
    assert len(bench.upstream) == 1


def test_a_question_that_is_deleted_takes_along_the_calls_it_led_to_and_nothing_else(bench):
    bench.begins("r1")
    bench.calls("r1", "c1", "c2")
    bench.ends("r1")
    bench.finish("c1")
    bench.placed("c1")
    note = {"id": "n1", "type": "message", "role": "system", "content": []}
    bench.model("conversation.item.added", item=note, previous_item_id="u1")
    bench.clear()
    bench.caller("conversation.item.delete", item_id="a1")
    assert [event["item_id"] for event in bench.sent("conversation.item.delete")] == ["a1"]
    bench.clear()
    # The second call runs, and its output will need it.
    bench.caller("conversation.item.delete", item_id="u1", event_id="e1")
    assert [event["item_id"] for event in bench.sent("conversation.item.delete")] == ["u1", "fc_c1", "out_c1"]
    for item_id in ("u1", "fc_c1", "out_c1"):
        bench.model("conversation.item.deleted", item_id=item_id)
    assert [event["item_id"] for event in bench.seen("conversation.item.deleted")] == ["u1"]
    bench.finish("c2")
    bench.placed("c2")
    bench.clear()
    bench.caller("conversation.item.delete", item_id="u1", event_id="e2")
    assert [event["item_id"] for event in bench.deleted] == ["fc_c2", "out_c2"]


def test_a_tool_of_the_clients_own_is_not_deleted_for_it(bench):
    bench.offers("mine")
    bench.begins("r1")
    bench.calls("r1", "c1", tool="mine")
    bench.ends("r1")
    bench.answers("c1")
    bench.placed("c1")
    bench.clear()
    bench.caller("conversation.item.delete", item_id="u1")
    assert [event["item_id"] for event in bench.sent("conversation.item.delete")] == ["u1"]


def test_the_client_sees_a_conversation_that_is_whole_without_the_calls(bench):
    """Trap VoiceRAG 7 and decision 3: what is shown is renumbered, not holed."""
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.model("response.function_call_arguments.delta", response_id="r1", delta="{")
    bench.model("response.function_call_arguments.done", response_id="r1", arguments="{}")
    bench.speaks("r1", index=1)
    bench.ends("r1")
    kinds = [frame.type for frame in bench.client]
    assert not [kind for kind in kinds if "function" in kind or ("item" in kind and "output" not in kind)]
    indexes = {frame.data["output_index"] for frame in bench.client if "output_index" in frame.data}
    assert indexes == {0}


def test_two_sessions_interleaved_share_nothing(make_bench):
    """Trap VoiceRAG 1: tools and pending calls are class attributes."""
    one, two = make_bench(prefix="a").open(), make_bench(prefix="b").open()
    for bench in (one, two):
        bench.begins("r1")
        bench.calls("r1", "c1")
    one.ends("r1")
    one.finish("c1", "for one")
    assert two.creates == []
    two.finish("c1", "for two")
    two.ends("r1")
    assert (one.outputs, two.outputs) == ({"c1": "for one"}, {"c1": "for two"})
    assert (len(one.creates), len(two.creates)) == (1, 1)
    one.user()
    two.model(json.loads(AUDIO))
    assert two.seen("response.output_audio.delta")


def test_the_end_of_an_unfinished_response_that_is_lost_does_not_keep_audio_from_passing_unread(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.begins("r2")
    broken = Frame(AUDIO[:-1] + ",")
    bench.model(broken)
    assert bench.client[-1] is broken
