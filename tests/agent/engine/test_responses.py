"""Who may respond, with what, and beside whom."""

from __future__ import annotations

import base64

import pytest

from agent.engine import responses
from agent.engine.parts import Say

TOOL = {"type": "function", "name": "search", "parameters": {"type": "object"}}


def test_a_second_response_is_refused_and_the_first_goes_on(caller):
    caller.asks("Go")
    (event,) = caller.sends("response.create")
    assert event["error"]["code"] == "conversation_already_has_active_response"
    caller.model_thinks("Going on.")
    caller.voice_speaks()
    assert caller.last("response.done")["response"]["status"] == "completed"


def test_a_response_can_be_created_right_after_a_cancel(caller):
    caller.asks("Go")
    caller.sends("response.cancel")
    assert caller.sends("response.create")[0]["type"] == "response.created"


def test_a_cancel_names_its_response(caller):
    caller.asks("Go")
    (event,) = caller.sends("response.cancel", response_id="resp_999")
    assert event["error"]["code"] == "response_cancel_not_active"
    (event,) = caller.sends("response.cancel", response_id="resp_1")
    assert event["response"]["id"] == "resp_1"


def test_overrides_hold_for_one_response(caller):
    caller.writes("Go")
    override = {
        "instructions": "Shout.",
        "tools": [TOOL],
        "tool_choice": {"type": "function", "name": "search"},
        "output_modalities": ["text"],
        "max_output_tokens": 100,
        "metadata": {"purpose": "test"},
    }
    created = caller.sends("response.create", response=override)[0]["response"]
    assert created["metadata"] == {"purpose": "test"}
    assert created["max_output_tokens"] == 100
    thought = caller.thoughts[-1].thought
    assert (thought.instructions, thought.max_output_tokens) == ("Shout.", 100)
    assert [tool["name"] for tool in thought.tools] == ["search"]
    caller.model_thinks("LOUD.")
    done = caller.last("response.done")["response"]
    assert done["metadata"] == {"purpose": "test"}
    assert done["output"][0]["content"] == [{"type": "output_text", "text": "LOUD."}]
    caller.sends("response.create")
    assert caller.thoughts[-1].thought.tools == []
    assert caller.last("response.created")["response"]["output_modalities"] == ["audio"]


@pytest.mark.parametrize(
    ("override", "code", "param"),
    [
        ({"modalities": ["text"]}, "unknown_parameter", "response.modalities"),
        ({"metadata": {"a": 5}}, "invalid_type", "response.metadata.a"),
        ({"metadata": dict.fromkeys(map(str, range(17)), "x")}, "invalid_value", "response.metadata"),
        ({"conversation": "other"}, "invalid_value", "response.conversation"),
        ({"input": [{"type": "item_reference", "id": "nobody"}]}, "item_not_found", "response.input[0].id"),
        ({"input": [{"type": "message"}]}, "missing_required_parameter", "response.input[0].role"),
        ({"tool_choice": {"type": "function", "name": "x"}}, "invalid_value", "response.tool_choice"),
    ],
)
def test_a_bad_override_creates_nothing(caller, override, code, param):
    (event,) = caller.sends("response.create", response=override)
    assert (event["error"]["code"], event["error"]["param"]) == (code, param)


def test_an_out_of_band_response_leaves_the_conversation_alone(caller, kinds):
    caller.asks("Go")
    created = caller.sends("response.create", response={"conversation": "none", "output_modalities": ["text"]})[0]
    assert created["response"]["conversation_id"] is None
    events = caller.model_thinks("Beside the point.")
    assert not [kind for kind in kinds(events) if kind.startswith("conversation.")]
    assert caller.last("response.done")["response"]["id"] == created["response"]["id"]
    caller.take(caller.session.thought(caller.thoughts[0].response_id, Say("To the point."), caller.now))
    caller.take(caller.session.thought_finished(caller.thoughts[0].response_id, caller.now))
    caller.voice_speaks()
    caller.sends("response.create")
    assert len(caller.thoughts[-1].thought.items) == 2


def test_speech_interrupts_the_conversation_and_not_what_runs_beside_it(caller):
    caller.asks("Go")
    caller.sends("response.create", response={"conversation": "none"})
    caller.is_heard("S" * 3)
    assert [e["response"]["id"] for e in caller.events if e["type"] == "response.done"] == ["resp_1"]


def test_input_replaces_the_conversation_for_one_response(caller):
    caller.writes("Not this.")
    item_id = caller.last("conversation.item.added")["item"]["id"]
    caller.writes("Nor this.")
    own = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "But this."}]}
    caller.sends("response.create", response={"input": [{"type": "item_reference", "id": item_id}, own]})
    items = caller.thoughts[-1].thought.items
    assert [item["content"][0]["text"] for item in items] == ["Not this.", "But this."]


def test_an_empty_input_is_an_empty_context(caller):
    caller.writes("Not this.")
    caller.sends("response.create", response={"input": []})
    assert list(caller.thoughts[-1].thought.items) == []


def test_the_voice_of_a_response_stays_once_it_was_heard(caller):
    caller.asks("Go")
    caller.model_thinks("Hello there.")
    caller.voice_speaks()
    (event,) = caller.sends("response.create", response={"audio": {"output": {"voice": "marin"}}})
    assert event["error"]["code"] == "cannot_update_voice"


def test_a_response_may_be_spoken_in_another_format(caller):
    caller.writes("Go")
    caller.sends("response.create", response={"audio": {"output": {"format": {"type": "audio/pcmu"}}}})
    caller.model_thinks("Hello there.")
    assert caller.sentences[0].format.type == "audio/pcmu"


def test_too_many_responses_side_by_side_are_refused(caller):
    for _ in range(20):
        caller.sends("response.create", response={"conversation": "none"})
    assert caller.last("error")["error"]["code"] == "too_many_responses"


def test_a_loop_of_failing_responses_meets_the_rate_limit_and_never_hangs(caller):
    caller.writes("Go")
    for _ in range(responses.RESPONSES_A_MINUTE + 1):
        caller.sends("response.create")
        caller.take(caller.session.failed(caller.thoughts[-1].response_id, "broken", "broken", caller.now))
    done = caller.last("response.done")["response"]
    assert done["status_details"]["error"]["code"] == "rate_limit_exceeded"
    assert caller.last("rate_limits.updated")["rate_limits"][0]["remaining"] == 0
    assert caller.count("response.done") == caller.count("response.created")
    caller.waits(61)
    caller.sends("response.create")
    assert caller.last("response.created")["response"]["id"] == caller.thoughts[-1].response_id


def test_a_thought_is_a_snapshot(caller):
    caller.asks("First.")
    items = caller.thoughts[-1].thought.items
    caller.writes("Second.")
    assert len(items) == 1


def test_two_recordings_under_one_id_are_both_written_down_before_they_are_answered(caller):
    sound = base64.b64encode(bytes(48 * 200)).decode()
    item = {"id": "mine", "type": "message", "role": "user", "content": [{"type": "input_audio", "audio": sound}]}
    caller.sends("response.create", response={"conversation": "none", "input": [item, item]})
    for which, words in enumerate(("One.", "Two.")):
        caller.is_understood(words, which)
    (thought,) = caller.thoughts
    assert [each["content"][0]["transcript"] for each in thought.thought.items] == ["One.", "Two."]
