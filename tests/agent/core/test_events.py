"""The few events that the core reads, and what becomes of those that lack something."""

from __future__ import annotations

import json

import pytest

from agent.core import events
from agent.core.frames import Frame


def read(kind, **fields):
    return events.read(Frame(json.dumps({"type": kind} | fields)))


@pytest.mark.parametrize("kind", ["conversation.item.added", "conversation.item.done", "conversation.item.created"])
def test_an_item_is_placed_under_its_ga_and_its_preview_names(kind):
    """Trap VoiceRAG 5: relies on conversation.item.created, where a GA service sends .added and .done."""
    event = read(kind, item={"id": "i1"}, previous_item_id="i0")
    assert event == events.ItemPlaced({"id": "i1"}, "i0")


@pytest.mark.parametrize(
    ("response", "out_of_band"),
    [
        ({"id": "r1"}, False),
        ({"id": "r1", "conversation_id": "c"}, False),
        ({"id": "r1", "conversation_id": None}, True),
    ],
)
def test_a_response_without_a_conversation_is_out_of_band_only_where_the_service_says_so(response, out_of_band):
    assert read("response.created", response=response) == events.ResponseCreated("r1", out_of_band)
    assert read("response.done", response=response) == events.ResponseDone("r1", "completed", [], out_of_band)


def test_the_output_of_a_response_is_what_of_it_are_items():
    event = read("response.done", response={"id": "r1", "status": "failed", "output": [{"id": "a"}, 7, None]})
    assert (event.status, event.output) == ("failed", [{"id": "a"}])
    assert read("response.done", response={"id": "r1", "output": {"a": 1}}).output == []


@pytest.mark.parametrize("kind", ["response.output_item.added", "response.output_item.done"])
def test_an_output_item_has_an_index(kind):
    event = read(kind, response_id="r1", item={"id": "i1"})
    assert (event.response_id, event.output_index, event.item) == ("r1", 0, {"id": "i1"})


def test_an_error_may_lack_everything_but_its_object():
    """Trap openai-agents-python PR#3405: error.event_id is null."""
    event = read("error", error={"code": None, "event_id": None})
    assert event == events.ErrorReported(None, "the model reports an error without a text", None, None)


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("input_audio_buffer.speech_started", events.SpeechStarted(None)),
        ("input_audio_buffer.speech_stopped", events.SpeechStopped(None)),
        ("input_audio_buffer.cleared", events.Cleared()),
    ],
)
def test_what_the_user_does_needs_no_fields(kind, event):
    assert read(kind) == event


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("session.created", {}),
        ("session.updated", {"session": []}),
        ("input_audio_buffer.committed", {"item_id": None}),
        ("conversation.item.added", {"item": "x"}),
        ("response.created", {"response": {"id": 7}}),
        ("response.done", {}),
        ("response.output_item.done", {"response_id": "r1", "output_index": None, "item": {}}),
        ("response.output_item.added", {"response_id": "r1", "output_index": float("inf"), "item": {}}),
        ("error", {"error": "x"}),
        ("response.output_text.delta", {"delta": "x"}),
    ],
)
def test_what_lacks_a_needed_field_or_is_of_no_interest_is_not_read(kind, fields):
    assert read(kind, **fields) is None


def test_what_breaks_off_is_not_read():
    assert events.read(Frame('{"type":"response.done","response":{"id":')) is None
