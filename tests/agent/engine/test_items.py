"""The conversation: what may be written into it, and what is forgotten of it."""

from __future__ import annotations

import base64

import pytest

from agent.engine import items
from agent.engine.parts import Call

LONG = "The first sentence is here. The second sentence follows it. The third one ends it."


def create(caller, item, **fields):
    return caller.sends("conversation.item.create", item=item, **fields)


def message(role="user", kind="input_text", **part):
    return {"type": "message", "role": role, "content": [{"type": kind, **(part or {"text": "words"})}]}


def order(caller):
    caller.sends("response.create")
    ids = [item["id"] for item in caller.thoughts[-1].thought.items]
    caller.sends("response.cancel")
    return ids


@pytest.mark.parametrize(
    "item",
    [
        message("user"),
        message("system"),
        message("assistant", "output_text"),
        {"type": "function_call", "name": "search", "arguments": "{}", "call_id": "call_9"},
        {"type": "function_call", "name": "search", "arguments": "{}"},
        {**message(), "id": "mine", "object": "realtime.item", "status": "completed"},
    ],
)
def test_every_kind_of_item_is_added_and_done(caller, item):
    added, done = create(caller, item)
    assert (added["type"], done["type"]) == ("conversation.item.added", "conversation.item.done")
    assert added["item"]["type"] == item["type"]
    if item["type"] == "function_call":
        assert added["item"]["call_id"]


@pytest.mark.parametrize(
    ("item", "code", "param"),
    [
        ({}, "missing_required_parameter", "item.type"),
        ({"type": "mcp_call"}, "invalid_value", "item.type"),
        ({"type": "message", "role": "user"}, "missing_required_parameter", "item.content"),
        ({"type": "message", "role": "robot", "content": []}, "invalid_value", "item.role"),
        (message(text="a", colour="red"), "unknown_parameter", "item.content[0].colour"),
        (message(kind="input_image", image_url="data:"), "invalid_value", "item.content[0].type"),
        (message("system", "input_audio", audio=""), "invalid_value", "item.content[0].type"),
        (message(kind="input_audio", audio="?"), "invalid_value", "item.content[0].audio"),
        ({"type": "message", "role": "user", "content": [{}]}, "missing_required_parameter", "item.content[0].type"),
        ({**message(), "id": "x" * 33}, "string_above_max_length", "item.id"),
        ({"type": "function_call", "name": "no spaces", "arguments": "{}"}, "invalid_value", "item.name"),
        ({"type": "function_call_output", "call_id": "call_0", "output": ""}, "invalid_tool_call_id", "item.call_id"),
    ],
)
def test_an_item_that_is_refused_changes_nothing(caller, item, code, param):
    (event,) = create(caller, item)
    assert (event["error"]["code"], event["error"]["param"]) == (code, param)
    assert order(caller) == []


def test_items_go_where_the_client_puts_them(caller):
    for name in ("one", "two"):
        create(caller, {**message(), "id": name})
    added, _ = create(caller, {**message(), "id": "first"}, previous_item_id="root")
    assert added["previous_item_id"] is None
    added, _ = create(caller, {**message(), "id": "middle"}, previous_item_id="one")
    assert added["previous_item_id"] == "one"
    assert order(caller) == ["first", "one", "middle", "two"]


def test_an_unknown_predecessor_is_refused(caller):
    (event,) = create(caller, message(), previous_item_id="nobody")
    assert (event["error"]["code"], event["error"]["param"]) == ("item_not_found", "previous_item_id")


def test_an_id_cannot_be_used_twice(caller):
    create(caller, {**message(), "id": "one"})
    (event,) = create(caller, {**message(), "id": "one"})
    assert event["error"]["code"] == "item_create_duplicate_id"


def test_an_item_can_be_retrieved_and_deleted(caller):
    create(caller, {**message(), "id": "one"})
    (event,) = caller.sends("conversation.item.retrieve", item_id="one")
    assert event["item"]["content"] == [{"type": "input_text", "text": "words"}]
    (event,) = caller.sends("conversation.item.delete", item_id="one")
    assert event["type"] == "conversation.item.deleted"
    assert caller.sends("conversation.item.retrieve", item_id="one")[0]["type"] == "error"


def test_audio_in_a_message_is_transcribed_before_it_is_answered(caller):
    audio = base64.b64encode(bytes(48_000)).decode()
    create(caller, message(kind="input_audio", audio=audio))
    caller.sends("response.create")
    assert not caller.thoughts
    caller.is_understood("Hello.")
    assert caller.thoughts[0].thought.items[0]["content"] == [{"type": "input_audio", "transcript": "Hello."}]


def test_audio_with_a_transcript_is_believed(caller):
    create(caller, message(kind="input_audio", audio="AAAA", transcript="As I said."))
    assert not caller.transcriptions
    assert order(caller)


def speak(caller, ms=1000):
    caller.asks("Go")
    caller.model_thinks(LONG)
    caller.voice_speaks(ms=ms)
    return caller.last("response.done")["response"]["output"][0]["id"]


def truncate(caller, item_id, ms, index=0):
    fields = {"item_id": item_id, "content_index": index, "audio_end_ms": ms}
    return caller.sends("conversation.item.truncate", **fields)


@pytest.mark.parametrize(
    ("ms", "heard"),
    [
        (3000, LONG),
        (2000, "The first sentence is here. The second sentence follows it."),
        (1500, "The first sentence is here. The second"),
        (1000, "The first sentence is here."),
        (10, ""),
    ],
)
def test_after_a_truncation_only_what_was_heard_is_remembered(caller, ms, heard):
    item_id = speak(caller)
    (event,) = truncate(caller, item_id, ms)
    assert (event["type"], event["audio_end_ms"]) == ("conversation.item.truncated", ms)
    caller.asks("Repeat that.")
    items = caller.thoughts[-1].thought.items
    said = [item["content"][0]["transcript"] for item in items if item["role"] == "assistant"]
    assert said == ([heard] if heard else [])


@pytest.mark.parametrize("ms", [0, -5, 3001, 10**12])
def test_a_truncation_to_nothing_or_beyond_what_was_generated_is_refused(caller, ms):
    item_id = speak(caller)
    (event,) = truncate(caller, item_id, ms)
    assert (event["error"]["code"], event["error"]["param"]) == ("invalid_value", "audio_end_ms")
    caller.asks("Repeat that.")
    assert caller.thoughts[-1].thought.items[1]["content"][0]["transcript"] == LONG


def test_an_item_cannot_grow_by_a_second_truncation(caller):
    item_id = speak(caller)
    truncate(caller, item_id, 1000)
    (event,) = truncate(caller, item_id, 1500)
    assert "1000ms is already shorter than 1500ms" in event["error"]["message"]


def test_only_spoken_assistant_messages_can_be_truncated(caller):
    create(caller, {**message(), "id": "one"})
    assert truncate(caller, "one", 100)[0]["error"]["code"] == "invalid_value"
    assert truncate(caller, speak(caller), 100, index=1)[0]["error"]["param"] == "content_index"
    assert truncate(caller, "nobody", 100)[0]["error"]["code"] == "item_not_found"


def test_a_truncation_may_come_before_the_cancel_that_it_belongs_to(caller):
    caller.asks("Go")
    caller.model_thinks(LONG)
    caller.voice_speaks(ms=1000, sentences=2)
    item_id = caller.last("response.output_item.added")["item"]["id"]
    assert truncate(caller, item_id, 1000)[0]["type"] == "conversation.item.truncated"
    caller.sends("response.cancel")
    caller.asks("Repeat that.")
    item = caller.thoughts[-1].thought.items[1]
    assert item["content"][0]["transcript"] == "The first sentence is here."


def test_an_output_belongs_to_a_call_of_this_conversation(caller):
    caller.asks("Go")
    caller.model_thinks(Call("search", "{}"))
    call_id = caller.last("response.function_call_arguments.done")["call_id"]
    added, _ = create(caller, {"type": "function_call_output", "call_id": call_id, "output": "found"})
    assert added["item"]["output"] == "found"


def test_a_conversation_cannot_grow_without_bound(caller, monkeypatch):
    monkeypatch.setattr(items, "MOST_CHARACTERS", 1000)
    for _ in range(3):
        create(caller, message(text="x" * 300))
    (event,) = create(caller, message(text="x" * 300))
    assert event["error"]["code"] == "conversation_full"
    caller.sends("conversation.item.delete", item_id=order(caller)[0])
    assert len(create(caller, message(text="x" * 300))) == 2
