"""How much audio a client has sent."""

from __future__ import annotations

import base64
import json

import pytest

from agent.core.input_clock import InputClock


def append(ms, bytes_per_ms=48, **fields):
    audio = base64.b64encode(bytes(ms * bytes_per_ms)).decode()
    return json.dumps({"type": "input_audio_buffer.append", **fields, "audio": audio})


@pytest.mark.parametrize("fields", [{}, {"event_id": "event_123"}])
def test_audio_is_counted_from_the_length_of_its_frames(fields):
    clock = InputClock()
    for _ in range(100):
        clock.appended(append(100, **fields))
    assert clock.ms == pytest.approx(10_000, abs=1)


def test_event_ids_that_grow_do_not_let_the_clock_drift():
    clock = InputClock()
    for number in range(1200):
        clock.appended(append(20, event_id=f"e{number}"))
    assert clock.ms == pytest.approx(24_000, abs=10)


def test_the_audio_may_stand_first():
    clock = InputClock()
    audio = base64.b64encode(bytes(48 * 50)).decode()
    clock.appended(f'{{"audio":"{audio}","type":"input_audio_buffer.append"}}')
    assert clock.ms == 50
    clock.appended("{}")


def test_a_change_of_format_keeps_what_was_counted():
    clock = InputClock()
    clock.appended(append(100))
    clock.reconfigured({"audio": {"input": {"format": {"type": "audio/pcmu"}}}})
    clock.appended(append(100, bytes_per_ms=8))
    assert clock.ms == pytest.approx(200, abs=1)
    clock.reconfigured({"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}})
    assert clock.bytes_per_ms == 32
    clock.reconfigured({"audio": {"input": {"format": {"type": "unheard of"}}}})
    clock.reconfigured({})
    assert clock.bytes_per_ms == 32
