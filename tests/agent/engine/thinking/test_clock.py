"""Times of day."""

from __future__ import annotations

import pytest

from agent.engine.thinking import clock


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 pm", "15:00"),
        ("3pm", "15:00"),
        ("three p.m.", "15:00"),
        ("15:30", "15:30"),
        ("at 7", "07:00"),
        ("seven o'clock", "07:00"),
        ("at seven thirty", "07:30"),
        ("half past two", "02:30"),
        ("quarter to five in the afternoon", "16:45"),
        ("noon", "12:00"),
        ("midnight", "00:00"),
        ("12 am", "00:00"),
        ("eight in the evening", "20:00"),
    ],
)
def test_a_time_is_understood_however_it_is_said(text: str, expected: str) -> None:
    assert [found.value.isoformat("minutes") for found in clock.find(text)] == [expected]


@pytest.mark.parametrize("text", ["5 people", "at 25:00", "two rooms", "30 minutes"])
def test_a_number_alone_is_no_time(text: str) -> None:
    assert clock.find(text) == []
