"""Audio deltas are counted from the text, whichever way the service writes it, without decoding the audio."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.deltas import AudioDelta, peek
from agent.core.frames import Frame

FIELDS = {"type": "response.output_audio.delta", "response_id": "r1", "item_id": "m1", "content_index": 3}


def _bytes(delta):
    return delta.base64_length // 4 * 3 - delta.padding


@pytest.mark.parametrize("first", ["type", "delta", "item_id"])
@pytest.mark.parametrize("length", [0, 1, 2, 3, 4800])
def test_the_length_and_the_owner_are_found_before_and_after_the_audio(first, length):
    event = FIELDS | {"delta": base64.b64encode(b"\xff" * length).decode()}
    ordered = {first: event[first]} | event
    delta = peek(Frame(json.dumps(ordered)))
    assert (delta.response_id, delta.item_id, delta.content_index) == ("r1", "m1", 3)
    assert _bytes(delta) == length


@given(st.binary(max_size=300), st.sampled_from(["/", "+", "A", "5"]))
def test_escaped_audio_is_as_long_as_plain_audio(audio, escaped):
    encoded = base64.b64encode(audio).decode()
    spelled = encoded.replace(escaped, f"\\u{ord(escaped):04x}" if escaped != "/" else "\\/")
    delta = peek(Frame(json.dumps(FIELDS | {"delta": "@"}).replace("@", spelled)))
    assert _bytes(delta) == len(audio)


def test_ids_within_the_audio_cannot_mislead():
    text = json.dumps({"delta": "AAAA"} | FIELDS)
    assert peek(Frame(text)).item_id == "m1"


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"response.output_audio.delta","response_id":"r1","item_id":"m1"}',
        '{"type":"response.output_audio.delta","response_id":"r1","delta":"AAAA"}',
        '{"type":"response.output_audio.delta","item_id":"m1","delta":"AAAA"}',
        '{"type":"response.output_audio.delta","response_id":"r1","item_id":"m1","delta":"AAAA',
        '{"type":"response.output_audio.delta","response_id":"r1","item_id":"m1","delta":null}',
    ],
)
def test_what_cannot_be_counted_is_left_alone(text):
    assert peek(Frame(text)) is None


@pytest.mark.parametrize("index", ["", ',"content_index":"x"', ',"content_index":' + "9" * 5000])
def test_a_part_that_is_not_named_sensibly_is_the_first(index):
    text = '{"type":"response.audio.delta","response_id":"r1","item_id":"m1"' + index + ',"delta":"AAAA"}'
    assert peek(Frame(text)) == AudioDelta("r1", "m1", 0, 4, 0, text.index("AAAA"), text.index("AAAA") + 4)
