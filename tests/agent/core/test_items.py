"""Items and the responses that list them, from one dialect to another."""

from __future__ import annotations

import pytest

from agent.core import items
from agent.core.dialect import GA, PREVIEW, VOICE_LIVE

TO_GA = {"text": "output_text", "audio": "output_audio"}


def message(*kinds, role="assistant"):
    return {"type": "message", "role": role, "content": [{"type": kind} for kind in kinds]}


def test_only_between_ga_and_the_others_content_has_other_names():
    assert items.content_names(PREVIEW, GA) == items.content_names(VOICE_LIVE, GA) == TO_GA
    assert items.content_names(GA, PREVIEW) == {"output_text": "text", "output_audio": "audio"}
    assert items.content_names(VOICE_LIVE, PREVIEW) == items.content_names(GA, GA) == {}


def test_the_assistants_content_is_renamed():
    assert items.item(message("text", "audio", "odd"), TO_GA) == message("output_text", "output_audio", "odd")


@pytest.mark.parametrize(
    "same",
    [
        message("input_text", role="user"),
        message("text", role="user"),
        message(),
        message("output_text"),
        {"type": "function_call"},
        {"type": "message", "role": "assistant", "content": None},
        {"type": "message", "role": "assistant", "content": [7, {"type": ["text"]}]},
    ],
)
def test_an_item_that_need_not_change_is_the_identical_object(same):
    assert items.item(same, TO_GA) is same


def test_an_item_says_what_it_is():
    assert items.marked({"id": "a"}) == {"id": "a", "object": "realtime.item"}
    own = {"object": "x"}
    assert items.marked(own) is own


PREVIEW_RESPONSE = {
    "id": "r1",
    "object": "realtime.response",
    "status": "completed",
    "modalities": ["text", "audio"],
    "voice": "alloy",
    "output_audio_format": "pcm16",
    "max_output_tokens": "inf",
    "output": [message("audio") | {"object": "realtime.item"}],
}
GA_RESPONSE = {
    "id": "r1",
    "object": "realtime.response",
    "status": "completed",
    "output_modalities": ["audio"],
    "audio": {"output": {"voice": "alloy", "format": {"type": "audio/pcm", "rate": 24000}}},
    "max_output_tokens": "inf",
    "output": [message("output_audio") | {"object": "realtime.item"}],
}


def test_a_response_is_laid_out_there_and_back():
    names = items.content_names
    assert items.response(PREVIEW_RESPONSE | {"temperature": 1}, PREVIEW, GA, names(PREVIEW, GA)) == GA_RESPONSE
    assert items.response(GA_RESPONSE, GA, PREVIEW, names(GA, PREVIEW)) == PREVIEW_RESPONSE


def test_voice_live_describes_its_voice_by_an_object():
    given = {"voice": {"type": "openai", "name": "alloy"}}
    assert items.response(given, VOICE_LIVE, GA, {}) == {"audio": {"output": {"voice": "alloy"}}}
    assert items.response(given, VOICE_LIVE, PREVIEW, {}) == {"voice": "alloy"}
