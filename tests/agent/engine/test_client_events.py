"""Whatever a client sends is accepted, or refused with one error event; never anything else."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KINDS = [
    "session.update",
    "input_audio_buffer.append",
    "input_audio_buffer.commit",
    "input_audio_buffer.clear",
    "conversation.item.create",
    "conversation.item.retrieve",
    "conversation.item.delete",
    "conversation.item.truncate",
    "response.create",
    "response.cancel",
    "output_audio_buffer.clear",
]
NAMES = [
    "type",
    "id",
    "role",
    "content",
    "text",
    "audio",
    "input",
    "output",
    "turn_detection",
    "format",
    "tools",
    "name",
]
NAMES += ["call_id", "arguments", "transcript", "input_text", "message", "user", "realtime", "server_vad", "audio/pcm"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NAMES) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["session", "audio", "item", "item_id", "previous_item_id", "content_index", "audio_end_ms", "response"]
EVENTS = st.builds(
    lambda kind, fields: {"type": kind, **fields},
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from([*FIELDS, "response_id", "event_id"]), VALUES, max_size=4),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS | VALUES, max_size=6))
def test_any_message_is_accepted_or_refused_with_one_error(new_caller, events):
    caller = new_caller()
    for event in events:
        answer = caller.sends_text(json.dumps(event))
        refusals = [each for each in answer if each["type"] == "error"]
        assert not refusals or len(answer) == 1
    assert caller.closed is None
    assert caller.writes("still there?")[0]["type"] in {"conversation.item.added", "error"}


def test_every_event_of_the_protocol_is_known(caller):
    answers = [caller.sends(kind) for kind in KINDS]
    codes = [each["error"]["code"] for answer in answers for each in answer if each["type"] == "error"]
    assert "invalid_value" not in codes
