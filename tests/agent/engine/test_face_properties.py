"""Whatever a client sends, a face hands on something that the session can read, or refuses it by name."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.engine.faces import face_for
from agent.engine.wire_errors import EventRefused
from tests.agent.engine.faced import Faced

NAMES = st.sampled_from([
    "type",
    "modalities",
    "voice",
    "turn_detection",
    "input_audio_format",
    "input_audio_transcription",
    "input_audio_noise_reduction",
    "input_audio_sampling_rate",
    "temperature",
    "tools",
    "tool_choice",
    "content",
    "role",
    "output",
    "call_id",
    "input",
    "metadata",
    "max_response_output_tokens",
    "name",
    "instructions",
])  # fmt: skip
WORDS = st.sampled_from(["text", "audio", "server_vad", "azure_semantic_vad", "pcm16", "alloy", "message", "user", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 50_000) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["session.update", "response.create", "conversation.item.create"])},
    optional={"session": VALUES, "response": VALUES, "item": VALUES, "event_id": VALUES},
)


@pytest.mark.parametrize("dialect", ["preview", "voice-live"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS, min_size=1, max_size=3))
def test_nothing_that_a_client_sends_breaks_a_face(new_caller, dialect, events):
    face = face_for(dialect)
    client = Faced(new_caller(input_rates=face.input_rates, check=lambda event: None), face)
    for event in events:
        fields = {name: value for name, value in event.items() if name != "type"}
        shown = client.sends(event["type"], **fields)
        assert all(each["type"] != "error" or each["error"]["message"] for each in shown)


@pytest.mark.parametrize("dialect", ["preview", "voice-live"])
@settings(max_examples=100, deadline=None)
@given(message=st.text(max_size=40) | VALUES.map(json.dumps))
def test_what_is_no_event_is_handed_on_or_refused(dialect, message):
    with contextlib.suppress(EventRefused):
        assert isinstance(face_for(dialect).inward(message), str)
