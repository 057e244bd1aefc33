"""What a compliant Realtime server does, point by point; every event is checked against the SDK's types on the way.

What needs a clock or a socket stands elsewhere: pacing in `test_runtime`, close codes in `test_serving`, faults in
`test_fault_run`, `test_runtime_faults` and `test_serving_dialects`.
"""

from __future__ import annotations

import pytest

from agent.engine.effects import Close
from agent.engine.parts import Call, Usage

TURN = "." * 4 + "S" * 30 + "." * 30


def kinds(events):
    return [event["type"] for event in events]


# ── 1: the session ──


def test_the_greeting_comes_first_with_id_expiry_and_the_whole_configuration(caller):
    assert kinds(caller.events) == ["session.created"]
    session = caller.events[0]["session"]
    assert session["id"].startswith("sess_")
    assert session["expires_at"] == 2_000_000_000
    assert session["audio"]["input"]["turn_detection"]["type"] == "server_vad"


def test_an_update_merges_deeply_replaces_tools_and_is_answered_in_full(caller):
    caller.configures(tools=[{"type": "function", "name": "a"}, {"type": "function", "name": "b"}])
    session = caller.configures(
        tools=[{"type": "function", "name": "c"}], audio={"input": {"turn_detection": {"silence_duration_ms": 900}}}
    )[0]["session"]
    assert [tool["name"] for tool in session["tools"]] == ["c"]
    assert session["audio"]["input"]["turn_detection"] == {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 900,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }
    assert session["audio"]["output"]["voice"] == "alloy"


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"type": "realtime", "temperature": 0.8}, "unknown_parameter", "session.temperature"),
        ({"type": "realtime", "modalities": ["text"]}, "unknown_parameter", "session.modalities"),
        (
            {"type": "realtime", "tools": [{"name": "a", "strict": True}]},
            "unknown_parameter",
            "session.tools[0].strict",
        ),
        ({"instructions": "x"}, "missing_required_parameter", "session.type"),
        ({"type": "realtime", "audio": {"output": {"speed": 3}}}, "invalid_value", "session.audio.output.speed"),
    ],
)
def test_one_field_that_is_not_known_rejects_the_whole_update_by_name(caller, session, code, param):
    error = caller.sends("session.update", event_id="mine", session=session | {"instructions": "changed"})
    if code == "missing_required_parameter":
        error = caller.sends("session.update", event_id="mine", session=session)
    assert kinds(error) == ["error"]
    assert (error[0]["error"]["event_id"], error[0]["error"]["code"], error[0]["error"]["param"]) == (
        "mine",
        code,
        param,
    )
    assert caller.configures()[0]["session"]["instructions"] != "changed"


# ── 2 and 3: the input buffer and turns ──


def test_an_append_is_not_acknowledged_and_a_commit_makes_a_message(caller):
    caller.detects_turns(None)
    first = caller.writes("before")[-1]["item"]["id"]
    assert caller.appends(200) == []
    events = caller.sends("input_audio_buffer.commit")
    assert kinds(events) == ["input_audio_buffer.committed", "conversation.item.added", "conversation.item.done"]
    assert events[0]["previous_item_id"] == first
    assert {events[0]["item_id"]} == {event["item"]["id"] for event in events[1:]}
    assert caller.sends("input_audio_buffer.commit")[0]["error"]["code"] == "input_audio_buffer_commit_empty"
    assert kinds(caller.sends("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]


@pytest.mark.parametrize("detection", [{"type": "server_vad"}, {"type": "semantic_vad", "eagerness": "high"}])
def test_a_turn_is_started_stopped_and_committed_under_one_item_id(caller, detection):
    caller.detects_turns(detection)
    events = caller.is_heard(TURN + "." * 60)
    names = kinds(events)[:4]
    assert names == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
    ]
    assert len({event.get("item_id") or event["item"]["id"] for event in events[:4]}) == 1
    assert events[0]["audio_start_ms"] < events[1]["audio_end_ms"]


@pytest.mark.parametrize("creates", [True, False])
@pytest.mark.parametrize("interrupts", [True, False])
def test_creating_and_interrupting_responses_are_independent(caller, creates, interrupts):
    caller.detects_turns({"type": "server_vad", "create_response": creates, "interrupt_response": interrupts})
    caller.asks("tell me all")
    caller.model_thinks("A long story.", over=False)
    caller.is_heard(TURN)
    statuses = [event["response"]["status"] for event in caller.events if event["type"] == "response.done"]
    assert statuses == (["cancelled"] if interrupts else [])
    if creates and not interrupts:
        assert caller.last("error")["error"]["code"] == "conversation_already_has_active_response"
    assert caller.count("response.created") == 1 + (creates and interrupts)


def test_a_long_silence_is_broken_when_that_was_asked_for(caller):
    caller.detects_turns({"type": "server_vad", "idle_timeout_ms": 5_000})
    caller.asks("hello")
    caller.model_thinks("Hi.")
    caller.voice_speaks(ms=1_000)
    caller.appends(7_000)
    events = caller.waits(6.0)
    assert kinds(events)[:2] == ["input_audio_buffer.timeout_triggered", "input_audio_buffer.committed"]
    assert events[0]["item_id"] == events[1]["item_id"]


# ── 4 and 5: a response ──

SPOKEN = [
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


def first_of_each(events):
    return list(dict.fromkeys(kinds(events)))


def test_a_spoken_response_has_its_events_in_order_and_one_end(caller):
    caller.writes("hello")
    before = len(caller.events)
    caller.sends("response.create")
    caller.model_thinks("Good morning to you.")
    caller.voice_speaks()
    assert sorted(first_of_each(caller.events[before:]), key=SPOKEN.index) == SPOKEN
    ordered = [kind for kind in first_of_each(caller.events[before:]) if "delta" not in kind]
    assert ordered == [kind for kind in SPOKEN if "delta" not in kind]
    assert kinds(caller.events).count("response.done") == 1


def test_a_cancelled_response_gives_everything_that_was_added_its_done(caller):
    caller.asks("hello")
    caller.model_thinks("A long story. And so it went on.", over=False)
    caller.voice_speaks_for(100)
    events = caller.sends("response.cancel")
    for added in ("response.content_part", "response.output_item", "conversation.item"):
        assert caller.count(f"{added}.added") == caller.count(f"{added}.done")
    assert events[-1]["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    before = len(caller.events)
    caller.voice_speaks()
    assert len(caller.events) == before
    assert caller.sends("response.cancel")[0]["error"]["code"] == "response_cancel_not_active"


def test_a_message_and_several_calls_fit_into_one_response(caller):
    caller.configures(output_modalities=["text"])
    caller.asks("both")
    caller.model_thinks("One moment.", Call("a", '{"n": 1}'), Call("b", "{}"))
    response = caller.last("response.done")["response"]
    assert [item["type"] for item in response["output"]] == ["message", "function_call", "function_call"]
    call = response["output"][1]
    deltas = [event["delta"] for event in caller.events if event["type"].endswith("arguments.delta")]
    assert deltas[0] == call["arguments"] == '{"n": 1}'


# ── 6: overrides, and what is counted ──


def test_overrides_hold_for_one_response_only_and_metadata_comes_back(caller):
    caller.writes("hello")
    caller.sends(
        "response.create",
        response={"instructions": "In rhyme.", "output_modalities": ["text"], "metadata": {"topic": "x"}},
    )
    assert caller.thoughts[-1].thought.instructions == "In rhyme."
    caller.model_thinks("Hello, fellow.")
    done = caller.last("response.done")["response"]
    assert (done["metadata"], done["output_modalities"]) == ({"topic": "x"}, ["text"])
    caller.sends("response.create")
    assert caller.thoughts[-1].thought.instructions != "In rhyme."
    assert caller.last("response.created")["response"]["output_modalities"] == ["audio"]


def test_a_response_out_of_band_leaves_the_conversation_alone_and_is_not_in_its_way(caller):
    caller.asks("hello")
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Is this rude?"}]}
    response = {"conversation": "none", "output_modalities": ["text"], "input": [item]}
    created = caller.sends("response.create", response=response)[0]
    assert created["response"]["conversation_id"] is None
    added = caller.count("conversation.item.added")
    caller.model_thinks("No.")
    assert caller.count("conversation.item.added") == added
    assert caller.last("response.done")["response"]["output"][0]["content"][0]["text"] == "No."


def test_usage_tells_text_audio_and_what_a_cache_would_have_held(caller):
    caller.configures(instructions="Be brief. " * 200)
    for _ in range(2):
        caller.asks("hello")
        caller.model_thinks("Good morning.", Usage())
        caller.voice_speaks()
    first, second = [e["response"]["usage"] for e in caller.events if e["type"] == "response.done"]
    assert first["input_token_details"]["cached_tokens"] == 0
    assert second["input_token_details"]["cached_tokens"] >= 448
    details = second["output_token_details"]
    assert details["audio_tokens"] > 0 < details["text_tokens"]
    assert second["total_tokens"] == second["input_tokens"] + second["output_tokens"]
    assert caller.count("rate_limits.updated") == 2


# ── 7 and 8: truncation, and the end ──


@pytest.mark.parametrize(("ms", "code"), [(0, "invalid_value"), (5_000, "invalid_value"), (400, None)])
def test_a_truncate_is_checked_against_the_audio_there_was(caller, ms, code):
    caller.asks("hello")
    caller.model_thinks("Good morning to you all.")
    caller.voice_speaks(ms=1_000)
    item_id = caller.last("response.done")["response"]["output"][0]["id"]
    event = caller.sends("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=ms)[0]
    if code is None:
        assert (event["type"], event["audio_end_ms"]) == ("conversation.item.truncated", 400)
        kept = caller.sends("conversation.item.retrieve", item_id=item_id)[0]["item"]["content"][0]["transcript"]
        assert "Good morning to you all.".startswith(kept)
        assert len(kept) < 20
    else:
        assert (event["error"]["code"], event["error"]["param"]) == (code, "audio_end_ms")


def test_a_session_at_its_cap_says_so_and_closes_with_1001(new_caller):
    caller = new_caller(cap_s=1800)
    assert caller.waits(1799) == []
    events = caller.waits(1)
    assert events[-1]["error"]["code"] == "session_expired"
    assert "30 minutes" in events[-1]["error"]["message"]
    assert caller.closed == Close(1001, "session_expired")
    assert caller.sends("input_audio_buffer.clear") == []
