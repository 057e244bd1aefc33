"""What a client sends in GA's names, and what goes to the model in the model's."""

from __future__ import annotations

import pytest

from agent.core.dialect import GA, PREVIEW, VOICE_LIVE
from agent.core.frames import Frame
from agent.core.wording import dialect_of, spoken, understood

SAID = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "hello"}]}
GA_SAID = SAID | {"content": [{"type": "output_text", "text": "hello"}]}


@pytest.mark.parametrize(
    ("session", "assumed", "expected"),
    [
        ({"type": "realtime"}, PREVIEW, GA),
        ({"type": "realtime"}, VOICE_LIVE, GA),
        ({"modalities": ["text"]}, GA, PREVIEW),
        ({"instructions": "x"}, GA, PREVIEW),
        ({"instructions": "x"}, VOICE_LIVE, VOICE_LIVE),
        ({"audio": {}}, GA, GA),
        ({"output_modalities": ["text"]}, GA, GA),
        ({}, GA, GA),
        ({}, PREVIEW, PREVIEW),
    ],
)
def test_a_clients_first_session_object_tells_its_dialect(session, assumed, expected):
    assert dialect_of(session, assumed, PREVIEW) is expected


def test_a_preview_session_is_understood():
    event = {"type": "session.update", "session": {"modalities": ["text"], "turn_detection": None}}
    ga = {"type": "realtime", "output_modalities": ["text"], "audio": {"input": {"turn_detection": None}}}
    assert understood(event, PREVIEW) == {"type": "session.update", "session": ga}


@pytest.mark.parametrize("limit", ["max_response_output_tokens", "max_output_tokens"])
def test_the_overrides_of_a_preview_response_are_understood(limit):
    """The reference and the library of preview disagree on the name of the limit."""
    response = {"modalities": ["text"], limit: 5, "voice": "alloy", "temperature": 1, "input": [SAID]}
    expected = {
        "output_modalities": ["text"],
        "max_output_tokens": 5,
        "audio": {"output": {"voice": "alloy"}},
        "input": [GA_SAID],
    }
    assert understood({"type": "response.create", "response": response}, PREVIEW)["response"] == expected


def test_a_preview_item_is_understood_and_spoken():
    event = understood({"type": "conversation.item.create", "item": SAID}, PREVIEW)
    assert event["item"] == GA_SAID
    assert spoken(Frame.of(event), VOICE_LIVE).data["item"] == SAID


def test_the_overrides_of_a_response_are_spoken():
    response = {"output_modalities": ["audio"], "metadata": {"a": "b"}, "input": [GA_SAID]}
    frame = spoken(Frame.of({"type": "response.create", "response": response}), PREVIEW)
    assert frame.data["response"] == {"modalities": ["text", "audio"], "metadata": {"a": "b"}, "input": [SAID]}
    assert frame.dialect == "preview"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.create"},
        {"type": "response.create", "response": {"metadata": {}}},
        {"type": "response.create", "response": 7},
        {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": []}},
        {"type": "conversation.item.create", "item": None},
        {"type": "session.update", "session": []},
        {"type": "input_audio_buffer.commit"},
    ],
)
def test_what_is_the_same_in_all_dialects_stays_the_identical_object(event):
    frame = Frame.of(event)
    assert understood(event, PREVIEW) is event
    assert spoken(frame, PREVIEW) is frame
    assert understood(event, GA) is event


def test_a_frame_that_is_in_the_models_names_already_is_not_touched():
    frame = Frame.of({"type": "response.create", "response": {"output_modalities": ["text"]}}, "preview")
    assert spoken(frame, PREVIEW) is frame
