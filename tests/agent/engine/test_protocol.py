"""The session as a whole: greeting, refusals, order of events, expiry."""

from __future__ import annotations

import json

import pytest

from agent.engine.parts import Call


def test_a_session_greets_with_its_effective_configuration(caller):
    (greeting,) = caller.events
    assert greeting["type"] == "session.created"
    session = greeting["session"]
    assert session["object"] == "realtime.session"
    assert session["type"] == "realtime"
    assert session["model"] == "vocative-engine"
    assert session["expires_at"] == 2_000_000_000
    assert session["audio"]["input"]["transcription"] is None
    assert session["audio"]["input"]["turn_detection"]["type"] == "server_vad"


SPOKEN_TURN = [
    "response.created",
    "rate_limits.updated",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio_transcript.delta",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
]


def _first_of_each(names):
    return list(dict.fromkeys(names))


def test_a_spoken_response_has_the_order_of_the_recorded_ones(caller, kinds):
    caller.writes("Hello?")
    before = len(caller.events)
    caller.sends("response.create")
    caller.model_thinks("Hello there. How can I help you?")
    caller.voice_speaks()
    assert _first_of_each(kinds(caller.events[before:])) == SPOKEN_TURN
    done = caller.last("response.done")["response"]
    assert done["status"] == "completed"
    (item,) = done["output"]
    assert item["content"] == [{"type": "output_audio", "transcript": "Hello there. How can I help you?"}]
    deltas = [each["delta"] for each in caller.events if each["type"] == "response.output_audio_transcript.delta"]
    assert "".join(deltas) == "Hello there. How can I help you?"
    assert len(deltas) > 2


def test_a_written_response_has_the_order_of_the_recorded_ones(caller, kinds):
    caller.configures(output_modalities=["text"])
    caller.asks("Hello?")
    before = len(caller.events)
    caller.model_thinks("Hello", " there.")
    assert kinds(caller.events[before:]) == [
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]


@pytest.mark.parametrize(
    ("message", "code", "param"),
    [
        ("{", "invalid_json", None),
        ("[1]", "invalid_json", None),
        ("[" * 100_000, "invalid_json", None),
        ('{"type": "x", "y": ' + "[" * 200 + "]" * 200 + "}", "invalid_json", None),
        ('{"type": "x", "y": [' + "0," * 300_000 + "0]}", "invalid_json", None),
        ('{"type": "x", "y": "\\ud800"}', "invalid_json", None),
        ('{"type": "x", "\\udfff": 1}', "invalid_json", None),
        ('{"type": "x", "y": 1e999}', "invalid_json", None),
        ('{"type": "x", "y": NaN}', "invalid_json", None),
        (b"\x00\x01", "invalid_message_type", None),
        ("{}", "missing_required_parameter", "type"),
        ('{"type": 5}', "invalid_type", "type"),
        ('{"type": "session.creat"}', "invalid_value", "type"),
        ('{"type": "session.update"}', "missing_required_parameter", "session"),
        ('{"type": "response.cancel", "why": 1}', "unknown_parameter", "why"),
        ('{"type": "input_audio_buffer.append", "audio": "=="}', "invalid_value", "audio"),
        ('{"type": "input_audio_buffer.append", "audio": 5}', "invalid_type", "audio"),
        ('{"type": "input_audio_buffer.commit"}', "input_audio_buffer_commit_empty", None),
        ('{"type": "response.cancel"}', "response_cancel_not_active", None),
        ('{"type": "output_audio_buffer.clear"}', "unsupported_event", "type"),
        ('{"type": "response.cancel", "event_id": 7}', "invalid_type", "event_id"),
        ('{"type": "conversation.item.delete", "item_id": "nobody"}', "item_not_found", "item_id"),
    ],
)
def test_a_message_that_is_refused_names_the_fault_and_the_session_goes_on(caller, message, code, param):
    (event,) = caller.sends_text(message)
    assert event["type"] == "error"
    assert event["error"]["type"] == "invalid_request_error"
    assert (event["error"]["code"], event["error"]["param"]) == (code, param)
    assert caller.writes("still there?")[0]["type"] == "conversation.item.added"


def test_an_error_carries_the_id_of_the_event_that_caused_it(caller):
    (event,) = caller.sends("response.cancel", event_id="mine_1")
    assert event["error"]["event_id"] == "mine_1"


def test_a_message_above_15_mib_is_refused_and_the_session_goes_on(caller):
    (event,) = caller.sends_text(json.dumps({"type": "input_audio_buffer.append", "audio": "A" * (15 * 2**20)}))
    assert event["error"]["code"] == "message_too_large"
    assert caller.closed is None


def test_a_session_ends_at_its_cap_with_1001_and_says_why(new_caller):
    caller = new_caller(cap_s=1800)
    caller.asks("Hello?")
    assert caller.session.next_deadline() == 2800.0
    assert caller.waits(1799.0) == []
    done, error = caller.waits(1.0)
    assert done["response"]["status"] == "cancelled"
    assert error["error"]["code"] == "session_expired"
    assert (caller.closed.code, caller.closed.reason) == (1001, "session_expired")
    assert caller.writes("anybody?") == []
    assert caller.waits(1.0) == []


def test_trouble_of_the_server_is_an_error_event_and_nothing_ends(caller):
    caller.take(caller.session.trouble("voice_activity_failed", "It was skipped.", caller.now))
    assert caller.last("error")["error"]["type"] == "server_error"
    assert caller.closed is None


def test_a_whole_tool_round_is_answered(caller):
    caller.configures(tools=[{"type": "function", "name": "search", "parameters": {"type": "object"}}])
    caller.asks("How much leave?")
    caller.model_thinks(Call("search", '{"query": "leave"}'))
    call = caller.last("response.function_call_arguments.done")
    assert (call["name"], call["arguments"]) == ("search", '{"query": "leave"}')
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "25 days"}
    caller.sends("conversation.item.create", item=output)
    caller.sends("response.create")
    items = caller.thoughts[-1].thought.items
    assert [item["type"] for item in items] == ["message", "function_call", "function_call_output"]
    caller.model_thinks("You have 25 days.")
    caller.voice_speaks()
    assert caller.last("response.done")["response"]["status"] == "completed"


def test_two_sessions_interleaved_share_nothing(new_caller):
    one, other = new_caller(), new_caller()
    one.asks("First?")
    other.configures(output_modalities=["text"])
    other.asks("Second?")
    one.sends("response.cancel")
    other.model_thinks("Only mine.")
    assert one.last("response.done")["response"]["status"] == "cancelled"
    assert other.last("response.done")["response"]["status"] == "completed"
    assert [item["content"][0]["text"] for item in other.thoughts[-1].thought.items] == ["Second?"]


def test_characters_outside_the_basic_plane_come_back_whole(caller):
    added = caller.sends_text(
        '{"type":"conversation.item.create","item":{"type":"message","role":"user",'
        '"content":[{"type":"input_text","text":"\\ud83d\\ude00"}]}}'
    )[0]
    assert added["item"]["content"][0]["text"] == "\U0001f600"
