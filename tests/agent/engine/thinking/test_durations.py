"""Lengths of time."""

from __future__ import annotations

import pytest

from agent.engine.thinking import durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5 minutes", 300),
        ("twenty five minutes", 1500),
        ("a 10-minute timer", 600),
        ("half an hour", 1800),
        ("an hour", 3600),
        ("an hour and a half", 5400),
        ("one hour and twenty minutes", 4800),
        ("two hours, 5 minutes", 7500),
        ("a quarter of an hour", 900),
        ("two and a half hours", 9000),
        ("three nights", 259_200),
        ("90 secs", 90),
    ],
)
def test_a_length_of_time_is_understood_however_it_is_said(text: str, seconds: int) -> None:
    assert [length.value for length in durations.find(text)] == [seconds]


def test_a_number_without_a_unit_is_no_length() -> None:
    assert durations.find("table for 5") == []
