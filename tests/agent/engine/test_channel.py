"""Channel: what waits for it to open, what the filter lets through, and the preview's names."""

from __future__ import annotations

import json

from agent.engine.channel import Channel


def event(kind, **fields):
    return kind, json.dumps({"type": kind, **fields})


def test_what_happened_before_the_channel_opened_is_sent_first():
    channel, sent = Channel(), []
    channel.event(*event("session.created"))
    channel.opened(lambda text: sent.append(json.loads(text)["type"]))
    channel.event(*event("response.created"))
    assert sent == ["session.created", "response.created"]


def test_the_filter_lets_few_types_through():
    channel, sent = Channel(filtered=True), []
    channel.opened(sent.append)
    for kind in ("session.created", "response.done", "error", "conversation.item.added", "output_audio_buffer.started"):
        channel.event(*event(kind))
    assert [json.loads(text)["type"] for text in sent] == ["conversation.item.added", "output_audio_buffer.started"]


def test_the_previews_names_go_both_ways_and_what_cannot_be_read_is_left_for_the_session():
    channel, sent = Channel(preview=True), []
    channel.opened(lambda text: sent.append(json.loads(text)["type"]))
    channel.event(*event("response.output_text.delta"))
    channel.event(*event("conversation.item.done"))
    assert sent == ["response.text.delta"]
    update = json.loads(channel.received('{"type":"session.update","session":{"voice":"ash"}}'))
    assert update["session"] == {"type": "realtime", "audio": {"output": {"voice": "ash"}}}
    assert channel.received("{") == "{"
    assert channel.received('{"type":"session.update","event_id":"e","session":{"audio":{}}}') is None
    assert sent[-1] == "error"
    assert channel.received(b"x") == b"x"
    assert Channel().received('{"type":"x"}') == '{"type":"x"}'
