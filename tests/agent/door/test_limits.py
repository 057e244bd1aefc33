"""How much one session may send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.door.limits import LEAST, Limits, Meter

SMALL = Limits(
    audio_bytes_per_s=6000, burst_bytes=30_000, control_per_s=10, control_burst=20, message_bytes=50_000
)  # 8,000 characters of base64 a second, 40,000 at once


@pytest.fixture
def meter():
    return Meter(SMALL)


def test_a_voice_at_its_own_speed_is_never_too_much():
    meter = Meter(Limits())
    for number in range(60 * 50):  # a minute of 20 ms frames
        assert meter.take(number * 0.02, 60 + 1280, True) is None
    for number in range(60 * 100):  # and of 10 ms frames
        assert meter.take(100 + number * 0.01, 60 + 640, True) is None


def test_a_stall_of_the_network_is_made_good_at_once():
    meter = Meter(Limits())
    for _ in range(20 * 50):  # twenty seconds of frames in one instant
        assert meter.take(5.0, 1340, True) is None


def test_the_longest_message_of_the_protocol_passes():
    assert Meter(Limits()).take(0.0, 17 * 1024 * 1024, True) is None


def test_a_message_beyond_the_limit_closes_with_1009(meter):
    refusal = meter.take(0.0, 50_001, True)
    assert (refusal.close_code, refusal.code) == (1009, "message_too_large")
    assert "50000" in refusal.reason


def test_a_flood_of_audio_is_too_much_once_the_burst_is_used_up(meter):
    taken = [meter.take(0.0, 4000, True) for _ in range(11)]
    assert taken[:10] == [None] * 10
    assert (taken[10].close_code, taken[10].code) == (1008, "rate_limit_exceeded")
    assert "audio" in taken[10].reason


def test_the_bucket_fills_with_time(meter):
    for _ in range(10):
        assert meter.take(0.0, 4000, True) is None
    assert meter.take(0.4, 4000, True) is not None
    assert meter.take(0.51, 4000, True) is None


def test_many_tiny_messages_cost_as_if_they_were_not_tiny(meter):
    passed = 0
    while meter.take(0.0, 1, True) is None:
        passed += 1
    assert passed == 40_000 // LEAST


def test_a_flood_of_control_messages_is_too_much_however_short_they_are(meter):
    taken = [meter.take(0.0, 30, False) for _ in range(21)]
    assert taken[:20] == [None] * 20
    assert (taken[20].close_code, taken[20].reason) == (1008, "more than 10 messages a second, for too long")
    assert meter.take(0.0, 30, True) is None, "the voice is counted apart"
    assert meter.take(0.2, 30, False) is None


def test_control_messages_cost_their_length_too(meter):
    """Else the audio limit could be passed by whoever sends sound in another event."""
    assert meter.take(0.0, 39_000, False) is None
    assert meter.take(0.0, 39_000, False) is not None


def test_a_clock_that_starts_anywhere_will_do():
    for start in (-1e9, 0.0, 1e9):
        meter = Meter(SMALL)
        assert meter.take(start, 4000, True) is None


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(0, 50_000), st.booleans()), max_size=200))
def test_no_schedule_gets_more_than_the_burst_and_what_time_has_filled(schedule):
    meter, now, characters, control = Meter(SMALL), 0.0, 0, 0
    for delay, length, audio in schedule:
        now += delay
        if meter.take(now, length, audio) is None:
            characters += length
            control += not audio
    assert characters <= 40_001 + 8000 * now
    assert control <= 21 + 10 * now


def test_sound_on_credit_is_counted_with_the_next_message(meter):
    passes = meter.on_credit(lambda _text: True)
    sound = "A" * 2000
    assert [passes(sound) for _ in range(4)] == [True, True, True, False]  # 7,500 characters may be owed
    assert meter.take(0.0, 34_000, True) is None  # and 6,000 of 40,000 are
    assert meter.take(0.0, 1024, True).status == 429
    assert passes(sound)


def test_a_short_message_on_credit_counts_as_the_least_that_one_costs(meter):
    passes = meter.on_credit(lambda _text: True)
    assert sum(passes("A") for _ in range(100)) == 7500 // LEAST


def test_what_does_not_pass_is_not_owed(meter):
    passes = meter.on_credit(lambda text: text == "yes")
    assert not any(passes("A" * 1000) for _ in range(100))
    assert passes("yes")


@given(st.lists(st.tuples(st.integers(0, 30_000), st.booleans()), max_size=60))
def test_credit_changes_when_something_is_counted_and_not_how_much(messages):
    credit, cash = Meter(Limits()), Meter(Limits())
    passes = credit.on_credit(lambda _text: True)
    for length, may_pass in messages:
        assert cash.take(0.0, length, True) is None
        if not (may_pass and passes("A" * length)):
            assert credit.take(0.0, length, True) is None
    for meter in (credit, cash):
        meter.take(0.0, 0, True)
    assert credit._paid == pytest.approx(cash._paid)
