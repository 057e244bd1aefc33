"""The preview's names for whole events."""

from __future__ import annotations

from agent.engine.channel_names import from_preview, to_preview

MESSAGE = {"type": "message", "role": "assistant", "content": [{"type": "output_audio", "transcript": "Hi."}]}


def test_items_and_responses_are_renamed_throughout():
    added = to_preview({"type": "conversation.item.added", "item": MESSAGE})
    assert added["type"] == "conversation.item.created"
    assert added["item"]["content"] == [{"type": "audio", "transcript": "Hi."}]
    response = {
        "object": "realtime.response",
        "id": "r1",
        "output": [MESSAGE],
        "output_modalities": ["audio"],
        "audio": {"output": {"voice": "ash", "format": {"type": "audio/pcm", "rate": 24000}}},
    }
    done = to_preview({"type": "response.done", "response": response})["response"]
    assert done["output"][0]["content"][0]["type"] == "audio"
    assert (done["modalities"], done["voice"], done["output_audio_format"]) == (["text", "audio"], "ash", "pcm16")
    assert done["object"] == "realtime.response"
    assert MESSAGE["content"][0]["type"] == "output_audio"  # what others see is not touched


def test_the_second_event_of_an_item_does_not_exist():
    assert to_preview({"type": "conversation.item.done", "item": MESSAGE}) is None


def test_a_peers_events_are_read_in_the_previews_names():
    create = from_preview({"type": "response.create", "response": {"modalities": ["text"]}})
    assert create["response"] == {"output_modalities": ["text"]}
    item = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hi."}, "odd"]}
    assert from_preview({"type": "conversation.item.create", "item": item})["item"]["content"] == [
        {"type": "output_text", "text": "Hi."},
        "odd",
    ]
    output = {"type": "function_call_output", "call_id": "c", "output": "x"}
    assert from_preview({"type": "conversation.item.create", "item": output})["item"] == output
    call = {"type": "function_call", "name": "search", "arguments": "{}"}
    assert to_preview({"type": "response.output_item.done", "item": call})["item"] == call
