"""Answers from memory."""

from __future__ import annotations

import itertools

from openai.types.realtime import (
    ConversationItemDeletedEvent,
    ConversationItemTruncatedEvent,
    InputAudioBufferClearedEvent,
    RealtimeErrorEvent,
)

from agent.core.frames import Frame
from agent.core.history import History
from agent.core.standin import StandIn


def stand_in():
    history = History(length_ms=lambda _id, _part: 1000)
    content = [{"type": "output_audio", "transcript": "one two three four"}]
    item = {"id": "a", "type": "message", "role": "assistant", "status": "completed", "content": content}
    history.take("conversation.item.done", Frame.of({"type": "conversation.item.done", "item": item}))
    counter = itertools.count(1)
    return history, StandIn(history, lambda: f"event_{next(counter)}")


def answer(target, kind, **fields):
    return target.answer(f"conversation.item.{kind}", {"type": f"conversation.item.{kind}", **fields}).data


def test_a_truncate_is_answered_and_remembered():
    history, target = stand_in()
    data = answer(target, "truncate", item_id="a", content_index=0, audio_end_ms=500)
    assert ConversationItemTruncatedEvent.model_validate(data).audio_end_ms == 500
    assert history.get("a").seed()["content"][0]["text"] == "one two"
    retrieved = answer(target, "retrieve", item_id="a")
    assert retrieved["type"] == "conversation.item.retrieved"
    assert retrieved["item"]["content"] == [{"type": "output_audio", "transcript": "one two"}]


def test_a_delete_is_answered_and_remembered():
    history, target = stand_in()
    data = answer(target, "delete", item_id="a")
    assert ConversationItemDeletedEvent.model_validate(data).item_id == "a"
    assert len(history) == 0


def test_an_item_that_nobody_knows_is_an_error_that_names_the_event():
    _, target = stand_in()
    data = answer(target, "delete", item_id="z", event_id="mine")
    error = RealtimeErrorEvent.model_validate(data).error
    assert (error.code, error.param, error.event_id) == ("item_not_found", "item_id", "mine")
    assert "'z'" in error.message


def test_speech_that_nobody_heard_is_said_to_be_lost():
    _, target = stand_in()
    error = RealtimeErrorEvent.model_validate(target.unheard({"event_id": "e"}).data).error
    assert error.code == "input_not_heard"
    assert "say it again" in error.message
    InputAudioBufferClearedEvent.model_validate(target.cleared().data)
